"""Deadlines as an iCalendar file (RFC 5545): a whole day each, with alarms before it (docs/adr/0203). Pure.

The UID of an event is made from the step and the candidate: a calendar that imports the file again moves its events
instead of doubling them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pocus_desktop.kernel import words
from pocus_desktop.programme.step import Actor, NextStep, StepKind

_LINE_OCTETS: Final = 75
_ALARM_DAYS: Final = (7,)
_EARLIER_DAYS: Final = {
    StepKind.CREDITS: (90, 30, 7),
    StepKind.EVIDENCE: (30, 7),
    StepKind.CREDENTIAL_ENDS: (30, 7),
    StepKind.RENEW: (30, 7),
}
"""So many days before, for what takes longer than a week."""


def calendar(
    steps: Iterable[NextStep], *, account_id: str, now_ms: int, language: str = words.SOURCE_LANGUAGE
) -> bytes:
    """The steps that have a day, as a calendar.

    Args:
        steps: As `next_steps` gives them.
        account_id: Whose they are.
        now_ms: When the file is made.
        language: Of summaries.
    """
    dated = [(step, step.by) for step in steps if step.by is not None]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//POCUS Desktop//Programme//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *(line for step, day in dated for line in _event(step, day, account_id, now_ms, language)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(step: NextStep, day: date, account_id: str, now_ms: int, language: str) -> Iterator[str]:
    summary = _text(step.told(language))
    name = hashlib.sha256(f"{account_id}\x00{step.key}".encode()).hexdigest()[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{name}@pocus.invalid"
    yield f"DTSTAMP:{datetime.fromtimestamp(now_ms // 1000, tz=UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    if day < date.max:
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY;LANGUAGE={language}:{summary}"
    yield "TRANSP:TRANSPARENT"
    if step.actor is Actor.CANDIDATE and not step.is_over:
        for days in _EARLIER_DAYS.get(step.kind, _ALARM_DAYS):
            yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{summary}", f"TRIGGER:-P{days}D", "END:VALARM")
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A TEXT value (3.3.11): no control character, and four signs escaped."""
    plain = "".join(c if c.isprintable() or c == "\n" else " " for c in value)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, cut between characters (3.1)."""
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _LINE_OCTETS:
            yield part
            part, octets = " ", 1
        part, octets = part + character, octets + size
    yield part
