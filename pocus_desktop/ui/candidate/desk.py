"""Where a candidate signs in: the port behind the sign-in screen.

Kept free of the heavy rooms, since the sign-in screen is painted before they are imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from pocus_desktop.admission.room_code import Challenge
    from pocus_desktop.kernel.words import Explanation
    from pocus_desktop.ui.candidate.host import SittingHost


Link: TypeAlias = Literal["none", "offline", "online"]
"""Whether results can be sent from here: no link wanted or none tried yet, tried and not there, there."""

RoomLink: TypeAlias = Literal["none", "offline", "asking", "joined"]
"""Whether the proctor's console answers: no room is known here, it does not, it does and has not let this station in
yet, it does."""


WORDS_NEEDED: Final = "sitting.words_needed"
"""The code of the refusal that the words for the day would lift."""


class AdmissionChoice(NamedTuple):
    """An admission that is present on this computer.

    Attributes:
        admission_id: Its id.
        title: The assessment's title in the language asked for.
        told: How it counts and until when, in words.
        is_resumable: A sitting under it was begun and not handed in.
        needs_code: Its candidate was given a short code to sign in with.
        challenge: What a code of the room would let the candidate sign in by; None where none can be checked here.
    """

    admission_id: str
    title: str
    told: str = ""
    is_resumable: bool = False
    needs_code: bool = False
    challenge: Challenge | None = None


class RoomCode(NamedTuple):
    """A one-time code of the room, by which the proctor lets a candidate sign in.

    Attributes:
        code: As typed.
        start_code: What the proctor knows, for a code from the book.
    """

    code: str
    start_code: str = ""


class MoveOffer(NamedTuple):
    """A sitting on a stick that may go on at this computer.

    Attributes:
        sitting: Its id.
        title: The assessment's title in the language asked for.
        candidate_id: Whose it is.
    """

    sitting: str
    title: str
    candidate_id: str


class MoveDesk(Protocol):
    """Where sittings that were moved to this computer come in (formats/move)."""

    def offers(self, language: str) -> Sequence[MoveOffer]:
        """What is permitted here and lies on a stick; asked every few seconds, and nothing is waited for."""

    def take_in(self, offer: MoveOffer) -> None:
        """Take one in; its admission is listed then, to be resumed.

        Raises:
            PocusError: The stick is gone or altered, the bundle is missing, …
        """

    def pack_out(self, admission_id: str) -> None:
        """Write a sitting that is to move to the stick that is plugged in; nobody goes on with it here then.

        Raises:
            PocusError: There is no stick, or several; or it does not take the sitting.
        """


class Desk(Protocol):
    """Where a candidate signs in: knows the admissions present and opens or resumes sittings."""

    def choices(self, language: str) -> Sequence[AdmissionChoice]:
        """The admissions present, those to be resumed first."""

    def open(
        self,
        *,
        candidate_id: str,
        admission_id: str,
        language: str,
        code: str = "",
        words: str = "",
        room_code: RoomCode | None = None,
    ) -> SittingHost:
        """Open the sitting of an admission, or resume it where it was begun.

        Args:
            candidate_id: As typed.
            admission_id: As chosen.
            language: The interface's.
            code: The candidate's own, where the admission has one.
            words: For the day, where the bundle waits for them (`WORDS_NEEDED`).
            room_code: What the proctor lets the candidate in by; None where they sign in by themselves.

        Raises:
            PocusError: The candidate is another one, the bundle is missing, the window is over, …
        """

    def waiting(self, language: str) -> Explanation | None:
        """What waits to be sent from here and what to do; None for nothing. Asked as often as `link`."""

    def link(self) -> Link:
        """How it stands with the link to the academy; asked every few seconds, on the GUI thread."""

    def room_link(self) -> RoomLink:
        """How it stands with the proctor's room; asked as often as `link`."""
