"""What stations and consoles tell each other (formats/room 2 to 5). Never content, never an answer.

A report is a station's whole present, not a change: the last one says everything, so that one which is lost, comes
twice or too late costs nothing. Its sender is who signed the request that brought it (`admission.station_request`).
"""

from typing import Annotated, Final, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from pocus_desktop.admission.documents import CentreId, Moment, Name, Pair, Part
from pocus_desktop.admission.shape import Base64
from pocus_desktop.kernel import canonical

REPORT_TYPE: Final = "application/vnd.pocus.station-report.v1+json"
REPLY_TYPE: Final = "application/vnd.pocus.room-reply.v1+json"
HELLO_TYPE: Final = "application/vnd.pocus.station-hello.v1+json"
ASK_TYPE: Final = "application/vnd.pocus.room-ask.v1+json"
DONE_TYPE: Final = "application/vnd.pocus.room-done.v1+json"
VIEW_TYPE: Final = "application/vnd.pocus.room-view.v1+json"
PROBLEM_TYPE: Final = "application/problem+json"
CARD_TYPE: Final = "application/vnd.pocus.room-card.v1+json"

MAXIMUM_REPORT_BYTES: Final = 128 * 1024
MAXIMUM_REPLY_BYTES: Final = 1024 * 1024
MAXIMUM_HELLO_BYTES: Final = 1536 * 1024
"""A hello brings the station's grant, which may bring the root of a trust."""

MAXIMUM_CARD_BYTES: Final = 16 * 1024
MOST_RECEIVED: Final = 16
"""Results that a station tells the receipt of: the latest; a day has a few."""

MOST_ORDERS_TOLD: Final = 100
"""How many orders a report tells of, the latest; and how many a reply brings, the oldest."""

MOST_NOTES_TOLD: Final = 50
MOST_CARDS_TOLD: Final = 4

StationId = Annotated[str, Field(pattern=r"^x25519-[0-9a-f]{32}$")]
"""What admissions call a station: the id of its sealing key."""

ConsoleId = Annotated[str, Field(pattern=r"^con_[0-9a-z]{20}$")]
OrderId = Annotated[str, Field(pattern=r"^ord_[0-9a-z]{20}$")]
RunId = Annotated[str, Field(pattern=r"^run_[0-9a-z]{20}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Ms = Annotated[int, Field(ge=0, le=10**12)]
Count = Annotated[int, Field(ge=0, le=10**9)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_.-]{0,80}$")]
"""A code of the table of words, or nothing."""

Told = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Detail = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Head(Part):
    """The last durable row of a sitting's journal."""

    seq: int = Field(ge=1, le=10**9)
    digest: Digest


class LimitLeft(Part):
    """A limit that binds now.

    Attributes:
        left_ms: When the report was made.
        granted_ms: What was granted of it, which is all that can be taken back.
    """

    scope: Literal["assessment", "case", "phase", "step", "item"]
    scope_id: Id
    limit_ms: Ms
    left_ms: Ms
    granted_ms: Ms = 0


class OrderCame(Part):
    """What an order came to at its station; the console that did not make it learns of it here.

    Attributes:
        console: Who numbered it.
        number: Which of that console's.
        kind: Of its act, such as `pause`.
        seq: The journal's row in which it stands.
        reason: The code of why it was refused; empty where it was not.
    """

    order_id: OrderId
    console: Id
    number: int = Field(ge=1, le=10**9)
    kind: Code
    seq: int = Field(ge=0, le=10**9)
    outcome: Literal["obeyed", "refused"]
    reason: Code = ""
    who: Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class Noted(Part):
    """An integrity note of the journal.

    Attributes:
        at_ms: Wall time, as the station believed it.
    """

    what: Id
    detail: Detail = ""
    at_ms: Moment


class SittingReport(Part):
    """A sitting as its station has it.

    Attributes:
        stage: As `sitting.state.Stage`.
        step_number: From 1 within the present case; 0 where there is no step.
        times: The limits that bind, tightest first.
        is_running: Whether the exam clock runs.
        pause: Why it is paused; None where it is not.
        paused_by: The proctor who did; empty where the candidate did.
        is_barred: It was away for so long that the proctor must let it go on.
        needs_word: What of the proctor is awaited: that the candidate may begin, or go on.
        has_left: The candidate closed the window.
        is_media_waited_for: The clock stands still for a recording that does not play.
        unread: How many of the proctor's words the candidate has not read.
        break_left_ms: What is left of a break; None outside one.
        hand_note: What the candidate wrote who raised a hand.
        saved: `failed` while the disk refuses.
        saved_at_ms: Wall time of the last durable event.
        result: SHA-256 of the sealed result; empty before hand-in.
        delivery: How far that is.
        lost_ms: How long interruptions were, as far as clocks prove it.
        credited_ms: How much of that was not charged.
        dark_ms: How much longer they were if the wall clock is right.
        ended_by: The proctor who ended it; empty where nobody did.
    """

    sitting: Id
    admission_id: Id
    candidate_id: Id
    candidate_name: Told
    mode: Code
    bundle_id: Id
    bundle_version: Count
    stage: Code
    case_number: Count = 0
    case_count: Count = 0
    step_number: Count = 0
    step_count: Count = 0
    times: tuple[LimitLeft, ...] = Field(default=(), max_length=8)
    is_running: bool = False
    pause: Told | None = None
    paused_by: Told = ""
    is_barred: bool = False
    needs_word: Literal["", "begin", "go-on"] = ""
    has_left: bool = False
    is_media_waited_for: bool = False
    unread: Count = 0
    break_left_ms: Ms | None = None
    is_hand_raised: bool = False
    hand_note: Told = ""
    saved: Literal["saved", "saving", "failed"]
    saved_at_ms: Moment
    head: Head | None = None
    orders: tuple[OrderCame, ...] = Field(default=(), max_length=MOST_ORDERS_TOLD)
    notes: tuple[Noted, ...] = Field(default=(), max_length=MOST_NOTES_TOLD)
    lost_ms: Ms = 0
    credited_ms: Ms = 0
    dark_ms: Ms = 0
    ended_by: Told = ""
    is_void: bool = False
    is_declined: bool = False
    result: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{64})?$")] = ""
    delivery: Literal["none", "waiting", "sending", "held", "received", "refused"] = "none"


class Health(Part):
    """The computer under the sitting.

    Attributes:
        disk_free_bytes: Where answers stand; None where it cannot be told.
        battery_percent: None without a battery.
        media_fault: The code of what libVLC or a recording failed with; empty where nothing did.
        outbox_waiting: Results that were not acknowledged yet.
        received: SHA-256 of the latest sealed results that the academy's receipt is here for.
        hub: As the candidate's window has it.
    """

    disk_free_bytes: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    battery_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    is_on_battery: bool = False
    media_fault: Code = ""
    outbox_waiting: Count = 0
    received: tuple[Digest, ...] = Field(default=(), max_length=MOST_RECEIVED)
    hub: Literal["none", "offline", "online"] = "none"

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        """What nobody received is not told: reports without it are what they were before there was the field."""
        told: dict[str, object] = write(self)
        if not self.received:
            del told["received"]
        return told


class StationReport(Part):
    """Where a station stands.

    Attributes:
        run: Names one run of the station's program; drawn when it starts.
        number: Goes up within a run; of two reports of a run the higher one counts.
        wall_ms: The station's wall clock, which is told and believed by nobody.
    """

    format: Literal[1] = 1
    station_id: StationId
    name: Name
    run: RunId
    number: int = Field(ge=1, le=10**9)
    app_version: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z.+_-]*$")] = ""
    wall_ms: Moment
    sitting: SittingReport | None = None
    health: Health = Health()


class StationHello(Pair):
    """Who a station is, said before its first report.

    Attributes:
        grant: The hub's grant, which lets a station of the room's own centre in; None for one that was set up by hand.
    """

    format: Literal[1] = 1
    name: Name
    grant: Base64 | None = Field(default=None, max_length=1024 * 1024)


class RoomReply(Part):
    """What the room answers to a report, and to who waits for orders.

    Attributes:
        orders: Envelopes of orders for this station that no report told of yet, in the order of their numbers.
        mark: Counts what was ordered; who waits names it, and is answered when it is another.
        cards: Cards of the other consoles of this room, so that a station finds them when this one is gone.
        standing: `joined`, or `asking` while the proctor has not let this station in; no order goes to it then.
        wall_ms: The room's wall clock.
    """

    format: Literal[1] = 1
    standing: Literal["joined", "asking"] = "joined"
    orders: tuple[Base64, ...] = Field(default=(), max_length=MOST_ORDERS_TOLD)
    mark: Count
    cards: tuple[Base64, ...] = Field(default=(), max_length=MOST_CARDS_TOLD)
    wall_ms: Moment


class RoomCard(Part):
    """Where a console is and which certificate it shows: signed by its centre (formats/room 3).

    Attributes:
        name: What people call the room.
        addresses: `host:port`, the likeliest first; hints, of which any may be wrong.
        certificate: DER, self-signed by the room's key.
    """

    format: Literal[1] = 1
    centre_id: CentreId
    console: ConsoleId
    name: Name
    addresses: tuple[Annotated[str, Field(pattern=r"^[0-9A-Za-z.:\[\]_-]{3,255}$")], ...] = Field(max_length=8)
    certificate: Base64 = Field(max_length=2048)
    made_at_ms: Moment
    expires_at_ms: Moment

    @model_validator(mode="after")
    def _in_order(self) -> "RoomCard":
        if self.expires_at_ms <= self.made_at_ms:
            raise ValueError("a card is over after it was made")
        return self


def encode(document: Part) -> bytes:
    """The canonical bytes of a document that is sent as it is."""
    return canonical.encode(document.model_dump(mode="json"))
