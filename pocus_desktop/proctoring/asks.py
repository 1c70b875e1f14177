"""What whoever holds the centre's key asks of an open room, from the command line or another face (formats/room 5)."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from pocus_desktop.admission.documents import Part
from pocus_desktop.admission.proctor_order import Act
from pocus_desktop.admission.shape import first_fault
from pocus_desktop.kernel import canonical
from pocus_desktop.proctoring.documents import Id, OrderId, Told
from pocus_desktop.proctoring.errors import RoomRequestError
from pocus_desktop.proctoring.live_room import LiveRoom

MAXIMUM_ASK_BYTES: Final = 16 * 1024


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


Ask: TypeAlias = AskOrder | AskWithdraw | AskLetIn | AskSeat | AskHand
_ASK: Final[TypeAdapter[Ask]] = TypeAdapter(Annotated[Ask, Field(discriminator="ask")])


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
    """Do what is asked; the id of the order, where one came of it.

    Raises:
        RoomError, BadDocumentError: It cannot be done.
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
    return ""
