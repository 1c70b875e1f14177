"""What stands in a report, part by part; how it is laid out is `paper`'s, how it is drawn `track_painter`'s."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.axis import Axis, step_for
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.stamps import date_told, span_told, time_told
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Answer, Clock, Mark, Play
from pocus_desktop.sitting.ledger import Scope
from pocus_desktop.ui.appeals.paper import Cell, Paper
from pocus_desktop.ui.appeals.track_colours import track_colours
from pocus_desktop.ui.appeals.track_painter import Stretch, TrackPainter
from pocus_desktop.ui.words import Words

_STRIPS: Final = 12
"""How many strips a timeline is drawn in, at most, before gaps are left out."""

_CALLS: Final = frozenset(
    {"proctor-called", "hand-lowered", "integrity-noted", "system-check-passed", "start-code-tried"}
)


class ReportParts:
    """Writes one report.

    Args:
        appeal: What it is of.
        sheet: What it is written on.
        words: Of the reader's language.
        is_blind: Leave out who the candidate is.
    """

    def __init__(self, appeal: Appeal, sheet: Paper, *, words: Words, is_blind: bool) -> None:
        self._appeal = appeal
        self._told = appeal.timeline
        self._sheet = sheet
        self._words = words
        self._is_blind = is_blind
        self._names = Names(appeal.course, words.language)
        self._telling = Telling(self._names)
        self._axis = Axis(appeal.timeline)

    def write(self) -> None:
        """All of it, in order."""
        words, sheet = self._words, self._sheet
        sheet.title(words("report.title"))
        sheet.text(self._names.scope(("assessment", self._told.opened.assessment)), tone="muted")
        for doubt in self._told.doubts:
            said = self._telling.doubt(doubt)
            sheet.banner(said.what, said.next)
        self._identify()
        self._sum_up()
        self._draw()
        self._list_answers()
        self._list_plays()
        self._list_interruptions()
        self._list_marks("granted", [one for one in self._told.marks if one.is_proctors])
        self._list_clock_notes()
        noted = [one for one in self._told.marks if one.noted or one.kind in _CALLS]
        self._list_marks("noted", noted)
        refused = [one for one in self._told.marks if one.is_refused or one.kind in {"timer-fired", "time-over"}]
        self._list_marks("refused", refused)
        self._list_marks("events", self._told.marks)
        self._say_how_to_verify()

    def _facts(self, facts: Sequence[tuple[str, str]]) -> None:
        rows = [(Cell(text=self._words(f"report.{key}"), tone="muted"), Cell(text=value)) for key, value in facts]
        self._sheet.table((), rows, shares=(3.5, 8.5))

    def _identify(self) -> None:
        words, one, opened = self._words, self._appeal.identity, self._told.opened
        self._sheet.heading(words("report.identification"))
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
        self._facts(facts)

    def _settings(self) -> str:
        opened = self._told.opened
        return self._words(
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
        return self._words(key, digest=other.digest, last=other.last_seq, seq=other.forks_at)

    def _sum_up(self) -> None:
        words, totals = self._words, self._told.totals
        self._sheet.heading(words("report.time"))
        self._facts(
            [
                ("elapsed", span_told(totals.elapsed_ms)),
                ("consumed", span_told(totals.consumed_ms)),
                ("held", span_told(totals.held_ms)),
                ("away", span_told(totals.gap_ms)),
                ("credited", span_told(totals.credited_ms)),
                ("lost", span_told(totals.lost_ms)),
                ("dark", span_told(totals.dark_ms)),
                ("granted_in_all", span_told(totals.granted_ms)),
            ]
        )
        rows = [
            (
                Cell(text=self._names.scope(one.scope), is_strong=one.scope[0] in {"assessment", "case"}),
                Cell(text="-" if one.limit_ms is None else span_told(one.limit_ms)),
                Cell(text=span_told(one.consumed_ms)),
                Cell(text="-" if not one.granted_ms else span_told(one.granted_ms)),
            )
            for one in sorted(self._told.spent, key=lambda one: self._order(one.scope))
        ]
        head = [words(f"report.{key}") for key in ("scope", "limit", "consumed", "granted_in_all")]
        if rows:
            self._sheet.table(head, rows, shares=(7, 2, 2, 2))

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

    def _draw(self) -> None:
        """The timeline in strips of equal length; a long time in which nothing was is told in words."""
        words, sheet = self._words, self._sheet
        painter = TrackPainter(
            self._told,
            self._telling,
            colours=track_colours("light"),
            font=sheet.font("fine"),
            point=sheet.point,
        )
        sheet.heading(words("report.drawn"), keep_with=160)
        sheet.text(words("report.drawn_how"), size="fine", tone="muted")
        length = self._axis.length_ms
        strip = step_for(sum(one.lasted_ms for one in self._told.clock if not self._is_empty(one)), at_most=_STRIPS)
        start = 0
        while start == 0 or start < length:
            empty = next((one for one in self._told.clock if self._covers(one, start, strip)), None)
            if empty is not None:
                end = empty.end.elapsed_ms // strip * strip
                told = self._telling.interruption(empty) if empty.kind in {"hold", "gap"} else ""
                what = told or self._telling.clock(empty.kind)
                sheet.text(words("report.not_drawn", time=span_told(end - start), what=what), tone="muted")
                start = end
                continue
            stretch = Stretch(from_ms=start, to_ms=start + strip)
            sheet.drawing(painter.height, partial(_paint, tracks=painter, stretch=stretch))
            start += strip
        sheet.text(words("report.legend"), size="fine", tone="muted")

    def _is_empty(self, clock: Clock) -> bool:
        """Whether nothing happened in a stretch of the clock."""
        begin, end = clock.begin.elapsed_ms, clock.end.elapsed_ms
        return clock.kind != "run" and not any(begin < one.at.elapsed_ms < end for one in self._told.marks)

    def _covers(self, clock: Clock, start: int, strip: int) -> bool:
        return self._is_empty(clock) and clock.begin.elapsed_ms < start and start + 2 * strip <= clock.end.elapsed_ms

    def _list_answers(self) -> None:
        words = self._words
        self._sheet.heading(words("report.answers"))
        if not self._told.answers:
            self._sheet.text(words("report.none"), tone="muted")
            return
        head = [words(f"report.{key}") for key in ("when", "question", "answer", "outcome")]
        self._sheet.table(head, [self._answer(one) for one in self._told.answers], shares=(2.2, 4, 4.2, 3.6))

    def _answer(self, one: Answer) -> tuple[Cell, ...]:
        words, names = self._words, self._names
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
            Cell(text=self._telling.outcome(one), fine=left, tone="danger" if one.is_counted is False else ""),
        )

    def _when(self, one: Answer | Mark) -> Cell:
        words, at = self._words, one.at
        exam = words("report.exam_at", time=span_told(at.exam_ms))
        return Cell(text=self._time(at), fine=f"{exam}\n{words('report.entry', seq=at.seq)}")

    def _time(self, at: At) -> str:
        """The time of day, with its date where that is another than the first."""
        told, first = date_told(at.wall_ms), date_told(self._told.begin.wall_ms)
        return time_told(at.wall_ms) if told[:10] == first[:10] else told

    def _list_plays(self) -> None:
        words = self._words
        self._sheet.heading(words("report.media"))
        if not self._told.plays:
            self._sheet.text(words("report.none"), tone="muted")
            return
        head = [words(f"report.{key}") for key in ("when", "clip", "played", "outcome")]
        self._sheet.table(head, [self._play(one) for one in self._told.plays], shares=(2.2, 3.6, 5, 3.2))

    def _play(self, one: Play) -> tuple[Cell, ...]:
        words = self._words
        parts = "\n".join(
            words(
                "report.part",
                begin=span_told(part.begin.exam_ms),
                lasted=span_told(part.end.elapsed_ms - part.begin.elapsed_ms),
                what=self._telling.part(part.kind),
                start=span_told(part.from_ms),
                stop=span_told(part.to_ms),
            )
            for part in one.parts
        )
        exam = words("report.exam_at", time=span_told(one.begin.exam_ms))
        entry = words("report.entry", seq=one.begin.seq)
        return (
            Cell(text=self._time(one.begin), fine=f"{exam}\n{entry}"),
            Cell(text=self._names.clip(one.clip), fine=words("report.play_number", number=one.number)),
            Cell(text=parts),
            Cell(text=self._telling.play_end(one), tone="danger" if one.how == "failed" else ""),
        )

    def _list_interruptions(self) -> None:
        words = self._words
        self._sheet.heading(words("report.interruptions"))
        found = self._told.interruptions
        if not found:
            self._sheet.text(words("report.none"), tone="muted")
            return
        head = [words(f"report.{key}") for key in ("from_to", "lasted", "what_and_why", "effect")]
        self._sheet.table(head, [self._interruption(one) for one in found], shares=(3.4, 2, 5, 3.4))

    def _interruption(self, one: Clock) -> tuple[Cell, ...]:
        words = self._words
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
            Cell(text=self._telling.interruption(one), fine="\n".join(filter(None, (why, evidence)))),
            Cell(text="\n".join(effects) or words("report.effect_none"), tone="danger" if one.lost_ms else ""),
        )

    def _list_clock_notes(self) -> None:
        words = self._words
        self._sheet.heading(words("report.clock_notes"))
        drifts = [one for one in self._told.marks if one.drift_ms]
        if not drifts:
            self._sheet.text(words("report.clocks_agreed"), tone="muted")
            return
        rows = [(self._when(one), Cell(text=self._telling.drift(one.drift_ms))) for one in drifts]
        self._sheet.table([words("report.when"), words("report.note")], rows, shares=(2.4, 9))

    def _list_marks(self, key: str, marks: Sequence[Mark]) -> None:
        words = self._words
        self._sheet.heading(words(f"report.{key}"))
        if not marks:
            self._sheet.text(words("report.none"), tone="muted")
            return
        rows = [
            (
                Cell(text=self._time(one.at)),
                Cell(text=span_told(one.at.exam_ms)),
                Cell(text=str(one.at.seq)),
                Cell(text=self._telling.event(one), fine="\n".join(self._telling.consequences(one))),
            )
            for one in marks
        ]
        head = [words(f"report.{key}") for key in ("when", "exam", "entry_number", "what")]
        self._sheet.table(head, rows, shares=(2.4, 1.7, 1.1, 8.4))

    def _say_how_to_verify(self) -> None:
        words = self._words
        self._sheet.heading(words("report.verify"))
        for number in (1, 2, 3, 4):
            self._sheet.text(words(f"report.verify_{number}", digest=self._appeal.identity.digest))


def _paint(painter: QPainter, rect: QRectF, *, tracks: TrackPainter, stretch: Stretch) -> None:
    tracks.paint(painter, rect.adjusted(tracks.gutter, 0, 0, 0), stretch)
