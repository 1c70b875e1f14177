"""People: an ID number, a name, a photo, and what makes their sittings fair, kept once for all admissions."""

from typing import Final

from pydantic import ValidationError

from pocus_desktop.admission.admission import Accommodations, Candidate, folded
from pocus_desktop.admission.photo import MAXIMUM_BYTES, photo_fault
from pocus_desktop.admission.records import CandidateRecord, Entry
from pocus_desktop.admission.shape import first_fault
from pocus_desktop.hub.registry.enrolment_rows import entries
from pocus_desktop.hub.registry.errors import (
    BadOrderError,
    BadPhotoError,
    CandidateExistsError,
    UnknownCandidateError,
)
from pocus_desktop.hub.registry.store import CANDIDATE, RegistryRows, RegistryStore, Row
from pocus_desktop.kernel.clock import Clock

_SUBJECT: Final = "candidate:"


class Candidates:
    """The registry's people."""

    def __init__(self, store: RegistryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(
        self,
        *,
        candidate_id: str,
        name: str,
        photo: bytes | None = None,
        who: str,
        why: str = "",
        is_replacing: bool = False,
    ) -> CandidateRecord:
        """Enter a person, or with `is_replacing` correct the name and give another photo.

        Raises:
            CandidateExistsError: The ID number is taken.
            UnknownCandidateError: There is no one to correct.
            BadPhotoError, BadOrderError: Photo, number or name have another form than admissions allow.
        """
        person = _candidate(candidate_id, name)
        if photo is not None and (fault := photo_fault(photo)) is not None:
            raise BadPhotoError(reason=fault, limit_bytes=MAXIMUM_BYTES)
        key = folded(candidate_id)
        with self._store.rows() as rows:
            before = rows.find(CANDIDATE, folded_id=key)
            if before and not is_replacing:
                raise CandidateExistsError
            if is_replacing and not before:
                raise UnknownCandidateError
            if before:
                kept = before[0]["photo"] if photo is None else photo
                rows.change(CANDIDATE, {"folded_id": key}, name=name, photo=kept)
            else:
                rows.add(
                    CANDIDATE,
                    folded_id=key,
                    candidate_id=person.id,
                    name=name,
                    photo=photo,
                    accommodations=Accommodations().model_dump_json(),
                )
            was = before[0]["name"] if before else ""
            self._note(rows, key, "corrected" if before else "added", was=was, now=name, who=who, why=why)
            return _record(candidate_row(rows, candidate_id))

    def find(self, candidate_id: str) -> CandidateRecord:
        """By ID number; blanks and case do not count.

        Raises:
            UnknownCandidateError: There is none.
        """
        with self._store.rows() as rows:
            return _record(candidate_row(rows, candidate_id))

    def all(self) -> tuple[CandidateRecord, ...]:
        """Everyone."""
        with self._store.rows() as rows:
            return tuple(_record(row) for row in rows.find(CANDIDATE))

    def history(self, candidate_id: str) -> tuple[Entry, ...]:
        """What was changed about a person, oldest first.

        Raises:
            UnknownCandidateError: There is none.
        """
        with self._store.rows() as rows:
            return entries(rows, _SUBJECT + candidate_row(rows, candidate_id)["folded_id"])

    def accommodate(self, candidate_id: str, accommodations: Accommodations, *, who: str, why: str) -> CandidateRecord:
        """Keep what makes this person's sittings fair; every admission from now on carries it.

        Raises:
            UnknownCandidateError: There is none.
        """
        now = accommodations.model_dump_json()
        with self._store.rows() as rows:
            row = candidate_row(rows, candidate_id)
            rows.change(CANDIDATE, {"folded_id": row["folded_id"]}, accommodations=now)
            was = row["accommodations"]
            self._note(rows, row["folded_id"], "accommodated", was=was, now=now, who=who, why=why)
            return _record(candidate_row(rows, candidate_id))

    def _note(self, rows: RegistryRows, key: str, action: str, *, was: str, now: str, who: str, why: str) -> None:
        at_ms = self._clock.read().wall_ms
        rows.note(_SUBJECT + key, at_ms=at_ms, action=action, was=was, now=now, who=who, why=why)


def candidate_row(rows: RegistryRows, candidate_id: str) -> Row:
    """A person's row.

    Raises:
        UnknownCandidateError: There is none.
    """
    found = rows.find(CANDIDATE, folded_id=folded(candidate_id))
    if not found:
        raise UnknownCandidateError
    return found[0]


def _candidate(candidate_id: str, name: str) -> Candidate:
    try:
        person = Candidate(id=candidate_id.strip(), display_name=name)
    except ValidationError as problem:
        raise BadOrderError(reason=first_fault(problem)) from problem
    if not folded(person.id).isprintable() or not name.isprintable():
        raise BadOrderError(reason="an ID number and a name are plain text")
    return person


def _record(row: Row) -> CandidateRecord:
    return CandidateRecord(
        candidate_id=row["candidate_id"],
        name=row["name"],
        accommodations=row["accommodations"],
        photo_bytes=len(row["photo"] or b""),
    )
