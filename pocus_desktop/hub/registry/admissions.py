"""Admitting: who may sit what, when and where, by the rules of the assessment (formats/admission)."""

import secrets
from collections.abc import Callable, Sequence
from typing import Final

from pydantic import ValidationError

from pocus_desktop.admission import admission as documents
from pocus_desktop.admission import windows
from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, SealedContentKey, folded
from pocus_desktop.admission.forms import Form, draw
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import AdmissionRecord, AdmissionState, Admitted, EnrolmentState, Entry, Order
from pocus_desktop.admission.room_code import new_secret, seal_secret
from pocus_desktop.admission.shape import first_fault
from pocus_desktop.admission.sign_in import new_code, sign_in_verifier
from pocus_desktop.admission.windows import Attempt, Rules
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.registry.candidates import candidate_row
from pocus_desktop.hub.registry.enrolment_rows import Enrolled, centre_row, enrolled, entries, living_row
from pocus_desktop.hub.registry.errors import AttemptTakenError, BadOrderError, UnknownAdmissionError
from pocus_desktop.hub.registry.store import ADMISSION, ENROLMENT, RegistryRows, RegistryStore, Row
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.clock import Clock

_RULES: Final = "rules:"
CONTENT_KEY_BYTES: Final = 32

SatAt = Callable[[Standing], int | None]
"""When a sitting was last heard of by its own stamps, in milliseconds since the epoch; None where it cannot be told."""


class Admissions:
    """The registry's admissions."""

    def __init__(self, store: RegistryStore, results: HubStore, ring: KeyRing, clock: Clock, *, sat_at: SatAt) -> None:
        self._store = store
        self._results = results
        self._ring = ring
        self._clock = clock
        self._sat_at = sat_at

    def set_rules(self, bundle_id: str, rules: Rules, *, who: str, why: str) -> None:
        """How often and when an assessment may be sat, from now on."""
        document = {
            "maximum_attempts": rules.maximum_attempts,
            "retake_after_days": rules.retake_after_days,
            "eligible_days": rules.eligible_days,
        }
        with self._store.rows() as rows:
            encoded = canonical.encode(document)
            was = rows.setting(_RULES + bundle_id).decode()
            rows.put(_RULES + bundle_id, encoded)
            at_ms = self._clock.read().wall_ms
            subject = _RULES + bundle_id
            rows.note(subject, at_ms=at_ms, action="ruled", was=was, now=encoded.decode(), who=who, why=why)

    def rules(self, bundle_id: str) -> Rules:
        """The rules in force; none where none were set."""
        with self._store.rows() as rows:
            return _rules(rows, bundle_id)

    def admit(self, order: Order, *, who: str, why: str = "") -> Admitted:
        """Issue an admission; its codes are told here and kept nowhere.

        Raises:
            UnknownCandidateError, UnknownCentreError, UnknownEnrolmentError, EnrolmentEndedError: Whom it names.
            AttemptTakenError: The attempt is admitted already.
            BadOrderError: It contradicts itself.
            WindowError: The rules do not allow it (`windows.*`).
        """
        zone = windows.zone_of(order.zone)
        admission_id = documents.new_admission_id()
        sign_in = new_code()
        start = order.start_code or (new_code() if order.mode is Mode.LIVE else "")
        sign_in_proof = sign_in_verifier(sign_in, admission_id=admission_id)  # slow work before the database is held
        start_proof = documents.start_code_verifier(start, admission_id=admission_id) if start else None
        with self._store.rows() as rows:
            person = candidate_row(rows, order.candidate_id)
            openers, station, centre = self._place(rows, order)
            earlier = self._earlier(rows, person["folded_id"], order)
            made = [self._attempt(row) for row in earlier]
            attempt = order.attempt or next_number(made)
            form, drawn = _drawn(rows, order.forms, earlier)
            window = windows.attempt_window(
                attempt,
                order.window,
                made=made,
                rules=_rules(rows, form.bundle_id),
                zone=zone,
                voucher_ms=order.voucher_ms,
            )
            try:
                admission = Admission(
                    admission_id=admission_id,
                    candidate=Candidate(id=person["candidate_id"], display_name=person["name"]),
                    bundle_id=form.bundle_id,
                    minimum_version=form.minimum_version,
                    attempt=attempt,
                    mode=order.mode,
                    window=window,
                    accommodations=Accommodations.model_validate_json(person["accommodations"]),
                    station=station,
                    centre=None if centre is None else centre.sealing,
                    centre_id=None if centre is None else centre.record.centre_id,
                    recipients=tuple(dict.fromkeys((self._ring.current.sealing.public, *order.recipients))),
                    content_keys=_sealed(order.content_keys.get(form.bundle_id), openers, admission_id),
                    start_code=start_proof,
                    sign_in_code=sign_in_proof,
                    photo=person["photo"],
                    code_secrets=()
                    if centre is None
                    else seal_secret(new_secret(), openers, admission_id=admission_id),
                )
            except ValidationError as problem:
                raise BadOrderError(reason=first_fault(problem)) from problem
            envelope = documents.issue(admission, [self._ring.signer])
            self._enter(
                rows, admission, envelope, AdmissionState.OPEN, who=who, why="; ".join(filter(None, (why, drawn)))
            )
        log.event("registry.admitted", admission=admission_id, mode=str(order.mode))
        return Admitted(admission_id=admission_id, envelope=envelope, sign_in_code=sign_in, start_code=start)

    def of(self, candidate_id: str) -> tuple[AdmissionRecord, ...]:
        """A person's admissions, with what was sat under each.

        Raises:
            UnknownCandidateError: There is none.
        """
        with self._store.rows() as rows:
            found = rows.find(ADMISSION, folded_id=candidate_row(rows, candidate_id)["folded_id"])
        return tuple(_record(row, self._sittings(row["admission_id"])) for row in found)

    def history(self, admission_id: str) -> tuple[Entry, ...]:
        """What became of an admission, oldest first."""
        with self._store.rows() as rows:
            admission_row(rows, admission_id)
            return entries(rows, admission_id)

    def withdraw(self, admission_id: str, *, who: str, why: str) -> None:
        """Hand it out no more, and free its attempt; stations that hold it already are not reached by this.

        Raises:
            UnknownAdmissionError: There is none.
            AttemptTakenError: It was sat, or is withdrawn already.
        """
        if self.was_sat(admission_id):
            raise self._taken(admission_id)
        with self._store.rows() as rows:
            row = admission_row(rows, admission_id)
            if row["state"] != AdmissionState.OPEN:
                raise _taken(row)
            self.end(rows, row, AdmissionState.WITHDRAWN, who=who, why=why)

    def envelope(self, admission_id: str) -> bytes:
        """The admission itself, again.

        Raises:
            UnknownAdmissionError: There is none.
        """
        with self._store.rows() as rows:
            found: bytes = admission_row(rows, admission_id)["envelope"]
        return found

    def for_station(self, station: Enrolled, *, now_ms: int) -> tuple[bytes, ...]:
        """The open admissions that a station may take in: its own, and those of its centre; none that are over."""
        record = station.record
        with self._store.rows() as rows:
            own = rows.find(ADMISSION, state=AdmissionState.OPEN, station=record.sealing_id)
            centres = (
                rows.find(ADMISSION, state=AdmissionState.OPEN, centre_id=record.centre_id, station=None)
                if record.centre_id is not None
                else ()
            )
        fitting = [row for row in (*own, *centres) if row["centre_id"] in {None, record.centre_id}]
        return tuple(row["envelope"] for row in fitting if _is_ahead(row, now_ms))

    def for_day(self, rows: RegistryRows, centre_id: str, begin_ms: int, end_ms: int) -> tuple[bytes, ...]:
        """The open admissions of a centre and its stations whose window meets a day."""
        stations = {row["sealing_id"] for row in rows.find(ENROLMENT, centre_id=centre_id, state=EnrolmentState.ACTIVE)}
        at_centre = rows.find(ADMISSION, state=AdmissionState.OPEN, centre_id=centre_id)
        at_stations = [
            row
            for station in sorted(stations)
            for row in rows.find(ADMISSION, state=AdmissionState.OPEN, station=station, centre_id=None)
        ]
        return tuple(
            row["envelope"]
            for row in (*at_centre, *at_stations)
            if (row["station"] is None or row["station"] in stations)
            and (row["not_before_ms"] is None or row["not_before_ms"] <= end_ms)
            and _is_ahead(row, begin_ms)
        )

    def enter_afterwards(self, rows: RegistryRows, admission: Admission, *, who: str, why: str) -> str:
        """Keep an admission of the hub for what a centre let begin; the attempt is its candidate's next. Its id.

        Raises:
            UnknownCandidateError: There is no such candidate.
        """
        person = candidate_row(rows, admission.candidate.id)
        form = Form(bundle_id=admission.bundle_id, minimum_version=admission.minimum_version)
        order = Order(candidate_id=person["candidate_id"], forms=(form,), mode=admission.mode)
        made = [self._attempt(row) for row in self._earlier(rows, person["folded_id"], order)]
        real = admission.model_copy(
            update={
                "admission_id": documents.new_admission_id(),
                "candidate": Candidate(id=person["candidate_id"], display_name=person["name"]),
                "attempt": next_number(made),
                "walk_in": None,
                "content_keys": (),
                "code_secrets": (),
            }
        )
        envelope = documents.issue(real, [self._ring.signer])
        self._enter(rows, real, envelope, AdmissionState.WALKED_IN, who=who, why=why)
        return real.admission_id

    def end(self, rows: RegistryRows, row: Row, state: AdmissionState, *, who: str, why: str) -> None:
        """Let an admission stand otherwise, with its line in the history."""
        rows.change(ADMISSION, {"admission_id": row["admission_id"]}, state=state)
        at_ms = self._clock.read().wall_ms
        was, now = str(row["state"]), str(state)
        rows.note(row["admission_id"], at_ms=at_ms, action=now, was=was, now=now, who=who, why=why)

    def _enter(
        self, rows: RegistryRows, admission: Admission, envelope: bytes, state: AdmissionState, *, who: str, why: str
    ) -> None:
        now_ms = self._clock.read().wall_ms
        rows.add(
            ADMISSION,
            admission_id=admission.admission_id,
            folded_id=folded(admission.candidate.id),
            candidate_id=admission.candidate.id,
            bundle_id=admission.bundle_id,
            attempt=admission.attempt,
            mode=str(admission.mode),
            not_before_ms=admission.window.not_before_ms,
            not_after_ms=admission.window.not_after_ms,
            station=admission.station,
            centre_id=admission.centre_id,
            issued_ms=now_ms,
            state=state,
            envelope=envelope,
        )
        rows.note(admission.admission_id, at_ms=now_ms, action="admitted", now=str(state), who=who, why=why)

    def _place(self, rows: RegistryRows, order: Order) -> tuple[Sequence[PublicKey], str | None, Enrolled | None]:
        """Who can open the content key; the station and the centre that the admission is bound to."""
        centre = None if order.centre_id is None else centre_row(rows, order.centre_id)
        if order.station is None:
            if centre is None:
                return (), None, None
            here = rows.find(ENROLMENT, kind="station", centre_id=order.centre_id, state=EnrolmentState.ACTIVE)
            return (centre.sealing, *(enrolled(row).sealing for row in here)), None, centre
        station = enrolled(living_row(rows, order.station))
        if station.record.kind != "station":
            raise BadOrderError(reason="a centre is named where a station must be")
        if centre is None and station.record.centre_id is not None:
            centre = centre_row(rows, station.record.centre_id)
        if centre is not None and station.record.centre_id != centre.record.centre_id:
            raise BadOrderError(reason="the station does not belong to the centre")
        openers = (station.sealing,) if centre is None else (station.sealing, centre.sealing)
        return openers, station.record.sealing_id, centre

    def _earlier(self, rows: RegistryRows, key: str, order: Order) -> tuple[Row, ...]:
        """The candidate's admissions to any of the forms that were not withdrawn, by attempt.

        Raises:
            AttemptTakenError: The attempt that is ordered is one of them.
        """
        found = [
            row
            for form in order.forms
            for row in rows.find(ADMISSION, folded_id=key, bundle_id=form.bundle_id, mode=str(order.mode))
            if row["state"] != AdmissionState.WITHDRAWN
        ]
        for row in found:
            if row["attempt"] == order.attempt:
                raise _taken(row)
        return tuple(sorted(found, key=lambda row: (row["attempt"], row["issued_ms"])))

    def _attempt(self, row: Row) -> Attempt:
        """An earlier attempt, with the latest time at which it may have been made."""
        sat = [self._sat_at(one) for one in self._results.standings(admission_id=row["admission_id"])]
        known = [at_ms for at_ms in sat if at_ms is not None]
        now_ms = self._clock.read().wall_ms
        latest_ms = now_ms if row["not_after_ms"] is None else min(now_ms, row["not_after_ms"])
        return Attempt(number=row["attempt"], at_ms=max(known, default=latest_ms))

    def was_sat(self, admission_id: str) -> bool:
        """Whether a result came under it."""
        return bool(self._sittings(admission_id))

    def _sittings(self, admission_id: str) -> tuple[str, ...]:
        return tuple(one.sitting for one in self._results.standings(admission_id=admission_id))

    def _taken(self, admission_id: str) -> AttemptTakenError:
        with self._store.rows() as rows:
            return _taken(admission_row(rows, admission_id))


def admission_row(rows: RegistryRows, admission_id: str) -> Row:
    """An admission's row.

    Raises:
        UnknownAdmissionError: There is none.
    """
    found = rows.find(ADMISSION, admission_id=admission_id)
    if not found:
        raise UnknownAdmissionError(admission=admission_id)
    return found[0]


def next_number(made: Sequence[Attempt]) -> int:
    """Of the next attempt."""
    return max((one.number for one in made), default=0) + 1


def _drawn(rows: RegistryRows, forms: Sequence[Form], earlier: Sequence[Row]) -> tuple[Form, str]:
    """The form for the next attempt, and for the history how it was drawn; empty where there is only one."""
    if len(forms) == 1:
        return forms[0], ""
    seed = secrets.randbits(32)
    used = {form.bundle_id: len(rows.find(ADMISSION, bundle_id=form.bundle_id)) for form in forms}
    form = draw(forms, had=[row["bundle_id"] for row in earlier], used=used, seed=seed)
    return form, f"{form.bundle_id} drawn of {len(forms)} forms by seed {seed}"


def _sealed(content_key: bytes | None, openers: Sequence[PublicKey], admission_id: str) -> tuple[SealedContentKey, ...]:
    if content_key is None:
        return ()
    if len(content_key) != CONTENT_KEY_BYTES:
        raise BadOrderError(reason=f"a content key has {CONTENT_KEY_BYTES} bytes")
    if not openers:
        raise BadOrderError(reason="a content key needs a station or a centre to be sealed to")
    return documents.seal_content_key(content_key, openers, admission_id=admission_id)


def _rules(rows: RegistryRows, bundle_id: str) -> Rules:
    stored = rows.setting(_RULES + bundle_id)
    found = canonical.decode(stored) if stored else {}
    assert isinstance(found, dict)  # noqa: S101 - `set_rules` wrote it
    return Rules(**found)


def _taken(row: Row) -> AttemptTakenError:
    return AttemptTakenError(attempt=row["attempt"], bundle=row["bundle_id"], admission=row["admission_id"])


def _is_ahead(row: Row, now_ms: int) -> bool:
    return row["not_after_ms"] is None or row["not_after_ms"] >= now_ms


def _record(row: Row, sittings: tuple[str, ...]) -> AdmissionRecord:
    return AdmissionRecord(
        admission_id=row["admission_id"],
        candidate_id=row["candidate_id"],
        bundle_id=row["bundle_id"],
        attempt=row["attempt"],
        mode=row["mode"],
        not_before_ms=row["not_before_ms"],
        not_after_ms=row["not_after_ms"],
        station=row["station"],
        centre_id=row["centre_id"],
        issued_ms=row["issued_ms"],
        state=AdmissionState(row["state"]),
        sittings=sittings,
    )
