"""Incidents: what went wrong in a room, written down once and only ever added to (formats/incident 2). Pure.

1. An incident is a chain of entries. The first files it; each later one amends or closes it and names the SHA-256 of
   the one before. Nothing is changed or removed.
2. Evidence is named, not copied: a sitting by its id, a range of its journal's rows and the head that its station
   reported; orders and notes by what the room's journal has of them. No answers and no content.
3. Each entry has both clocks of the console: wall time to be told, monotonic time in a named run to be compared.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, field_validator, model_validator

from pocus_desktop.admission.documents import BadDocumentError, CentreId, Moment, Part, checked
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.proctoring.documents import Code, Detail, Head, Id, Ms, OrderId, StationId
from pocus_desktop.proctoring.incident_reference import BadReferenceError, read_reference
from pocus_desktop.proctoring.taxonomy import is_known

MOST_ENTRIES: Final = 100
MOST_STATIONS: Final = 200
MOST_ORDERS: Final = 200
MOST_NOTES: Final = 200
MOST_BEYOND: Final = 20
LONGEST_LINE: Final = 200

Words = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Who = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Line = Annotated[str, Field(max_length=LONGEST_LINE, pattern=r"^[^\x00-\x1f\x7f]*$")]
DigestOrNone = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{64})?$")]


class IncidentClosedError(PocusError):
    """A closed incident takes nothing more; what came later is a new one that names it."""

    code: ClassVar[str] = "incident.closed"
    blame: ClassVar[Blame] = Blame.USER


class UnknownKindError(PocusError):
    """The taxonomy has no such category or kind."""

    code: ClassVar[str] = "incident.unknown_kind"
    blame: ClassVar[Blame] = Blame.USER


class Stamp(Part):
    """Both clocks of the console, at one look.

    Attributes:
        run: Names the boot in which `monotonic_ms` counts.
    """

    wall_ms: Moment
    monotonic_ms: Ms
    run: Id

    @classmethod
    def of(cls, reading: Reading) -> "Stamp":
        """Of a reading."""
        return cls(wall_ms=reading.wall_ms, monotonic_ms=reading.monotonic_ms, run=reading.boot_id or "-")


class StationRef(Part):
    """A station and what people call it."""

    station_id: StationId
    name: Line


class Evidence(Part):
    """Rows of a sitting's journal, named and not copied.

    Attributes:
        head: The last row that the station reported, with the digest that vouches for all before; None where no report
            came.
    """

    sitting: Id
    admission_id: Id
    candidate_id: Id
    station_id: StationId
    first_seq: int = Field(ge=1, le=10**9)
    last_seq: int = Field(ge=1, le=10**9)
    head: Head | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Evidence":
        if self.last_seq < self.first_seq:
            raise ValueError("a range begins before it ends")
        return self


class OrderRef(Part):
    """An order, and what it came to as far as the room knows."""

    order_id: OrderId
    station_id: StationId
    console: Line
    number: int = Field(ge=1, le=10**9)
    kind: Code
    outcome: Code


class NoteRef(Part):
    """An integrity note that a station reported."""

    station_id: StationId
    sitting: Id
    what: Id
    detail: Detail = ""
    at_ms: Moment


class Entry(Part):
    """What one person wrote at one moment.

    Attributes:
        number: From 1.
        before: SHA-256 of the entry before; empty for the first.
        category, kind: As it is classed from this entry on.
        happened_ms, until_ms: When it happened, as people in the room say; wall time.
        policy: SHA-256 of the policy that was in force; empty where there was none.
        beyond: What was granted beyond it, as told here.
        is_closed: Whether it is settled with this entry.
    """

    number: int = Field(ge=1, le=MOST_ENTRIES)
    before: DigestOrNone = ""
    at: Stamp
    who: Who
    category: Code
    kind: Code
    told: Words
    happened_ms: Moment
    until_ms: Moment | None = None
    stations: tuple[StationRef, ...] = Field(default=(), max_length=MOST_STATIONS)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=MOST_STATIONS)
    orders: tuple[OrderRef, ...] = Field(default=(), max_length=MOST_ORDERS)
    notes: tuple[NoteRef, ...] = Field(default=(), max_length=MOST_NOTES)
    policy: DigestOrNone = ""
    beyond: tuple[Line, ...] = Field(default=(), max_length=MOST_BEYOND)
    is_closed: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of its canonical JSON."""
        return canonical.digest(canonical.encode(self.model_dump(mode="json")))


class Incident(Part):
    """An incident as it stands: all its entries.

    Attributes:
        reference: What the candidate is given.
        console: The console at which it was filed.
    """

    format: Literal[1] = 1
    reference: Line
    centre_id: CentreId
    console: Id
    entries: tuple[Entry, ...] = Field(min_length=1, max_length=MOST_ENTRIES)

    @field_validator("reference")
    @classmethod
    def _is_reference(cls, said: str) -> str:
        try:
            read = read_reference(said)
        except BadReferenceError as problem:
            raise ValueError(problem.code) from problem
        if read != said:
            raise ValueError("it is not written as it is said")
        return said

    @model_validator(mode="after")
    def _is_chain(self) -> "Incident":
        before = ""
        for number, entry in enumerate(self.entries, start=1):
            if (entry.number, entry.before) != (number, before):
                raise ValueError(f"entry {number} does not follow the one before")
            if entry.is_closed and number != len(self.entries):
                raise ValueError("nothing follows what was closed")
            before = entry.digest
        return self

    @property
    def last(self) -> Entry:
        """The latest entry: how it is classed now, and whether it is closed."""
        return self.entries[-1]

    @property
    def stations(self) -> tuple[StationRef, ...]:
        """Every station that an entry names, once."""
        found = {one.station_id: one for entry in self.entries for one in entry.stations}
        return tuple(found.values())

    def extends(self, other: "Incident") -> bool:
        """Whether this is the other with nothing changed, and perhaps more behind it."""
        same = (self.reference, self.centre_id) == (other.reference, other.centre_id)
        return same and self.entries[: len(other.entries)] == other.entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person wrote, with the evidence that the room attached; see `Entry`."""

    who: str
    category: str
    kind: str
    told: str
    happened_ms: int
    until_ms: int | None = None
    stations: tuple[StationRef, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    orders: tuple[OrderRef, ...] = ()
    notes: tuple[NoteRef, ...] = ()
    policy: str = ""
    beyond: tuple[str, ...] = ()
    is_closed: bool = False


def begin(draft: Draft, *, reference: str, centre_id: str, console: str, now: Reading) -> Incident:
    """File an incident.

    Raises:
        UnknownKindError: The taxonomy has no such kind.
        BadDocumentError: A field does not fit; names the first that does not.
    """
    entry = _entry(draft, number=1, before="", now=now)
    fields = {"reference": reference, "centre_id": centre_id, "console": console, "entries": (entry,)}
    return checked(Incident, fields)


def amend(incident: Incident, draft: Draft, *, now: Reading) -> Incident:
    """Add an entry; what stood there stays.

    Raises:
        IncidentClosedError: It is closed.
        UnknownKindError: The taxonomy has no such kind.
        BadDocumentError: A field does not fit, or there are too many entries.
    """
    if incident.last.is_closed:
        raise IncidentClosedError(reference=incident.reference)
    if len(incident.entries) == MOST_ENTRIES:
        raise BadDocumentError(reason="it has as many entries as an incident may have")
    entry = _entry(draft, number=len(incident.entries) + 1, before=incident.last.digest, now=now)
    return checked(Incident, {**dict(incident), "entries": (*incident.entries, entry)})


def _entry(draft: Draft, *, number: int, before: str, now: Reading) -> Entry:
    if not is_known(draft.category, draft.kind):
        raise UnknownKindError(category=draft.category, kind=draft.kind)
    names = Draft.__dataclass_fields__
    fields = {name: getattr(draft, name) for name in names}
    return checked(Entry, {**fields, "number": number, "before": before, "at": Stamp.of(now)})
