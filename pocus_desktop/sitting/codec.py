"""Events to bytes and back, one converter per step of their version (formats/journal 4).

`Recorded` is an event with its place in the chain and its stamp; the journal stores the event's bytes encrypted, the
sealed result carries `Recorded` as JSON.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeGuard

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pocus_desktop.admission.shape import first_fault
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting.errors import BadEventError, NewerEventError
from pocus_desktop.sitting.events import VERSION, AnyEvent, Event

Document: TypeAlias = dict[str, Json]
Converters: TypeAlias = Mapping[int, Callable[[Document], Document]]

CONVERTERS: Final[Converters] = {}
"""From version n to n + 1; empty while there is only version 1."""

_FIELDS: Final = frozenset({"seq", "monotonic_ms", "wall_ms", "boot_id", "event"})
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(AnyEvent, config=ConfigDict(defer_build=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event in its place.

    Attributes:
        seq: Counted from 1, without a gap.
        at: When it arrived.
        event: What happened.
    """

    seq: int
    at: Reading
    event: Event

    def as_json(self) -> Document:
        """As the sealed result carries it (formats/sealed-result 5.4)."""
        return {
            "seq": self.seq,
            "monotonic_ms": self.at.monotonic_ms,
            "wall_ms": self.at.wall_ms,
            "boot_id": self.at.boot_id,
            "event": _dump(self.event),
        }

    @classmethod
    def from_json(cls, document: Json) -> "Recorded":
        """Read it back.

        Raises:
            BadEventError: It is something else.
            NewerEventError: A newer program wrote it.
        """
        if not isinstance(document, Mapping) or document.keys() != _FIELDS:
            raise BadEventError(reason="its fields are not those of a recorded event")
        seq, monotonic, wall = document["seq"], document["monotonic_ms"], document["wall_ms"]
        boot = document["boot_id"]
        if not (_is_int(seq) and _is_int(monotonic) and _is_int(wall) and isinstance(boot, str)):
            raise BadEventError(reason="its stamp is not a stamp")
        at = Reading(monotonic_ms=monotonic, wall_ms=wall, boot_id=boot)
        return cls(seq=seq, at=at, event=read_event(document["event"]))


def encode_event(event: Event) -> bytes:
    """The bytes of an event as the journal encrypts them: compact JSON, fields in the model's order."""
    return event.model_dump_json().encode("utf-8")


def decode_event(data: bytes) -> Event:
    """Read the bytes of an event of any version up to ours.

    Raises:
        BadEventError: The bytes are no event.
        NewerEventError: A newer program wrote it.
    """
    try:
        return _EVENT.validate_json(data)
    except ValidationError:
        pass  # an older or newer version, or no event: the slow way says which
    try:
        return read_event(canonical.decode(data))
    except canonical.BadJsonError as problem:
        raise BadEventError(reason="it is not JSON") from problem


def read_event(document: Json, *, converters: Converters = CONVERTERS, version: int = VERSION) -> Event:
    """Read an event document, converting it step by step from its version to ours.

    Args:
        document: The parsed JSON.
        converters: From version n to n + 1.
        version: The version to arrive at.

    Raises:
        BadEventError: The document is no event.
        NewerEventError: A newer program wrote it.
    """
    if not isinstance(document, Mapping) or not _is_int(found := document.get("v")):
        raise BadEventError(reason="it has no version")
    current: Document = dict(document)
    if found > version:
        raise NewerEventError(found=found, known=version)
    while found < version:
        if found not in converters:
            raise BadEventError(reason=f"version {found} was never written")
        current = {**converters[found](current), "v": found + 1}
        found += 1
    try:
        return _EVENT.validate_python(current)
    except ValidationError as problem:
        raise BadEventError(reason=first_fault(problem)) from problem


def _dump(event: Event) -> Document:
    return event.model_dump(mode="json")


def _is_int(value: object) -> TypeGuard[int]:
    return type(value) is int  # as JSON gives it; `bool` is another type
