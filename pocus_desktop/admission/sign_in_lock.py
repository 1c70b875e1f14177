"""The proctor lets a candidate sign in by a one-time code (formats/code 6).

There is no journal before there is a sitting, so this computer keeps for each admission a note of its own: the last
number that was used, when wrong codes were given, and what is still to be told to the journal. It is durable before a
code takes effect, and a restart forgets none of it.
"""

from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import VerifiedAdmission
from pocus_desktop.admission.room_code import (
    MAXIMUM_NUMBER,
    Challenge,
    NoCodesError,
    Source,
    needs_start_code,
    source_of,
    wait_ms,
)
from pocus_desktop.kernel import canonical, checked, log
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically

_TRIED: Final = ".tried"
_MOST: Final = 1_000
"""Tries that are kept to be told; of more, the oldest are left out."""


class SignInByCodeError(PocusError):
    """A candidate is not let in by a code; always one of the classes that follow."""

    code: ClassVar[str] = "code.refused"
    blame: ClassVar[Blame] = Blame.USER


class WrongRoomCodeError(SignInByCodeError):
    """The code is not right, or lacks the start code beside it."""

    code = "code.wrong"


class RoomCodeWaitError(SignInByCodeError):
    """Several wrong codes were given; the next one has to wait."""

    code = "code.wait"


class SignInsUsedUpError(SignInByCodeError):
    """All numbers are used up at this computer."""

    code = "code.sign_in_used_up"


class BadTriesError(SignInByCodeError):
    """The note of this admission's tries cannot be read."""

    code = "code.bad_tries"
    blame = Blame.ENVIRONMENT


class Try(BaseModel):
    """A code that was given at the sign-in.

    Attributes:
        source: Where a right one came from; None for a wrong one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MAXIMUM_NUMBER)
    source: Source | None = None
    came_too_soon: bool = False


class _Wrong(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    boot_id: str
    monotonic_ms: int
    wall_ms: int


class _Note(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    number: int = Field(default=0, ge=0, le=MAXIMUM_NUMBER)
    wrong: tuple[_Wrong, ...] = ()
    untold: tuple[Try, ...] = ()

    def readings(self) -> tuple[Reading, ...]:
        """When wrong codes were given since the last right one."""
        return tuple(
            Reading(boot_id=one.boot_id, monotonic_ms=one.monotonic_ms, wall_ms=one.wall_ms) for one in self.wrong
        )


class SignInLock:
    """Asks for codes at the sign-in, takes each once, and remembers.

    Args:
        folder: Where its notes are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def challenge(self, admitted: VerifiedAdmission) -> Challenge | None:
        """What is asked of the room; None where nothing can be."""
        try:
            note = self._read(admitted.admission.admission_id)
        except PocusError as problem:  # told where it is used
            log.failure(problem)
            return None
        return _challenge(note, admitted) if note.number < MAXIMUM_NUMBER else None

    def use(
        self, admitted: VerifiedAdmission, secret: bytes | None, *, code: str, start_code: str, now: Reading
    ) -> None:
        """Take a code, or refuse it; both are durable when this returns or raises.

        Args:
            admitted: Whose candidate signs in.
            secret: Of the admission's codes; None where this computer opens none.
            code: As typed.
            start_code: What the proctor knows, for a code from the book.
            now: The machine's clocks.

        Raises:
            WrongRoomCodeError, RoomCodeWaitError, SignInsUsedUpError, NoCodesError, BadTriesError: Why not.
            FileRefusedError: The disk does not take the note; nobody is let in.
        """
        admission = admitted.admission
        note = self._read(admission.admission_id)
        if secret is None:
            raise NoCodesError(admission=admission.admission_id)
        if note.number >= MAXIMUM_NUMBER:
            raise SignInsUsedUpError
        challenge = _challenge(note, admitted)
        left_ms = wait_ms(note.readings(), now)
        if left_ms > 0:
            self._keep(admitted, _with(note, Try(number=challenge.number, came_too_soon=True)))
            raise RoomCodeWaitError(time=f"{-(-left_ms // 1000)} s")
        source = source_of(secret, challenge, code)
        is_known = source is not None and (
            not needs_start_code(source, "sign-in", admission) or admissions.is_start_code(admission, start_code)
        )
        if not is_known:
            wrong = _Wrong(boot_id=now.boot_id, monotonic_ms=now.monotonic_ms, wall_ms=now.wall_ms)
            later = _with(note, Try(number=challenge.number))
            self._keep(admitted, later.model_copy(update={"wrong": (*note.wrong, wrong)[-_MOST:]}))
            raise WrongRoomCodeError
        used = _with(note, Try(number=challenge.number, source=source))
        self._keep(admitted, used.model_copy(update={"number": challenge.number, "wrong": ()}))
        log.event("code.signed_in", admission=admission.admission_id)

    def untold(self, admission_id: str) -> tuple[Try, ...]:
        """What is still to be told to the journal; a note that cannot be read keeps nobody from sitting."""
        try:
            return self._read(admission_id).untold
        except PocusError as problem:
            log.failure(problem)
            return ()

    def told(self, admission_id: str, tries: tuple[Try, ...]) -> None:
        """These are durable in the journal."""
        if not tries:
            return
        try:
            note = self._read(admission_id)
            if note.untold[: len(tries)] == tries:
                later = note.model_copy(update={"untold": note.untold[len(tries) :]})
                write_atomically(self._path(admission_id), _encoded(later))
        except PocusError as problem:  # told once more at the next sign-in: rather twice than never
            log.failure(problem)
        except OSError as problem:
            log.failure(FileRefusedError.of(problem))

    def _path(self, admission_id: str) -> Path:
        return self._folder / f"{admission_id}{_TRIED}"

    def _read(self, admission_id: str) -> _Note:
        path = self._path(admission_id)
        try:
            return _Note.model_validate(checked.decode(path.read_bytes()))
        except FileNotFoundError:
            return _Note()
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        except (canonical.BadJsonError, ValidationError) as problem:
            raise BadTriesError(file=path.name) from problem

    def _keep(self, admitted: VerifiedAdmission, note: _Note) -> None:
        try:
            write_atomically(self._path(admitted.admission.admission_id), _encoded(note))
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem


def _challenge(note: _Note, admitted: VerifiedAdmission) -> Challenge:
    return Challenge(purpose="sign-in", number=note.number + 1, admission_digest=admitted.digest)


def _with(note: _Note, one: Try) -> _Note:
    return note.model_copy(update={"untold": (*note.untold, one)[-_MOST:]})


def _encoded(note: _Note) -> bytes:
    return checked.encode(note.model_dump(mode="json"))
