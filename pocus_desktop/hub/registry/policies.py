"""Policies of rooms: what a centre's proctors may grant, signed by the academy (formats/room-policy 2)."""

from collections.abc import Mapping

from pocus_desktop.admission.documents import checked
from pocus_desktop.admission.room_policy import RoomPolicy, issue_policy
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.registry.enrolment_rows import centre_row
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.kernel import ids
from pocus_desktop.kernel.clock import Clock


class Policies:
    """The desk; any thread may call.

    Args:
        store: The registry's tables.
        ring: The academy's keys.
        clock: When things are made.
    """

    def __init__(self, store: RegistryStore, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock

    def make(self, centre_id: str, terms: Mapping[str, object], *, who: str, why: str = "") -> bytes:
        """A policy for a centre, noted in its history; retired keys sign too, for a centre that knows only those.

        Args:
            centre_id: An active centre.
            terms: The fields of `RoomPolicy` that a person chooses.
            who: Who decides.
            why: For the history.

        Raises:
            UnknownCentreError: There is no such active centre.
            BadDocumentError: The terms do not fit.
        """
        now_ms = self._clock.read().wall_ms
        fields = {"policy_id": ids.new_id("pol"), "centre_id": centre_id, "made_at_ms": now_ms, **terms}
        with self._store.rows() as rows:
            centre = centre_row(rows, centre_id)
            policy = checked(RoomPolicy, fields)
            rows.note(centre.record.enrolment_id, at_ms=now_ms, action="policy", now=policy.policy_id, who=who, why=why)
        return issue_policy(policy, *self._ring.grantors)
