"""What a report of a sitting says, in words and tables: for paper, a window and a page alike (formats/timeline)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.stamps import date_told, span_told, time_told
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Answer, Clock, Mark, Play
from pocus_desktop.sitting.ledger import Scope

_CALLS: Final = frozenset(
    {"proctor-called", "hand-lowered", "integrity-noted", "system-check-passed", "start-code-tried"}
)

Say = Callable[..., str]
"""The sentence for a key below `ui.`, with its parameters filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a cell.

    Attributes:
        text: Any text; line breaks stay.
        fine: A second text below, smaller and quieter.
        tone: A colour role; the text's where empty.
        is_strong: Whether it stands out.
    """

    text: str
    fine: str = ""
    tone: str = ""
    is_strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A part of a report.

    Attributes:
        name: What it is of: `identification`, `time`, `scopes`, `answers`, `media`, `interruptions`, `granted`,
            `clock_notes`, `noted`, `refused` or `events`.
        heading: In words; empty where it goes on from the table before.
        head: The columns' headings; none for facts, each with its name before it.
        rows: Each with a cell a column.
        shares: How wide the columns are, against each other.
        empty: What is said where there are no rows.
    """

    name: str
    heading: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shares: tuple[float, ...]
    empty: str = ""


class Sheet:
    """Writes the parts of one report.

    Args:
        appeal: What it is of.
        say: Of the reader's language.
        language: That language.
        is_blind: Leave out who the candidate is.
    """

    def __init__(self, appeal: Appeal, say: Say, language: str, *, is_blind: bool = False) -> None:
        self._appeal = appeal
        self._told = appeal.timeline
        self._say = say
        self._is_blind = is_blind
        self.names: Final = Names(appeal.course, language)
        self.telling: Final = Telling(self.names)

    @property
    def title(self) -> str:
        """Of what it is."""
        return self.names.scope(("assessment", self._told.opened.assessment))

    def before_the_drawing(self) -> Iterator[Table]:
        """Which sitting it is, and the time in short."""
        yield self._identification()
        yield self._time_in_short()
        if self._told.spent:
            yield self._scopes()

    def behind_the_drawing(self) -> Iterator[Table]:
        """Answers, media, interruptions, what the proctor did and what was noted; every entry last."""
        told = self._told
        yield self._table(
            "answers", ("when", "question", "answer", "outcome"), (2.2, 4, 4.2, 3.6), map(self._answer, told.answers)
        )
        yield self._table(
            "media", ("when", "clip", "played", "outcome"), (2.2, 3.6, 5, 3.2), map(self._play, told.plays)
        )
        yield self._table(
            "interruptions",
            ("from_to", "lasted", "what_and_why", "effect"),
            (3.4, 2, 5, 3.4),
            map(self._interruption, told.interruptions),
        )
        yield self._marks("granted", [one for one in told.marks if one.is_proctors])
        drifts = [one for one in told.marks if one.drift_ms]
        yield self._table(
            "clock_notes",
            ("when", "note"),
            (2.4, 9),
            ((self._when(one), Cell(text=self.telling.drift(one.drift_ms))) for one in drifts),
            empty="clocks_agreed",
        )
        yield self._marks("noted", [one for one in told.marks if one.noted or one.kind in _CALLS])
        yield self._marks(
            "refused", [one for one in told.marks if one.is_refused or one.kind in {"timer-fired", "time-over"}]
        )
        yield self._marks("events", told.marks)

    def how_to_verify(self) -> tuple[str, ...]:
        """Steps for whoever does not believe it."""
        digest = self._appeal.identity.digest
        return tuple(self._say(f"report.verify_{number}", digest=digest) for number in (1, 2, 3, 4))

    def _table(
        self,
        name: str,
        head: Sequence[str],
        shares: tuple[float, ...],
        rows: "Iterator[tuple[Cell, ...]]",
        *,
        empty: str = "none",
    ) -> Table:
        return Table(
            name=name,
            heading=self._say(f"report.{name}"),
            head=tuple(self._say(f"report.{key}") for key in head),
            rows=tuple(rows),
            shares=shares,
            empty=self._say(f"report.{empty}"),
        )

    def _facts(self, name: str, facts: Sequence[tuple[str, str]]) -> Table:
        rows = tuple((Cell(text=self._say(f"report.{key}"), tone="muted"), Cell(text=value)) for key, value in facts)
        return Table(name=name, heading=self._say(f"report.{name}"), head=(), rows=rows, shares=(3.5, 8.5))

    def _identification(self) -> Table:
        words, one, opened = self._say, self._appeal.identity, self._told.opened
        candidate = words("report.left_out") if self._is_blind else f"{one.candidate_name} ({one.candidate_id})"
        bundle = words("report.bundle_told", bundle=one.bundle_id, version=one.bundle_version)
        receipt = words("report.no_receipt")
        if one.receipt is not None:
            time = date_told(one.receipt.received_at_ms)
            receipt = words("report.receipt_told", time=time, key=one.receipt.key_id, seq=one.receipt.last_seq)
        facts = [
            ("candidate", candidate),
            ("sitting", one.sitting),
            ("attempt", words("report.attempt_told", attempt=one.attempt, mode=one.mode)),
            ("admission", f"{one.admission_id}\n{one.admission_digest}"),
            ("bundle", f"{bundle}\n{one.manifest_digest}"),
            ("result", one.digest),
            ("entries", words("report.entries_told", seq=one.last_seq, time=date_told(one.sealed_at_ms))),
            ("head_of_journal", one.head),
            ("station", one.station),
            ("receipt", receipt),
            ("began", date_told(self._told.begin.wall_ms)),
            ("ended", date_told(self._told.end.wall_ms)),
            ("program", opened.app_version),
            ("settings", self._settings()),
        ]
        if one.others:
            facts.append(("others", "\n".join(self._other(index) for index in range(len(one.others)))))
        return self._facts("identification", facts)

    def _settings(self) -> str:
        opened = self._told.opened
        return self._say(
            "report.settings_told",
            factor=f"{opened.time_factor:g}",
            cap=span_told(opened.credit_cap_ms),
            language=opened.language,
            text=opened.text_percent,
            theme=opened.theme,
        )

    def _other(self, index: int) -> str:
        other = self._appeal.identity.others[index]
        key = "report.other_forked" if other.forks_at else "report.other_superseded"
        return self._say(key, digest=other.digest, last=other.last_seq, seq=other.forks_at)

    def _time_in_short(self) -> Table:
        totals = self._told.totals
        amounts = (
            ("elapsed", totals.elapsed_ms),
            ("consumed", totals.consumed_ms),
            ("held", totals.held_ms),
            ("away", totals.gap_ms),
            ("credited", totals.credited_ms),
            ("lost", totals.lost_ms),
            ("dark", totals.dark_ms),
            ("granted_in_all", totals.granted_ms),
        )
        return self._facts("time", [(key, span_told(amount)) for key, amount in amounts])

    def _scopes(self) -> Table:
        rows = tuple(
            (
                Cell(text=self.names.scope(one.scope), is_strong=one.scope[0] in {"assessment", "case"}),
                Cell(text="-" if one.limit_ms is None else span_told(one.limit_ms)),
                Cell(text=span_told(one.consumed_ms)),
                Cell(text="-" if not one.granted_ms else span_told(one.granted_ms)),
            )
            for one in sorted(self._told.spent, key=lambda one: self._order(one.scope))
        )
        head = tuple(self._say(f"report.{key}") for key in ("scope", "limit", "consumed", "granted_in_all"))
        return Table(name="scopes", heading="", head=head, rows=rows, shares=(7, 2, 2, 2))

    def _order(self, scope: Scope) -> tuple[int, int]:
        """Assessment first, then case by case with what is in it, as it was first shown."""
        kinds = ("assessment", "case", "phase", "step", "item")
        first = next(
            (index for index, one in enumerate(self._told.screens) if scope[1] in (one.case, one.phase, one.step)),
            len(self._told.screens),
        )
        course = self._appeal.course
        if scope[0] == "item" and course is not None:
            step = course.plan.asked_at.get(scope[1], "")
            first = next((index for index, one in enumerate(self._told.screens) if one.step == step), first)
        return (-1, 0) if scope[0] == "assessment" else (first, kinds.index(scope[0]))

    def _answer(self, one: Answer) -> tuple[Cell, ...]:
        words, names = self._say, self.names
        replaced = ""
        if one.replaced is not None:
            replaced = words("report.replaced", answer=names.response(one.item, one.replaced))
        left = "\n".join(
            words("report.left", scope=names.scope(limit.scope), time=span_told(limit.left_ms)) for limit in one.limits
        )
        step = words("report.on_step", step=names.step(one.step)) if one.step else ""
        return (
            self._when(one),
            Cell(text=names.item(one.item), fine=step),
            Cell(text=names.response(one.item, one.response), fine=replaced),
            Cell(text=self.telling.outcome(one), fine=left, tone="danger" if one.is_counted is False else ""),
        )

    def _when(self, one: Answer | Mark) -> Cell:
        words, at = self._say, one.at
        exam = words("report.exam_at", time=span_told(at.exam_ms))
        return Cell(text=self._time(at), fine=f"{exam}\n{words('report.entry', seq=at.seq)}")

    def _time(self, at: At) -> str:
        """The time of day, with its date where that is another than the first."""
        told, first = date_told(at.wall_ms), date_told(self._told.begin.wall_ms)
        return time_told(at.wall_ms) if told[:10] == first[:10] else told

    def _play(self, one: Play) -> tuple[Cell, ...]:
        words = self._say
        parts = "\n".join(
            words(
                "report.part",
                begin=span_told(part.begin.exam_ms),
                lasted=span_told(part.end.elapsed_ms - part.begin.elapsed_ms),
                what=self.telling.part(part.kind),
                start=span_told(part.from_ms),
                stop=span_told(part.to_ms),
            )
            for part in one.parts
        )
        exam = words("report.exam_at", time=span_told(one.begin.exam_ms))
        entry = words("report.entry", seq=one.begin.seq)
        return (
            Cell(text=self._time(one.begin), fine=f"{exam}\n{entry}"),
            Cell(text=self.names.clip(one.clip), fine=words("report.play_number", number=one.number)),
            Cell(text=parts),
            Cell(text=self.telling.play_end(one), tone="danger" if one.how == "failed" else ""),
        )

    def _interruption(self, one: Clock) -> tuple[Cell, ...]:
        words = self._say
        why = words("report.said", why=one.why, by=one.by or words("report.candidate_self")) if one.why else ""
        evidence = words("report.evidence", first=one.begin.seq, last=one.end.seq)
        effects = [
            words(f"report.effect_{key}", time=span_told(amount))
            for key, amount in (
                ("held", one.held_ms),
                ("credited", one.credited_ms),
                ("lost", one.lost_ms),
                ("dark", one.dark_ms),
            )
            if amount
        ]
        return (
            Cell(
                text=f"{date_told(one.begin.wall_ms)}\n{date_told(one.end.wall_ms)}",
                fine=words("report.exam_at", time=span_told(one.begin.exam_ms)),
            ),
            Cell(text=span_told(one.lasted_ms)),
            Cell(text=self.telling.interruption(one), fine="\n".join(filter(None, (why, evidence)))),
            Cell(text="\n".join(effects) or words("report.effect_none"), tone="danger" if one.lost_ms else ""),
        )

    def _marks(self, name: str, marks: Sequence[Mark]) -> Table:
        rows = (
            (
                Cell(text=self._time(one.at)),
                Cell(text=span_told(one.at.exam_ms)),
                Cell(text=str(one.at.seq)),
                Cell(text=self.telling.event(one), fine="\n".join(self.telling.consequences(one))),
            )
            for one in marks
        )
        return self._table(name, ("when", "exam", "entry_number", "what"), (2.4, 1.7, 1.1, 8.4), rows)
