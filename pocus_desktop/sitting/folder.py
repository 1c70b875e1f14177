"""A sitting's folder: its journal, the admission, and once handed in what was sealed (formats/journal 1).

Where it was moved away, a note says so; where it was moved in, the permit lies beside the journal (formats/move 3, 4).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission.admission import VerifiedAdmission, recall
from pocus_desktop.admission.errors import BadAdmissionError, SittingError
from pocus_desktop.admission.latest_time import moment
from pocus_desktop.kernel import canonical, checked, files
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.sitting.errors import (
    AlreadyExistsError,
    MovedAwayError,
    NoSittingError,
    NotSealedResultError,
    OtherAdmissionError,
)
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.journal import FILE_NAME, read_header
from pocus_desktop.sitting.sealed import SealedResult
from pocus_desktop.sitting.sealed import read_header as read_sealed_header
from pocus_desktop.sitting.store import as_ours, has_journal

ADMISSION: Final = "admission.dsse.json"
CLOSED: Final = "handed-in.json"
MOVED: Final = "moved.json"
PERMIT: Final = "permit.dsse.json"
_DIGEST: Final = r"^[0-9a-f]{64}$"


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    format: Literal[1] = 1
    digest: str = Field(pattern=_DIGEST)
    last_seq: int


class MovedAway(BaseModel):
    """The note that a sitting was moved away.

    Attributes:
        at_ms: When, in wall time.
        to: What it was put on, as people call it.
        last_seq: The last row that went along.
        head: That row's digest.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    format: Literal[1] = 1
    at_ms: int = Field(ge=0, le=LATEST_MS)
    to: str = Field(max_length=200)
    last_seq: int
    head: str = Field(pattern=_DIGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingFolder:
    """Where one sitting lies."""

    path: Path

    @property
    def has_journal(self) -> bool:
        """Whether a sitting began here."""
        return has_journal(self.path / FILE_NAME)

    def header(self) -> Header:
        """The readable header of the journal, to find bundle and keys before resuming.

        Raises:
            NoSittingError: There is none.
            AlreadyOpenError: A program has it open.
        """
        return read_header(self.path)

    def keep_admission(self, envelope: bytes) -> None:
        """Keep the admission beside the journal.

        Raises:
            DiskFullError: And the other errors of a disk.
        """
        with as_ours():
            files.write_atomically(self.path / ADMISSION, envelope)

    def admission(self) -> VerifiedAdmission:
        """The admission that was kept; whoever resumes compares its digest with the journal's.

        Raises:
            OtherAdmissionError: There is none, or it cannot be read.
        """
        try:
            return recall((self.path / ADMISSION).read_bytes())
        except (OSError, BadAdmissionError) as problem:
            raise OtherAdmissionError from problem

    def require_empty(self) -> None:
        """No sitting began here.

        Raises:
            AlreadyExistsError: One did.
        """
        if self.has_journal:
            raise AlreadyExistsError

    def require_journal(self) -> None:
        """A sitting began here.

        Raises:
            NoSittingError: None did.
        """
        if not self.has_journal:
            raise NoSittingError

    def keep_moved(self, moved: MovedAway) -> None:
        """Write down that the sitting is moved away; from here on nobody goes on with it here.

        Raises:
            DiskFullError: And the other errors of a disk.
        """
        with as_ours():
            files.write_atomically(self.path / MOVED, checked.encode(moved.model_dump(mode="json")))

    def moved(self) -> MovedAway | None:
        """The note that the sitting was moved away; None where it was not.

        Raises:
            MovedAwayError: There is one, and it is damaged.
        """
        try:
            data = (self.path / MOVED).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise MovedAwayError(at="-", to="-") from problem
        try:
            return MovedAway.model_validate(checked.decode(data))
        except (ValidationError, canonical.BadJsonError) as problem:
            raise MovedAwayError(at="-", to="-") from problem

    def require_here(self) -> None:
        """The sitting was not moved away.

        Raises:
            MovedAwayError: It was; says when and onto what.
        """
        moved = self.moved()
        if moved is not None:
            raise MovedAwayError(at=moment(moved.at_ms), to=moved.to)

    def permit(self) -> bytes | None:
        """The permit by which the sitting was moved in, as it came; None where it began here.

        Raises:
            DiskFailedError: And the other errors of a disk: there is one, and it cannot be read.
        """
        with as_ours():
            try:
                return (self.path / PERMIT).read_bytes()
            except FileNotFoundError:
                return None

    def keep_closed(self, sealed: SealedResult) -> None:
        """Write down that the sitting is handed in, and what was sealed.

        Raises:
            DiskFullError: And the other errors of a disk.
        """
        closed = _Closed(digest=sealed.digest, last_seq=sealed.last_seq)
        with as_ours():
            files.write_atomically(self.path / CLOSED, checked.encode(closed.model_dump(mode="json")))

    def closed(self) -> SealedResult | None:
        """What was sealed at hand-in; None where the sitting goes on.

        Where the note of it is damaged, the sealed result itself tells: the latest that is whole and not partial.

        Raises:
            NotSealedResultError: The note is damaged, and there is no such result.
        """
        try:
            data = (self.path / CLOSED).read_bytes()
        except OSError:
            return None
        try:
            closed = _Closed.model_validate(checked.decode(data))
        except (ValidationError, canonical.BadJsonError) as problem:
            found = max(self._sealed(), key=lambda sealed: sealed.last_seq, default=None)
            if found is None:
                raise NotSealedResultError(reason="the note of the hand-in is damaged") from problem
            return found
        return SealedResult(
            path=self.path / closed.digest, digest=closed.digest, last_seq=closed.last_seq, is_partial=False
        )

    def was_sealed(self) -> bool:
        """Whether a whole sealed result is here, partial ones aside, whatever became of the note of it."""
        return next(self._sealed(), None) is not None

    def _sealed(self) -> Iterator[SealedResult]:
        """The whole sealed results here."""
        for path in sorted(self.path.iterdir()):
            if re.fullmatch(_DIGEST, path.name) is None:
                continue
            try:
                data = path.read_bytes()
                header = read_sealed_header(data)
            except (OSError, SittingError):
                continue
            if canonical.digest(data) == path.name and not header.is_partial:
                yield SealedResult(path=path, digest=path.name, last_seq=header.last_seq, is_partial=False)
