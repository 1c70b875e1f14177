"""An incident in words, line by line: for the command line, the window and paper alike."""

from datetime import UTC, datetime

from pocus_desktop.kernel import words
from pocus_desktop.proctoring.incidents import Entry, Evidence, Incident, OrderRef
from pocus_desktop.proctoring.taxonomy import category_told, kind_told
from pocus_desktop.sitting.integrity.telling import tell

_HEAD_DIGITS = 16


def tell_incident(incident: Incident, language: str) -> str:
    """The whole of it as text."""
    state = words.say(f"incident.{'is_closed' if incident.last.is_closed else 'is_open'}", language)
    centre = words.say("incident.of_centre", language, centre=incident.centre_id)
    lines = [
        words.say("incident.title", language, reference=incident.reference),
        f"{centre}. {classed(incident.last, language)}. {state}.",
    ]
    for entry in incident.entries:
        lines += ["", head_told(entry, language), happened_told(entry, language), entry.told]
        lines += [f"  {line}" for line in attached_told(entry, language)]
    return "\n".join(lines)


def classed(entry: Entry, language: str) -> str:
    """Category and kind."""
    return f"{category_told(entry.category, language)}: {kind_told(entry.kind, language)}"


def head_told(entry: Entry, language: str) -> str:
    """Who wrote it, and when."""
    key = "incident.filed" if entry.number == 1 else "incident.amended"
    return words.say(key, language, when=moment_told(entry.at.wall_ms), who=entry.who)


def happened_told(entry: Entry, language: str) -> str:
    """When it happened."""
    when = moment_told(entry.happened_ms)
    if entry.until_ms is None:
        return words.say("incident.happened", language, when=when)
    return words.say("incident.happened_between", language, when=when, until=moment_told(entry.until_ms))


def attached_told(entry: Entry, language: str) -> tuple[str, ...]:
    """Stations, evidence, orders and notes, a line each."""
    found = []
    if entry.stations:
        names = ", ".join(one.name for one in entry.stations)
        found.append(words.say("incident.stations_line", language, names=names))
    found += [_evidence(one, language) for one in entry.evidence]
    found += [_order(one, language) for one in entry.orders]
    for note in entry.notes:
        told = tell(note.what, note.detail, language)
        found.append(f"{moment_told(note.at_ms)}  {note.sitting}: {told.what}")
        found.append("    " + words.say("integrity.innocent", language, text=told.innocent))
        found.append("    " + words.say("integrity.other", language, text=told.other))
    found += [words.say("incident.policy_line", language, what=one) for one in entry.beyond]
    return tuple(found)


def moment_told(wall_ms: int) -> str:
    """A moment of the wall clock, in UTC: rooms and academies have zones of their own."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"


def _order(one: OrderRef, language: str) -> str:
    kind, outcome = f"room.order.{one.kind}", f"room.course.{one.outcome}"
    name = words.say(kind, language) if words.has(kind) else one.kind
    told = words.say(outcome, language, order=name) if words.has(outcome) else f"{name}: {one.outcome}"
    return words.say("incident.order_line", language, told=told, order=one.order_id)


def _evidence(one: Evidence, language: str) -> str:
    if one.head is None:
        return words.say("incident.evidence_unheard", language, sitting=one.sitting, candidate=one.candidate_id)
    return words.say(
        "incident.evidence_line",
        language,
        sitting=one.sitting,
        candidate=one.candidate_id,
        first=one.first_seq,
        last=one.last_seq,
        head=one.head.digest[:_HEAD_DIGITS],
    )
