"""What happens in a room, as its journal keeps it (formats/room 6).

`at_ms` is the console's monotonic clock, which is only compared with itself in one run; `wall_ms` is for telling.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pocus_desktop.admission.documents import Moment, Name
from pocus_desktop.admission.shape import Base64, Key, first_fault
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.proctoring.documents import Code, Id, Ms, OrderId, StationId, StationReport, Told
from pocus_desktop.proctoring.shared import Shared

VERSION: Literal[1] = 1


class BadRoomEventError(PocusError):
    """A row of the room's journal is not an event that this program knows."""

    code = "room.bad_event"
    blame = Blame.CONTENT


class Happening(BaseModel):
    """What all events share: frozen, nothing unknown, a version, two stamps."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    v: Literal[1] = VERSION
    at_ms: Ms
    wall_ms: Moment


class Opened(Happening):
    """The console's program began, or came back; nothing that was measured before counts any more.

    Attributes:
        console: Its id, which is drawn once for a room's folder.
    """

    type: Literal["opened"] = "opened"
    console: Id


class StationCame(Happening):
    """A station said who it is.

    Attributes:
        signing: Signs its requests; orders name it.
        is_ours: Its grant says that it belongs to this room's centre.
    """

    type: Literal["station-came"] = "station-came"
    station_id: StationId
    name: Name
    signing: Key
    is_ours: bool


class StationLetIn(Happening):
    """The proctor let a station in that brought no grant of this centre."""

    type: Literal["station-let-in"] = "station-let-in"
    station_id: StationId
    who: Told


class StationPutOut(Happening):
    """The proctor took a station out of the room: it was not of here, or it went home."""

    type: Literal["station-put-out"] = "station-put-out"
    station_id: StationId
    who: Told


class ReportCame(Happening):
    """A station reported; its sender was verified."""

    type: Literal["report-came"] = "report-came"
    report: StationReport


class OrderAsked(Happening):
    """The proctor ordered something.

    Attributes:
        station_id: Where.
        number: Which of this console's for the admission.
        envelope: The signed order.
    """

    type: Literal["order-asked"] = "order-asked"
    order_id: OrderId
    station_id: StationId
    admission_id: Id
    number: int = Field(ge=1, le=1_000_000)
    kind: Code
    who: Told
    reason: Told = ""
    envelope: Base64 = Field(max_length=32 * 1024)


class OrdersHandedOver(Happening):
    """Orders went out to their station; whether they arrived is not known. Never kept."""

    type: Literal["orders-handed-over"] = "orders-handed-over"
    order_ids: tuple[OrderId, ...]


class OrderWithdrawn(Happening):
    """The proctor gave an order up: it goes out no more."""

    type: Literal["order-withdrawn"] = "order-withdrawn"
    order_id: OrderId
    who: Told


class StationAssigned(Happening):
    """A candidate was given a station; none takes the seat back."""

    type: Literal["station-assigned"] = "station-assigned"
    station_id: StationId
    candidate_id: Id | None
    admission_id: Id | None = None
    who: Told


class CheckedIn(Happening):
    """A candidate's identity was looked at.

    Attributes:
        how: What was looked at, in the proctor's words or a code.
        is_present: False where a check-in was taken back.
    """

    type: Literal["checked-in"] = "checked-in"
    candidate_id: Id
    admission_id: Id | None = None
    who: Told
    how: Told = ""
    is_present: bool = True


class HandAnswered(Happening):
    """The proctor is on the way to a raised hand; the station lowers it when it is ordered to."""

    type: Literal["hand-answered"] = "hand-answered"
    station_id: StationId
    who: Told


class IncidentFiled(Happening):
    """An incident was written down or closed; its report is a document of its own.

    Attributes:
        reference: What the candidate was given.
        category: Of the taxonomy.
        stations: Whom it concerns; empty for the whole room.
    """

    type: Literal["incident-filed"] = "incident-filed"
    reference: Id
    category: Code
    told: Told
    stations: tuple[StationId, ...] = Field(default=(), max_length=200)
    who: Told
    is_open: bool = True


class Ticked(Happening):
    """Time passed. Never kept."""

    type: Literal["ticked"] = "ticked"


class PeerSeen(Happening):
    """Another console of this centre showed its card, which was verified."""

    type: Literal["peer-seen"] = "peer-seen"
    console: Id
    card: Base64 = Field(max_length=16 * 1024)


class PeerShared(Happening):
    """Another console of this centre told what it did; its signature was verified."""

    type: Literal["peer-shared"] = "peer-shared"
    shared: Shared


Event: TypeAlias = (
    Opened
    | StationCame
    | StationLetIn
    | StationPutOut
    | ReportCame
    | OrderAsked
    | OrdersHandedOver
    | OrderWithdrawn
    | StationAssigned
    | CheckedIn
    | HandAnswered
    | IncidentFiled
    | Ticked
    | PeerSeen
    | PeerShared
)
"""Any event of a room."""

_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def encode(event: Event) -> bytes:
    """The bytes that the room's journal keeps."""
    return event.model_dump_json().encode("utf-8")


def decode(data: bytes) -> Event:
    """Read them back.

    Raises:
        BadRoomEventError: They are no event that this program knows.
    """
    try:
        return _EVENT.validate_json(data)
    except ValidationError as problem:
        raise BadRoomEventError(reason=first_fault(problem)) from problem
