"""What whoever holds the centre's key asks of an open room, from the command line or another face (formats/room 5)."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from pocus_desktop.admission.documents import BadDocumentError, Moment, Part
from pocus_desktop.admission.proctor_order import Act, ReasonNeededError, UnseenCharacterError
from pocus_desktop.admission.shape import first_fault
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.proctoring import day
from pocus_desktop.proctoring.check_in import HereAlreadyError
from pocus_desktop.proctoring.documents import Id, OrderId, Told
from pocus_desktop.proctoring.errors import BY_CODE, RoomRequestError
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.incident_folder import IncidentChangedError, UnknownIncidentError
from pocus_desktop.proctoring.incident_reference import BadReferenceError
from pocus_desktop.proctoring.incidents import Draft, IncidentClosedError, UnknownKindError
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.policy import BeyondPolicyError

MAXIMUM_ASK_BYTES: Final = 32 * 1024


class AskOrder(Part):
    """Order something at a station."""

    ask: Literal["order"] = "order"
    station: Id
    who: Told
    reason: Told = ""
    act: Annotated[Act, Field(discriminator="kind")]


class AskWithdraw(Part):
    """Give an order up."""

    ask: Literal["withdraw"] = "withdraw"
    order_id: OrderId
    who: Told


class AskLetIn(Part):
    """Let a station in, or take it out of the room."""

    ask: Literal["let-in", "put-out"] = "let-in"
    station: Id
    who: Told


class AskSeat(Part):
    """Give a candidate a seat; none frees it."""

    ask: Literal["seat"] = "seat"
    station: Id
    candidate_id: Id | None
    who: Told


class AskHand(Part):
    """Someone is on the way to a raised hand."""

    ask: Literal["hand"] = "hand"
    station: Id
    who: Told


class AskCheckIn(Part):
    """Check a candidate in; that the admission counts here and now was looked at by who asks."""

    ask: Literal["check-in"] = "check-in"
    candidate_id: Id
    admission_id: Id
    how: Told = ""
    who: Told


class AskIncident(Part):
    """File an incident, or with a reference add to one.

    Attributes:
        category, kind: Both empty where an incident stays classed as it is.
        stations: By name or id.
    """

    ask: Literal["incident"] = "incident"
    reference: str = Field(default="", max_length=40)
    category: str = Field(default="", max_length=80)
    kind: str = Field(default="", max_length=80)
    told: str = Field(max_length=4000)
    who: Told
    happened_ms: Moment
    until_ms: Moment | None = None
    stations: tuple[Id, ...] = Field(default=(), max_length=200)
    is_closed: bool = False


Ask: TypeAlias = AskOrder | AskWithdraw | AskLetIn | AskSeat | AskHand | AskCheckIn | AskIncident
_ASK: Final[TypeAdapter[Ask]] = TypeAdapter(Annotated[Ask, Field(discriminator="ask")])


ASKED_REFUSALS: Final[Mapping[str, type[PocusError]]] = {
    **BY_CODE,
    **{
        error.code: error
        for error in (
            BadDocumentError,
            BadReferenceError,
            BeyondPolicyError,
            FileRefusedError,
            HereAlreadyError,
            IncidentChangedError,
            IncidentClosedError,
            ReasonNeededError,
            UnknownIncidentError,
            UnknownKindError,
            UnseenCharacterError,
        )
    },
}
"""What a console may answer to an ask, as it is met at the other end."""


def read_ask(body: bytes) -> Ask:
    """What is asked.

    Raises:
        RoomRequestError: It is nothing that this program knows.
    """
    try:
        return _ASK.validate_python(canonical.decode(body))
    except ValidationError as problem:
        raise RoomRequestError(reason=first_fault(problem)) from problem
    except canonical.BadJsonError as problem:
        raise RoomRequestError(reason="it is not JSON") from problem


def answer(room: LiveRoom, ask: Ask) -> str:
    """Do what is asked; the id of the order or the reference of the incident, where one came of it.

    Raises:
        PocusError: It cannot be done.
    """
    match ask:
        case AskOrder(station=station, act=act, who=who, reason=reason):
            return room.order(station, act, who=who, reason=reason)
        case AskWithdraw(order_id=order_id, who=who):
            room.withdraw(order_id, who=who)
        case AskLetIn(ask="let-in", station=station, who=who):
            room.let_in(station, who=who)
        case AskLetIn(station=station, who=who):
            room.put_out(station, who=who)
        case AskSeat(station=station, candidate_id=candidate_id, who=who):
            room.assign(station, candidate_id, who=who)
        case AskHand(station=station, who=who):
            room.answer_hand(station, who=who)
        case AskCheckIn(candidate_id=candidate_id, admission_id=admission_id, how=how, who=who):
            arrival = day.arrivals(room.state).get(admission_id)
            if arrival is not None and arrival.is_checked:
                raise HereAlreadyError(candidate=candidate_id)
            room.check_in(candidate_id, who=who, how=how, admission_id=admission_id)
        case AskIncident():
            return _file(room, ask)
    return ""


def _file(room: LiveRoom, ask: AskIncident) -> str:
    desk = IncidentDesk.of(room, room.folder, clock=room.clock)
    last = desk.find(ask.reference).report.incident.last if ask.reference else None
    draft = Draft(
        who=ask.who,
        category=last.category if last is not None and not ask.category else ask.category,
        kind=last.kind if last is not None and not ask.kind else ask.kind,
        told=ask.told,
        happened_ms=ask.happened_ms,
        until_ms=ask.until_ms,
        is_closed=ask.is_closed,
    )
    stations = [room.station(one).station_id for one in ask.stations]
    filed = desk.amend(ask.reference, draft, stations) if ask.reference else desk.file(draft, stations)
    return filed.reference
