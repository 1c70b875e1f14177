"""Walk-ins at the hub: noted when their result comes, then matched to a person and an admission, or rejected.

Nothing is lost either way: the result was taken and scored like any other, and what was decided stands beside it
(formats/roster 4).
"""

from collections.abc import Callable, Collection

from pocus_desktop.admission import admission as documents
from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.records import AdmissionState, WalkInRecord, WalkInState
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.registry.admissions import Admissions, admission_row
from pocus_desktop.hub.registry.candidates import candidate_row
from pocus_desktop.hub.registry.errors import AlreadyReconciledError, NoMatchError, UnknownSittingError
from pocus_desktop.hub.registry.store import ADMISSION, CANDIDATE, WALK_IN, RegistryRows, RegistryStore, Row, TakenError
from pocus_desktop.kernel.clock import Clock


class WalkIns:
    """The registry's walk-ins."""

    def __init__(self, store: RegistryStore, admissions: Admissions, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._admissions = admissions
        self._ring = ring
        self._clock = clock
        self._afterwards: list[Callable[[str], object]] = []

    def afterwards(self, then: Callable[[str], object]) -> None:
        """Let something be done with a sitting once somebody has said whose it is, or that it does not count."""
        self._afterwards.append(then)

    def note(self, sitting: str, admission: bytes) -> None:
        """Note a result's walk-in, once; any other admission is passed over.

        Raises:
            PocusError: As `sitting.admission.verify`.
            StoreUnavailableError: The records do not take it.
        """
        verified = documents.verify(admission, self._ring.verifiers)
        admitted, allowance = verified.admission, verified.allowance
        if allowance is None or admitted.walk_in is None:
            return
        with self._store.rows() as rows:
            if rows.find(WALK_IN, admission_id=admitted.admission_id, sitting=sitting):
                return
            try:
                rows.add(
                    WALK_IN,
                    admission_id=admitted.admission_id,
                    sitting=sitting,
                    centre_id=allowance.centre.centre_id,
                    centre_signing_id=allowance.centre.signing.key_id,
                    allowance_id=allowance.allowance_id,
                    number=admitted.walk_in.number,
                    candidate_id=admitted.candidate.id,
                    candidate_name=admitted.candidate.display_name,
                    bundle_id=admitted.bundle_id,
                    mode=str(admitted.mode),
                    state=WalkInState.WAITING,
                    matched="",
                    candidate="",
                    who="",
                    why="",
                    envelope=admission,
                )
            except TakenError:  # another process noted it in between
                return

    def all(self, *, sitting: str | None = None) -> tuple[WalkInRecord, ...]:
        """Every walk-in whose result came, or that of a sitting."""
        found = self._store.look(WALK_IN) if sitting is None else self._store.look(WALK_IN, sitting=sitting)
        return tuple(self._record(row) for row in sorted(found, key=lambda one: (one["admission_id"], one["sitting"])))

    def spelled(self, people: Collection[str]) -> set[str]:
        """ID numbers as the academy writes them, however they were typed in; without those of nobody it knows."""
        known = self._store.look_among(CANDIDATE, "folded_id", {folded(one) for one in people})
        return {row["candidate_id"] for row in known}

    def sat_by(self, people: Collection[str]) -> frozenset[str]:
        """The sittings of walk-ins that turned out to be these people's, or wait and have their number typed in."""
        mine = {folded(one) for one in people}
        matched = self._store.look_among(WALK_IN, "candidate", {*people, *self.spelled(people)})
        waiting = self._store.look(WALK_IN, state=WalkInState.WAITING)  # few: people see to them
        typed = (row for row in waiting if folded(row["candidate_id"]) in mine)
        return frozenset(row["sitting"] for row in (*matched, *typed))

    def match(self, sitting: str, *, candidate_id: str, admission_id: str | None, who: str, why: str) -> WalkInRecord:
        """Say who sat it, and under which admission; one is entered afterwards where none is given.

        Raises:
            UnknownSittingError, AlreadyReconciledError: There is none that waits.
            UnknownCandidateError, UnknownAdmissionError: Whom it names.
            NoMatchError: The admission is another person's, for something else, or used.
        """
        with self._store.rows() as rows:
            row = _waiting(rows, sitting)
            person = candidate_row(rows, candidate_id)
            if admission_id is None:
                sat = documents.verify(row["envelope"], self._ring.verifiers).admission
                named = sat.candidate.model_copy(update={"id": person["candidate_id"]})
                real = sat.model_copy(update={"candidate": named})
                admission_id = self._admissions.enter_afterwards(rows, real, who=who, why=why)
            else:
                real_row = admission_row(rows, admission_id)
                _require_fit(row, person, real_row)
                if self._admissions.was_sat(admission_id):
                    raise NoMatchError(reason="it was sat itself")
                self._admissions.end(rows, real_row, AdmissionState.WALKED_IN, who=who, why=why)
            values = {"state": WalkInState.MATCHED, "matched": admission_id, "candidate": person["candidate_id"]}
            self._settle(rows, row, values, now=admission_id, who=who, why=why)
        return self._settled(sitting)

    def reject(self, sitting: str, *, who: str, why: str) -> WalkInRecord:
        """Say that it does not count; the result stays where it is.

        Raises:
            UnknownSittingError, AlreadyReconciledError: There is none that waits.
        """
        with self._store.rows() as rows:
            row = _waiting(rows, sitting)
            self._settle(rows, row, {"state": WalkInState.REJECTED}, now="", who=who, why=why)
        return self._settled(sitting)

    def _settled(self, sitting: str) -> WalkInRecord:
        for then in self._afterwards:
            then(sitting)
        return self.all(sitting=sitting)[0]

    def _settle(self, rows: RegistryRows, row: Row, values: dict[str, str], *, now: str, who: str, why: str) -> None:
        key = {"admission_id": row["admission_id"], "sitting": row["sitting"]}
        rows.change(WALK_IN, key, who=who, why=why, **values)
        at_ms = self._clock.read().wall_ms
        rows.untold(row["sitting"], at_ms)
        rows.note(row["sitting"], at_ms=at_ms, action=values["state"], was=row["state"], now=now, who=who, why=why)

    def _record(self, row: Row) -> WalkInRecord:
        same = self._store.look(WALK_IN, allowance_id=row["allowance_id"], number=row["number"])
        matched = self._store.look(ADMISSION, admission_id=row["matched"]) if row["matched"] else ()
        return WalkInRecord(
            admission_id=row["admission_id"],
            sitting=row["sitting"],
            centre_id=row["centre_id"],
            allowance_id=row["allowance_id"],
            number=row["number"],
            candidate_id=row["candidate_id"],
            candidate_name=row["candidate_name"],
            bundle_id=row["bundle_id"],
            state=WalkInState(row["state"]),
            is_doubled=len({one["admission_id"] for one in same}) > 1,
            candidate=row["candidate"],
            matched=row["matched"],
            attempt=matched[0]["attempt"] if matched else 0,
            who=row["who"],
            why=row["why"],
        )


def _waiting(rows: RegistryRows, sitting: str) -> Row:
    found = rows.find(WALK_IN, sitting=sitting)
    if not found:
        raise UnknownSittingError(sitting=sitting)
    if found[0]["state"] != WalkInState.WAITING:
        raise AlreadyReconciledError(admission=found[0]["admission_id"], state=found[0]["state"])
    return found[0]


def _require_fit(row: Row, person: Row, real: Row) -> None:
    if real["folded_id"] != person["folded_id"]:
        raise NoMatchError(reason="it is another candidate's")
    if (real["bundle_id"], real["mode"]) != (row["bundle_id"], row["mode"]):
        raise NoMatchError(reason="it is for another assessment or mode")
    if real["state"] != AdmissionState.OPEN:
        raise NoMatchError(reason=f"it is {real['state']}")
