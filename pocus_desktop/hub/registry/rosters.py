"""Rosters: a centre's day in one signed file, with its allowance of walk-ins (formats/roster 1, 3)."""

from pocus_desktop.admission import windows
from pocus_desktop.admission.admission import CREDIT_CAP_MS, Window
from pocus_desktop.admission.allowance import (
    MAXIMUM_COUNT,
    Allowance,
    AllowedBundle,
    issue_allowance,
    seal_for_allowance,
)
from pocus_desktop.admission.documents import checked
from pocus_desktop.admission.records import EnrolmentState, MadeRoster, RosterOrder
from pocus_desktop.admission.roster import Roster, RosterStation, issue_roster
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.registry.admissions import CONTENT_KEY_BYTES, Admissions
from pocus_desktop.hub.registry.enrolment_rows import Enrolled, as_centre, centre_row, enrolled
from pocus_desktop.hub.registry.enrolments import ZONE
from pocus_desktop.hub.registry.errors import BadOrderError
from pocus_desktop.hub.registry.store import ENROLMENT, ROSTER, RegistryStore
from pocus_desktop.kernel import ids, log
from pocus_desktop.kernel.clock import Clock


class Rosters:
    """The registry's rosters."""

    def __init__(self, store: RegistryStore, admissions: Admissions, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._admissions = admissions
        self._ring = ring
        self._clock = clock

    def make(self, order: RosterOrder, *, who: str, why: str = "") -> MadeRoster:
        """Put a centre's day together; made again, it holds what was admitted meanwhile, and a fresh allowance.

        Raises:
            UnknownCentreError: There is no such active centre.
            BadOrderError: The allowance contradicts itself.
            NoSuchDayError: The day does not exist in the centre's zone.
        """
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            centre = centre_row(rows, order.centre_id)
            zone = windows.zone_of(rows.setting(ZONE + order.centre_id).decode("utf-8") or "UTC")
            day = windows.window_of(order.day, order.day, zone)
            assert day.not_before_ms is not None  # noqa: S101 - a day has two ends
            assert day.not_after_ms is not None  # noqa: S101 - likewise
            here = rows.find(ENROLMENT, kind="station", centre_id=order.centre_id, state=EnrolmentState.ACTIVE)
            stations = [enrolled(row) for row in here]
            allowance = self._allowance(order, centre, day)
            admitted = self._admissions.for_day(rows, order.centre_id, day.not_before_ms, day.not_after_ms)
            roster = checked(
                Roster,
                {
                    "roster_id": ids.new_id("ros"),
                    "centre": as_centre(centre),
                    "day": order.day,
                    "zone": zone.key,
                    "made_at_ms": now_ms,
                    "stations": [_station(one) for one in stations],
                    "admissions": admitted,
                    "allowance": None if allowance is None else issue_allowance(allowance, self._ring.signer),
                },
            )
            envelope = issue_roster(roster, self._ring.signer)
            rows.add(
                ROSTER,
                roster_id=roster.roster_id,
                centre_id=order.centre_id,
                day=order.day.isoformat(),
                made_ms=now_ms,
                envelope=envelope,
            )
            told = f"{len(admitted)} admissions, {order.walk_ins} walk-ins"
            rows.note(roster.roster_id, at_ms=now_ms, action="made", now=told, who=who, why=why)
        log.event("registry.roster", roster=roster.roster_id, admissions=len(admitted), walk_ins=order.walk_ins)
        return MadeRoster(
            roster_id=roster.roster_id, envelope=envelope, admissions=len(admitted), stations=len(stations)
        )

    def _allowance(self, order: RosterOrder, centre: Enrolled, day: Window) -> Allowance | None:
        if not order.walk_ins:
            if order.bundles:
                raise BadOrderError(reason="walk-ins to an assessment are named, and none are allowed")
            return None
        if not order.bundles or not 0 < order.walk_ins <= MAXIMUM_COUNT:
            raise BadOrderError(reason=f"walk-ins need an assessment, and a number from 1 to {MAXIMUM_COUNT}")
        allowance_id = ids.new_id("alw")
        bundles = []
        for form, mode in order.bundles:
            content_key = order.content_keys.get(form.bundle_id)
            if content_key is not None and len(content_key) != CONTENT_KEY_BYTES:
                raise BadOrderError(reason=f"a content key has {CONTENT_KEY_BYTES} bytes")
            sealed = content_key and seal_for_allowance(content_key, centre.sealing, allowance_id=allowance_id)
            bundles.append(
                AllowedBundle(
                    bundle_id=form.bundle_id,
                    minimum_version=form.minimum_version,
                    mode=mode,
                    content_key=sealed or None,
                )
            )
        return checked(
            Allowance,
            {
                "allowance_id": allowance_id,
                "centre": as_centre(centre),
                "not_before_ms": day.not_before_ms,
                "not_after_ms": day.not_after_ms,
                "count": order.walk_ins,
                "bundles": bundles,
                "recipients": (self._ring.current.sealing.public,),
                "credit_cap_ms": CREDIT_CAP_MS,
            },
        )


def _station(one: Enrolled) -> RosterStation:
    return checked(
        RosterStation,
        {
            "enrolment_id": one.record.enrolment_id,
            "name": one.record.name,
            "signing": one.signing,
            "sealing": one.sealing,
        },
    )
