"""The proctor's order: what a centre tells one station to do with one sitting (formats/order 2).

A console makes it, the centre's key signs it, the station verifies it and writes it into the sitting's journal, and the
academy verifies it again. It names sitting and station, so that it is obeyed nowhere else, and it is numbered, so that
it is obeyed once and in its turn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field, model_validator

from pocus_desktop.admission.documents import CentreId, Moment, Part, bounded, checked, read_payload, signed
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import ids
from pocus_desktop.kernel.errors import Blame, PocusError

PAYLOAD_TYPE: Final = "application/vnd.pocus.proctor-order.v1+json"
MAXIMUM_BYTES: Final = 16 * 1024
MAXIMUM_EXTRA_MS: Final = 2 * 3_600_000
"""The most time that one order adds or takes back: more is a slip of the hand."""

MAXIMUM_BREAK_MINUTES: Final = 120

_Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
"""Text on one line that steers no terminal."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Characters without a shape that scripts need; they steer nothing."""

Who = Annotated[_Line, Field(min_length=1, max_length=80)]
Told = Annotated[_Line, Field(max_length=500)]
StationHex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ScopeName = Annotated[_Line, Field(max_length=120)]
Scope: TypeAlias = Literal["sitting", "assessment", "case", "phase", "step", "item"]


class OrderError(PocusError):
    """An order is not taken; always one of the classes that follow."""

    code: ClassVar[str] = "order.refused"
    blame: ClassVar[Blame] = Blame.USER


class NotTheCentresOrderError(OrderError):
    """An order is not signed by the centre of the sitting."""

    code = "order.not_the_centres"


class OrderForOtherStationError(OrderError):
    """An order is for another station."""

    code = "order.other_station"


class OrderForOtherSittingError(OrderError):
    """An order is for another sitting."""

    code = "order.other_sitting"


class ReasonNeededError(OrderError):
    """An order that is never given without a reason has none."""

    code = "order.reason_needed"


class UnseenCharacterError(OrderError):
    """A text of an order has a character that nobody sees, such as one that turns the direction of what follows."""

    code = "order.unseen_character"


class Authorise(Part):
    """The proctor lets the candidate begin, or go on after an interruption that needs the proctor's word."""

    kind: Literal["authorise"] = "authorise"


class Pause(Part):
    """The clock stands still, and nothing of the content is seen, until the proctor resumes."""

    kind: Literal["pause"] = "pause"


class Resume(Part):
    """A pause ends, whoever began it."""

    kind: Literal["resume"] = "resume"


class AddTime(Part):
    """More time.

    Attributes:
        scope: What gets it; `sitting` is every limit that runs where the candidate is.
        scope_id: Its id; empty for `sitting` and `assessment`, of which there is one.
    """

    kind: Literal["add-time"] = "add-time"
    scope: Scope = "sitting"
    scope_id: ScopeName = ""
    extra_ms: int = Field(gt=0, le=MAXIMUM_EXTRA_MS)


class RemoveTime(Part):
    """Takes back time that was granted before (formats/order 4.5); fields as of `AddTime`."""

    kind: Literal["remove-time"] = "remove-time"
    scope: Scope = "sitting"
    scope_id: ScopeName = ""
    extra_ms: int = Field(gt=0, le=MAXIMUM_EXTRA_MS)


class Message(Part):
    """A word to the candidate, who says that it was read."""

    kind: Literal["message"] = "message"
    text: Annotated[Told, Field(min_length=1)]


class LowerHand(Part):
    """The hand was answered; `text` is the answer, where one is given in writing."""

    kind: Literal["lower-hand"] = "lower-hand"
    text: Told = ""


class Break(Part):
    """A break that nobody scheduled.

    Attributes:
        is_clock_held: Whether the clock stands still meanwhile; else the candidate's time runs on.
    """

    kind: Literal["break"] = "break"
    minutes: int = Field(gt=0, le=MAXIMUM_BREAK_MINUTES)
    is_clock_held: bool = True


class End(Part):
    """The sitting is over: what there is, is handed in."""

    kind: Literal["end"] = "end"


class Void(Part):
    """The sitting is over and shall not count; it is sealed and sent all the same."""

    kind: Literal["void"] = "void"


Act: TypeAlias = Authorise | Pause | Resume | AddTime | RemoveTime | Message | LowerHand | Break | End | Void

Kind: TypeAlias = Literal[
    "authorise", "pause", "resume", "add-time", "remove-time", "message", "lower-hand", "break", "end", "void"
]

NEEDS_REASON: Final[frozenset[Kind]] = frozenset({"pause", "add-time", "remove-time", "break", "end", "void"})
"""What is never ordered without a reason: the candidate is told it, and an appeal asks for it."""


class ProctorOrder(Part):
    """What the centre orders.

    Attributes:
        order_id: Names this order, which is obeyed once.
        console: Which console numbered it.
        number: From 1, higher with each order of this console for this sitting.
        after: The console's order before it that still stands; what lies between was withdrawn. 0 for none.
        sitting: The sitting, where the console knows it; else any of the admission.
        station: The signing key of the station that shall obey.
        made_at_ms: The console's wall time; told only, for clocks differ.
        who: The proctor.
        reason: Why; may be empty where `NEEDS_REASON` does not ask for one.
    """

    format: Literal[1] = 1
    order_id: str = Field(pattern=r"^ord_[0-9a-z]{20}$")
    centre_id: CentreId
    console: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    number: int = Field(ge=1, le=1_000_000)
    after: int = Field(ge=0)
    admission_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    sitting: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,120}$")] | None = None
    station: StationHex
    made_at_ms: Moment
    who: Who
    reason: Told = ""
    act: Annotated[Act, Field(discriminator="kind")]

    @model_validator(mode="after")
    def _whole(self) -> "ProctorOrder":
        if self.after >= self.number:
            raise ValueError("an order comes after an earlier one")
        if self.act.kind in NEEDS_REASON and not self.reason.strip():
            raise ValueError("a reason is needed")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedOrder:
    """An order whose signature is the centre's; made by `read_order` alone."""

    order: ProctorOrder
    envelope: bytes


def new_order_id() -> str:
    """A fresh name for an order."""
    return ids.new_id("ord")


def make_order(fields: dict[str, object]) -> ProctorOrder:
    """An order from its fields.

    Raises:
        BadDocumentError: They do not fit; names the first that does not.
        ReasonNeededError: It has no reason, and must have one.
        UnseenCharacterError: A text has a character that nobody sees.
    """
    match fields:
        case {"act": {"kind": kind}, **rest} if kind in NEEDS_REASON and not str(rest.get("reason", "")).strip():
            raise ReasonNeededError
    order = checked(ProctorOrder, fields)
    require_seen(order)
    return order


def require_seen(order: ProctorOrder) -> None:
    """All that people read of an order can be seen (formats/order 2.6); asked where one is made or taken.

    A journal that holds one from before is read as ever.

    Raises:
        UnseenCharacterError: Names the text and the first such character, by its number.
    """
    act = order.act
    text = act.text if isinstance(act, Message | LowerHand) else ""
    for field, told in (("who", order.who), ("reason", order.reason), ("text", text)):
        for one in told:
            if not (one.isprintable() or one.isspace() or one in _JOINERS):
                raise UnseenCharacterError(field=field, character=f"U+{ord(one):04X}")


def issue_order(order: ProctorOrder, signer: SigningKey) -> bytes:
    """The order's envelope."""
    return signed(PAYLOAD_TYPE, order, [signer])


def read_order(envelope: bytes, centres: Iterable[PublicKey]) -> VerifiedOrder:
    """Verify an order by the keys of the centre that must have signed it.

    Raises:
        NotTheCentresOrderError: None of them did.
        BadDocumentError, NewerDocumentError: It is no order that this program knows.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_BYTES))
    try:
        dsse.verify(parsed, payload_type=PAYLOAD_TYPE, keys=centres)
    except dsse.NotEnoughSignaturesError as problem:
        raise NotTheCentresOrderError from problem
    return VerifiedOrder(order=read_payload(ProctorOrder, parsed.payload), envelope=envelope)


def told_by(envelope: bytes) -> ProctorOrder:
    """What an order says, its signature unseen: for whoever reads a journal that took verified orders only.

    Raises:
        BadDocumentError, NewerDocumentError: It is no order that this program knows.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_BYTES))
    if parsed.payload_type != PAYLOAD_TYPE:
        raise dsse.WrongPayloadTypeError(expected=PAYLOAD_TYPE, found=parsed.payload_type)
    return read_payload(ProctorOrder, parsed.payload)


def require_for(order: ProctorOrder, *, sitting: str, admission_id: str, station: str) -> None:
    """It is for this sitting at this station.

    Args:
        order: Verified before.
        sitting: The sitting's id.
        admission_id: Its admission's.
        station: This station's signing key (64 hexadecimal digits).

    Raises:
        OrderForOtherSittingError, OrderForOtherStationError: Which it is not.
    """
    if order.admission_id != admission_id or order.sitting not in {None, sitting}:
        raise OrderForOtherSittingError(admission=order.admission_id)
    if order.station != station:
        raise OrderForOtherStationError
