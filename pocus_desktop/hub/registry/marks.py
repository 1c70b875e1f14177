"""Results that a person has to look at (formats/enrolment 5.3 to 5.5, order 5).

Of stations, centres and keys that are in doubt, and those that a proctor declared void, or in which a proctor's act is
in doubt. Why a result is marked is not written down when it comes, but follows from when it came, how its station
stands and what its history says, so that no crash between loses a mark, and a revocation that counts from earlier marks
what came since.
"""

from collections.abc import Callable
from typing import Literal

from pocus_desktop.admission import admission as documents
from pocus_desktop.admission.records import EnrolmentState, Mark
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.records.store import HubStore, Received
from pocus_desktop.hub.registry.errors import UnknownSittingError
from pocus_desktop.hub.registry.store import ADMISSION, ENROLMENT, REVIEW, WALK_IN, RegistryStore, Row
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError

Decision = Literal["keep", "set-aside"]
AdmissionOf = Callable[[str], bytes | None]
"""The admission inside an accepted envelope, by the envelope's digest; None where it no longer opens."""


class Marks:
    """What waits for a person's eye, and what was decided."""

    def __init__(
        self, store: RegistryStore, results: HubStore, ring: KeyRing, clock: Clock, *, admission_of: AdmissionOf
    ) -> None:
        self._store = store
        self._results = results
        self._ring = ring
        self._clock = clock
        self._admission_of = admission_of
        self._afterwards: list[Callable[[str], object]] = []

    def afterwards(self, then: Callable[[str], object]) -> None:
        """Let something be done with a sitting once somebody has said whether it counts."""
        self._afterwards.append(then)

    def all(self, sitting: str | None = None) -> tuple[Mark, ...]:
        """Every marked result, or those of a sitting, in the order in which they came."""
        received = self._results.received(sitting)
        doubtful = {one.digest for one in received if self._is_of_revoked_key(one)}
        look = self._store.look
        known = {row["signing_id"]: row for row in look(ENROLMENT)}
        stations = {key_id for key_id, row in known.items() if row["kind"] == "station"}
        walked = look(WALK_IN) if sitting is None else look(WALK_IN, sitting=sitting)
        centres = {row["sitting"]: row["centre_signing_id"] for row in walked}
        permitted = {one.digest: one.centre for one in self._results.moves(sitting)}
        ordered = {one.digest: one for one in self._results.orders(sitting)}
        marked: list[Mark] = []
        for one in received:
            orders = ordered.get(one.digest)
            vouching = (
                centres.get(one.sitting, ""),
                permitted.get(one.digest, ""),
                orders.centre if orders is not None else "",
            )
            if stations and one.station not in stations:
                marked.append(self._mark(one, "unknown-station"))
            elif _was_revoked(known.get(one.station), one):
                marked.append(self._mark(one, "revoked-station"))
            elif any(_was_revoked(known.get(centre), one) for centre in vouching):
                marked.append(self._mark(one, "revoked-centre"))
            elif one.digest in doubtful:
                marked.append(self._mark(one, "revoked-key"))
            elif orders is not None and orders.remarks:
                marked.append(self._mark(one, orders.remarks[0]))
        return tuple(marked)

    def decide(self, sitting: str, decision: Decision, *, who: str, why: str) -> tuple[Mark, ...]:
        """Say for every marked result of a sitting whether it counts; a later word replaces an earlier one.

        Raises:
            UnknownSittingError: No result of that sitting is marked.
        """
        marked = self.all(sitting)
        if not marked:
            raise UnknownSittingError(sitting=sitting)
        at_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            for one in marked:
                values = {"decision": decision, "who": who, "why": why, "at_ms": at_ms}
                if not rows.change(REVIEW, {"digest": one.digest}, **values):
                    rows.add(REVIEW, digest=one.digest, **values)
                rows.untold(sitting, at_ms)
                rows.note(sitting, at_ms=at_ms, action="reviewed", was=one.decision, now=decision, who=who, why=why)
        for then in self._afterwards:
            then(sitting)
        return self.all(sitting)

    def _is_of_revoked_key(self, one: Received) -> bool:
        """Whether only a revoked key vouches for a result's admission, which the hub itself did not issue."""
        revoked = self._ring.revoked
        if not revoked or one.received_ms < min(revoked.values()):
            return False
        envelope = self._admission_of(one.digest)
        if envelope is None:
            return False
        try:
            documents.verify(envelope, self._ring.believed)
        except PocusError:  # it was verified when it came, by a key that counts no more
            admission_id = documents.recall(envelope).admission.admission_id
            issued = self._store.look(ADMISSION, admission_id=admission_id)
            return all(row["envelope"] != envelope for row in issued)
        return False

    def _mark(self, one: Received, reason: str) -> Mark:
        found = self._store.look(REVIEW, digest=one.digest)
        decided = {name: found[0][name] if found else "" for name in ("decision", "who", "why")}
        return Mark(
            digest=one.digest,
            sitting=one.sitting,
            reason=reason,
            station=one.station,
            received_ms=one.received_ms,
            **decided,
        )


def _was_revoked(row: Row | None, one: Received) -> bool:
    """Whether a result came after the revocation of who vouches for it counts."""
    if row is None or row["state"] != EnrolmentState.REVOKED or row["ended_ms"] is None:
        return False
    return bool(one.received_ms >= row["ended_ms"])
