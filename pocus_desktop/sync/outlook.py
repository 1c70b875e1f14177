"""What people are told of the outbox: what waits, what arrived, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pocus_desktop.kernel import words
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting.held import HeldState
from pocus_desktop.sync.engine import Row, Stage, Status, due_ms
from pocus_desktop.sync.errors import NoReceiptYetError

SHORT = 12
"""So many digits of a digest tell results apart; more may be typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTold:
    """One envelope in words.

    Attributes:
        state: How far it is.
        why: What is wrong with one that was set aside; empty for any other.
        when: What was tried and when, or when it arrived.
        todo: What to do next.
    """

    state: str
    why: str
    when: str
    todo: str


def tell_row(row: Row, *, now_ms: int, language: str = "en") -> RowTold:
    """An envelope's row in words."""
    return RowTold(
        state=_state(row, language),
        why=_why(row, language),
        when=_when(row, now_ms, language),
        todo=_todo(row, language),
    )


def tell_outlook(rows: Sequence[Row], *, now_ms: int, language: str = "en") -> Explanation | None:
    """What someone at a station should know of finished results; None where nothing waits and nothing is set aside."""
    finished = [row for row in rows if not row.is_partial]
    aside = [row for row in finished if row.status is Status.QUARANTINED]
    if aside:
        return Explanation(
            what=words.say("sync.outlook.aside", language, count=len(aside)),
            next=words.say("sync.outlook.aside_next", language),
        )
    waiting = [row for row in finished if row.status is not Status.DONE]
    if not waiting:
        return None
    held = [row for row in waiting if row.is_held]
    if held == waiting:
        return Explanation(
            what=words.say("sync.outlook.held", language, count=len(held)),
            next=words.say("sync.outlook.held_next", language),
        )
    tried = max((row.tried_ms for row in waiting if row.tried_ms is not None), default=None)
    following = min((due for row in waiting if (due := due_ms(row, now_ms)) is not None), default=now_ms)
    told = (
        words.say("sync.outlook.waiting_untried", language, count=len(waiting))
        if tried is None
        else words.say(
            "sync.outlook.waiting",
            language,
            count=len(waiting),
            last=clock_time(tried, now_ms),
            next=clock_time(max(following, now_ms), now_ms),
        )
    )
    return Explanation(what=told, next=words.say("sync.outlook.waiting_next", language))


def clock_time(at_ms: int, now_ms: int) -> str:
    """A moment as the clock on the wall shows it; with its day where that is another one."""
    at, now = (datetime.fromtimestamp(ms / 1000).astimezone() for ms in (at_ms, now_ms))
    return at.strftime("%H:%M" if at.date() == now.date() else "%Y-%m-%d %H:%M")


def _state(row: Row, language: str) -> str:
    stage = words.say(f"sync.stage.{row.stage}", language, part=_part(row))
    return f"{words.say(f'sync.status.{row.status}', language)} · {stage}"


def _why(row: Row, language: str) -> str:
    if row.status is not Status.QUARANTINED or not row.problem:
        return ""
    return f"{words.explain(row.problem, {'reason': row.reason}, language).what}  [{row.problem}]"


def _part(row: Row) -> str:
    return f"{row.offset:,} / {row.size_bytes:,}"


def _when(row: Row, now_ms: int, language: str) -> str:
    if row.delivered_ms is not None:
        return words.say("sync.line.delivered_at", language, time=clock_time(row.delivered_ms, now_ms))
    if row.tried_ms is None:
        return words.say("sync.line.never_tried", language)
    last = clock_time(row.tried_ms, now_ms)
    if row.problem and not row.attempts and row.stage is Stage.SENDING:
        return words.say("sync.line.cut_and_on", language, last=last)
    told = words.say("sync.line.tried", language, attempts=max(row.attempts, 1), last=last)
    due = due_ms(row, now_ms)
    if due is None:
        return told
    return f"{told} · {words.say('sync.line.next_at', language, time=clock_time(max(due, now_ms), now_ms))}"


def _todo(row: Row, language: str) -> str:
    if row.status is Status.DONE:
        return words.say("sync.line.may_go", language, digest=row.digest[:SHORT])
    if row.is_held:
        return words.say(f"sync.held.{HeldState(row.reason)}", language)
    if row.problem == NoReceiptYetError.code or (row.stage is Stage.SENT and row.carrier == "folder"):
        return words.say("sync.line.bring_back", language)
    if row.problem and words.has(f"errors.{row.problem}.next", language):
        return words.say(f"errors.{row.problem}.next", language)
    return words.say("sync.line.nothing", language)
