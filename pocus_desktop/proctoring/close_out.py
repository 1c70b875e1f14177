"""Closing a room: green only when every sitting is handed in, sealed, and sent or on the stick. Pure.

Every line says what is missing in words; what only a person can settle (a hand still up, an incident without words)
stands below as a note and keeps nobody from going home.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.kernel import words
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.check_in import as_counted

Stand: TypeAlias = Literal[
    "absent", "unheard", "not-begun", "running", "unsealed", "waiting", "held", "refused", "on-stick", "sent", "voided"
]
"""How far one admission came.

absent: never checked in. unheard: the same, as far as is known: stations were not heard since this console was opened,
and one of them may have a sitting. not-begun: checked in, and no sitting began; done where their station says so
itself, and not where that station is silent. running: a sitting that was not handed in.
unsealed: handed in, and its sealed result is not written. waiting: sealed, and only its station has it. held: this
console has it too, and it is neither sent nor on a stick. refused: the academy refused it. on-stick: a copy stands on a
stick. sent: the academy's receipt is here. voided: the centre declared it void; its
result goes to the academy like any other, so it is green on the same terms and named apart.
"""

MOST_NAMED: Final = 8
"""Stations that a line names."""

_DONE: frozenset[Stand] = frozenset({"absent", "on-stick", "sent"})
_ORDER: tuple[Stand, ...] = (
    "refused", "running", "unsealed", "waiting", "held", "voided", "not-begun", "unheard", "on-stick", "sent", "absent",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingEnd:
    """What the room knows of one admission at the end.

    Attributes:
        is_here: The candidate was checked in, or a station told of their sitting.
        has_begun: A station told of a sitting under it.
        is_over: It is handed in, or ended.
        is_sealed: Its sealed result is written.
        is_held: This console has a copy of that.
        is_copied: A copy of it stands on a stick.
        is_refused: The academy refused it.
        is_sent: The academy's receipt came.
        is_void: The centre declared it void.
        is_heard: Its station is still reporting; what an absent station said last may be out of date.
        unheard: Stations that may know more, by name: nobody heard them since this console was opened. Empty where all
            were heard.
    """

    admission_id: str
    candidate_id: str
    name: str
    station: str = ""
    is_here: bool = False
    has_begun: bool = False
    is_over: bool = False
    is_sealed: bool = False
    is_held: bool = False
    is_copied: bool = False
    is_refused: bool = False
    is_sent: bool = False
    is_void: bool = False
    is_heard: bool = True
    unheard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One admission on the checklist.

    Attributes:
        is_done: Nothing is missing.
        is_stale: Its station is silent, so that this is what was known last.
    """

    end: SittingEnd
    stand: Stand
    is_done: bool
    is_stale: bool

    def told(self, language: str = words.SOURCE_LANGUAGE) -> Explanation:
        """How it stands and what is missing."""
        stem = f"close_out.{self.stand}"
        params = {
            "candidate": self.end.name,
            "station": self.end.station,
            "stations": ", ".join(self.end.unheard[:MOST_NAMED]) + ("…" if len(self.end.unheard) > MOST_NAMED else ""),
        }
        what = words.say(f"{stem}.what", language, **params)
        next_step = "" if self.is_done else words.say(f"{stem}.next", language, **params)
        if self.is_stale:
            next_step = " ".join((next_step, words.say("close_out.stale", language, **params))).strip()
        return Explanation(what=what, next=next_step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The room's end.

    Attributes:
        lines: What is missing first.
        hands: Stations whose raised hand nobody answered.
        orders: Orders that no station has obeyed or refused yet.
        incidents: Incidents that were filed and are not signed off yet.
        reports: Reports of incidents that the academy has not signed for yet.
    """

    lines: tuple[Line, ...]
    hands: tuple[str, ...] = ()
    orders: int = 0
    incidents: int = 0
    reports: int = 0

    @property
    def is_green(self) -> bool:
        """Every sitting that began is handed in, sealed, and sent or on the stick; never of a day that is not known."""
        return bool(self.lines) and all(line.is_done for line in self.lines)

    @property
    def missing(self) -> tuple[Line, ...]:
        """The lines that keep it from being green."""
        return tuple(line for line in self.lines if not line.is_done)

    def verdict(self, language: str = words.SOURCE_LANGUAGE) -> Explanation:
        """The whole in one sentence, and what to do next."""
        begun = sum(line.end.has_begun for line in self.lines)
        key = "close_out.green" if self.is_green else "close_out.open" if self.lines else "close_out.nothing"
        said = {"count": len(self.missing), "begun": begun}
        return Explanation(
            what=words.say(f"{key}.what", language, **said), next=words.say(f"{key}.next", language, **said)
        )

    def notes(self, language: str = words.SOURCE_LANGUAGE) -> tuple[str, ...]:
        """What a person settles before they leave; nothing of it holds the room open."""
        found = []
        if self.hands:
            found.append(words.say("close_out.note.hands", language, stations=", ".join(self.hands)))
        if self.orders:
            found.append(words.say("close_out.note.orders", language, count=self.orders))
        if self.incidents:
            found.append(words.say("close_out.note.incidents", language, count=self.incidents))
        if self.reports:
            found.append(words.say("close_out.note.reports", language, count=self.reports))
        absent = sum(line.stand == "absent" for line in self.lines)
        if absent:
            found.append(words.say("close_out.note.absent", language, count=absent))
        return tuple(found)


def as_document(whole: Checklist, language: str = words.SOURCE_LANGUAGE) -> dict[str, Json]:
    """The checklist for a command and its readers."""
    verdict = whole.verdict(language)
    lines: list[Json] = []
    for line in whole.lines:
        told = line.told(language)
        lines.append(
            {
                "admission_id": line.end.admission_id,
                "candidate_id": line.end.candidate_id,
                "name": line.end.name,
                "station": line.end.station,
                "stand": line.stand,
                "is_done": line.is_done,
                "is_stale": line.is_stale,
                "what": told.what,
                "next": told.next,
            }
        )
    notes: list[Json] = [*whole.notes(language)]
    return {"is_green": whole.is_green, "what": verdict.what, "next": verdict.next, "lines": lines, "notes": notes}


def checklist(
    ends: Iterable[SittingEnd], *, hands: Iterable[str] = (), orders: int = 0, incidents: int = 0, reports: int = 0
) -> Checklist:
    """How the room stands, what is missing first."""
    lines = [_line(end) for end in ends]
    lines.sort(key=lambda line: (line.is_done, _ORDER.index(line.stand), as_counted(line.end.station), line.end.name))
    return Checklist(lines=tuple(lines), hands=tuple(hands), orders=orders, incidents=incidents, reports=reports)


def stand_of(end: SittingEnd) -> Stand:
    """How far an admission came."""
    match end:
        case SittingEnd(has_begun=False):
            return "not-begun" if end.is_here else "unheard" if end.unheard else "absent"
        case SittingEnd(is_void=True):
            return "voided"
        case SittingEnd(is_over=False):
            return "running"
        case SittingEnd(is_sealed=False):
            return "unsealed"
        case SittingEnd(is_sent=True):
            return "sent"
        case SittingEnd(is_refused=True):
            return "refused"
        case SittingEnd(is_copied=True):
            return "on-stick"
        case SittingEnd(is_held=True):
            return "held"
        case _:
            return "waiting"


def _line(end: SittingEnd) -> Line:
    stand = stand_of(end)
    match stand:
        case "voided":
            is_done = end.is_sealed and (end.is_sent or (end.is_copied and not end.is_refused))
        case "not-begun":
            is_done = end.is_heard
        case _:
            is_done = stand in _DONE
    return Line(end=end, stand=stand, is_done=is_done, is_stale=end.is_here and not is_done and not end.is_heard)
