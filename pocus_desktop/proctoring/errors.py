"""What can go wrong between a room and its stations; each carries the HTTP status it is told with."""

from collections.abc import Mapping
from typing import ClassVar, Final

from pocus_desktop.kernel.errors import Blame, PocusError


class RoomError(PocusError):
    """A room does not do what was asked; always one of the classes that follow."""

    code: ClassVar[str] = "room.refused"
    blame: ClassVar[Blame] = Blame.USER
    status: ClassVar[int] = 409


class RoomRequestError(RoomError):
    """A request to a room has another form than any has."""

    code = "room.bad_request"
    blame = Blame.BUG
    status = 400


class UnknownStationError(RoomError):
    """A room does not know who signed a request."""

    code = "room.unknown_station"
    status = 401


class RoomClockError(RoomError):
    """A request was signed for another time; it is signed again for the room's."""

    code = "room.clock_differs"
    blame = Blame.ENVIRONMENT
    status = 401


class NotYoursError(RoomError):
    """A station reports as another one."""

    code = "room.not_yours"
    status = 403


class NothingThereError(RoomError):
    """A room has nothing at that address."""

    code = "room.nothing_there"
    status = 404


class RoomTooLargeError(RoomError):
    """A request is larger than any is."""

    code = "room.too_large"
    status = 413


class RoomBusyError(RoomError):
    """A sender asks more often than anyone needs to."""

    code = "room.too_often"
    blame = Blame.ENVIRONMENT
    status = 429


class NoSuchStationError(RoomError):
    """No station of that id or name is in the room."""

    code = "room.no_such_station"
    status = 404


class OldReportError(RoomError):
    """A report came again, or after a newer one."""

    code = "room.old_report"
    blame = Blame.ENVIRONMENT


class OtherKeyError(RoomError):
    """A station says that it is one which the room knows by another key."""

    code = "room.other_key"
    status = 403


class RoomFullError(RoomError):
    """A room has as many stations as it can hold."""

    code = "room.full"
    status = 403


class OrderOverError(RoomError):
    """An order that shall be withdrawn is over."""

    code = "room.order_over"


class NoPlaceError(RoomError):
    """The console holds as many connections as it can, or as one address may have."""

    code = "room.no_place"
    blame = Blame.ENVIRONMENT
    status = 503


class NoHandError(RoomError):
    """No hand is raised where one shall be answered."""

    code = "room.no_hand"


class NobodySitsError(RoomError):
    """A station that shall be ordered something has no sitting."""

    code = "room.nobody_sits"


class NoRoomHereError(RoomError):
    """This computer is no centre, so it can hold no room."""

    code = "room.no_centre"


class RoomInUseError(RoomError):
    """Another program of this computer holds the room."""

    code = "room.in_use"
    blame = Blame.ENVIRONMENT


class NotServingError(RoomError):
    """No console is open on this computer."""

    code = "room.not_serving"


class CannotListenError(RoomError):
    """The console cannot listen at its port."""

    code = "room.cannot_listen"
    blame = Blame.ENVIRONMENT


class JournalUnusableError(RoomError):
    """The room's journal cannot be read or written."""

    code = "room.journal_unusable"
    blame = Blame.ENVIRONMENT
    status = 503


class LaterJournalError(RoomError):
    """A later program wrote the room's journal."""

    code = "room.later_journal"
    blame = Blame.ENVIRONMENT


class NotReachedError(RoomError):
    """A console could not be asked."""

    code = "room.not_reached"
    blame = Blame.ENVIRONMENT


class OtherRoomError(RoomError):
    """Another computer than the paired console answers at its address."""

    code = "room.other_room"
    blame = Blame.ENVIRONMENT


class AnsweredNoError(RoomError):
    """A console answered that it does not do what was asked."""

    code = "room.answered_no"


class BadAddressError(RoomError):
    """An address is none."""

    code = "room.bad_address"


class WordsDifferError(RoomError):
    """The words that were typed are another room's."""

    code = "room.words_differ"


class WordsNeededError(RoomError):
    """A room that is not of this station's centre is paired with words."""

    code = "room.words_needed"


class CardOverError(RoomError):
    """A room's card is over."""

    code = "room.card_over"
    blame = Blame.ENVIRONMENT


REFUSALS: Final[Mapping[str, type[RoomError]]] = {
    error.code: error
    for error in (NoSuchStationError, OldReportError, OtherKeyError, RoomFullError, OrderOverError, NoHandError)
}
"""Errors for what `room.step` refuses, by its codes."""

_ANSWERED: Final[tuple[type[RoomError], ...]] = (
    RoomRequestError,
    UnknownStationError,
    NotYoursError,
    NothingThereError,
    RoomTooLargeError,
    RoomBusyError,
    NobodySitsError,
    WordsNeededError,
    CardOverError,
    JournalUnusableError,
    NoPlaceError,
    *REFUSALS.values(),
)
BY_CODE: Final[Mapping[str, type[RoomError]]] = {error.code: error for error in _ANSWERED}
"""What a console may answer, as it is met at the other end."""
