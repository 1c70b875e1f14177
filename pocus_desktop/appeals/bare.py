"""The clock of a sitting as far as the journal tells it without the assessment (formats/timeline 3.2).

Only the assessment knows where breaks are, whether a recording was waited for, and when a scenario ends by itself; what
is reckoned here counts breaks and waits as exam time, and the timeline says so (`Timeline.has_content`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pocus_desktop.admission import proctor_order as order_document
from pocus_desktop.appeals.ordered import is_end, order_of
from pocus_desktop.sitting import events, ledger, lost
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.events import Opened
from pocus_desktop.sitting.fold_code import CODE, MOVE
from pocus_desktop.sitting.fold_flow import DISK, PAUSE
from pocus_desktop.sitting.fold_time import AWAY
from pocus_desktop.sitting.ledger import Ledger, Scope, ScopeKind
from pocus_desktop.sitting.orders import Obeyed, find, last_number, outcome
from pocus_desktop.sitting.state import HeldBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """What events alone make.

    Attributes:
        pause: Why it is paused; None where it is not.
        held_by: What paused it; empty where nothing does.
        paused_by: The name of the proctor who paused it; empty where no proctor did.
        has_left: The person closed the window, and has not come back since.
        is_over: It was handed in.
        orders: Which of the proctor's orders came; whether they applied, only the assessment tells.
    """

    opened: Opened
    ledger: Ledger
    pause: str | None = None
    held_by: HeldBy = ""
    paused_by: str = ""
    has_left: bool = False
    is_over: bool = False
    orders: tuple[Obeyed, ...] = ()

    @property
    def is_held_by_proctor(self) -> bool:
        """As of a sitting's state."""
        return self.held_by in {"proctor", "code", "away"}


def begin(first: Recorded) -> Bare:
    """Before anything but the opening happened."""
    assert isinstance(first.event, Opened)  # noqa: S101 - whoever opened the result proved it (sealed-result 5.4)
    return Bare(opened=first.event, ledger=Ledger(last=first.at))


def end_of(recorded: Sequence[Recorded]) -> int:
    """The number of the event that ended the sitting; 0 where none did. Of several attempts the last one succeeded."""
    ends = [
        one.seq for one in recorded if isinstance(one.event, events.HandedIn | events.TimeOver) or is_end(one.event)
    ]
    return ends[-1] if ends else 0


def follow(bare: Bare, one: Recorded, *, ends_at: int) -> Bare:
    """After one more event."""
    event = one.event
    is_back = isinstance(event, events.CAME_BACK)
    station = event.station if isinstance(event, events.CAME_BACK) else ""
    if is_back or one.at.boot_id != bare.ledger.last.boot_id:
        gone_on = lost.came_back(
            bare.ledger,
            one.at,
            cap_ms=bare.opened.credit_cap_ms,
            station=station,
            is_moved=isinstance(event, events.Moved),
            was_left=bare.has_left,
        )
        time = ledger.release(gone_on, DISK)
    else:
        time = ledger.observe(bare.ledger, one.at)
    later = replace(bare, ledger=time, has_left=bare.has_left and not is_back)
    is_doubted = lost.is_beyond_proof(bare.ledger, time, cap_ms=bare.opened.credit_cap_ms, station=station)
    if isinstance(event, events.Reopened) and is_doubted and bare.opened.needs_start_code:
        return replace(later, ledger=ledger.hold(time, PAUSE), pause=AWAY, held_by="away")
    match event:
        case events.StartCodeTried() if event.is_right and bare.is_held_by_proctor:
            return replace(later, ledger=ledger.release(time, PAUSE), pause=None, held_by="", paused_by="")
        case events.ClocksShown():
            shown = lost.clocks_shown(
                time, asleep_ms=event.asleep_ms, station=event.station, cap_ms=bare.opened.credit_cap_ms
            )
            return replace(later, ledger=shown)
        case events.Left() if bare.opened.can_pause and bare.pause is None and time.is_started:
            return replace(later, ledger=ledger.hold(time, PAUSE), pause=lost.LEFT, held_by="candidate", has_left=True)
        case events.Left():
            return replace(later, has_left=True)
        case events.CaseStarted() if not time.is_started and not bare.is_over:
            return replace(later, ledger=ledger.start(time))
        case events.Paused() if bare.pause is None and (bare.opened.can_pause or event.by):
            by: HeldBy = "proctor" if event.by else "candidate"
            held = ledger.hold(time, PAUSE)
            return replace(later, ledger=held, pause=event.reason, held_by=by, paused_by=event.by)
        case events.Continued() if bare.pause is not None and (event.by or not bare.is_held_by_proctor):
            return replace(later, ledger=ledger.release(time, PAUSE), pause=None, held_by="", paused_by="")
        case events.DiskStopped():
            return replace(later, ledger=ledger.hold(time, DISK))
        case events.DiskRecovered():
            return replace(later, ledger=ledger.release(time, DISK))
        case events.TimeGranted():
            scope = (event.scope, event.scope_id)
            given = ledger.grant(time, scope, extra_ms=event.extra_ms, reason=event.reason, signer=event.signer)
            return replace(later, ledger=given)
        case events.BreakEnded() if time.rest_ms:  # of one that was ordered; scheduled ones are not known here
            return replace(later, ledger=ledger.end_rest(time))
        case events.CodeUsed() if not bare.is_over:
            return _by_code(later, event)
        case events.Moved() if later.held_by == "code":
            return replace(later, ledger=ledger.release(time, PAUSE), pause=None, held_by="", paused_by="")
        case events.Ordered():
            return _ordered(later, event, seq=one.seq, ends_at=ends_at)
        case events.HandedIn() | events.TimeOver() if one.seq == ends_at:
            return replace(later, ledger=ledger.stop(time), is_over=True)
        case _:
            return later


def _by_code(bare: Bare, event: events.CodeUsed) -> Bare:
    """After a one-time code; that a limit ran is not known."""
    time = bare.ledger
    match event.purpose:
        case "resume" | "unlock":
            return replace(bare, ledger=ledger.release(time, PAUSE), pause=None, held_by="", paused_by="")
        case "move" if time.is_started:
            return replace(bare, ledger=ledger.hold(time, PAUSE), pause=MOVE, held_by="code", paused_by="")
        case "time":
            scope: Scope = ("assessment", bare.opened.assessment)
            signer = f"{event.source} {event.number}"
            given = ledger.grant(time, scope, extra_ms=event.minutes * 60_000, reason=CODE, signer=signer)
            return replace(bare, ledger=given)
        case _:
            return bare


def _ordered(bare: Bare, event: events.Ordered, *, seq: int, ends_at: int) -> Bare:
    """After an order, if it came once and in its turn; that a limit ran, or that a case had begun, is not known."""
    order, time = order_of(event), bare.ledger
    if order is None or bare.is_over or find(bare.orders, order.order_id) is not None:
        return bare
    if not order.after <= last_number(bare.orders, order.console) < order.number:
        return bare
    later = replace(bare, orders=(*bare.orders, outcome(order, seq=seq)))
    freed = replace(later, ledger=ledger.release(time, PAUSE), pause=None, held_by="", paused_by="")
    act = order.act
    match act:
        case order_document.Authorise() if bare.held_by == "away":
            return freed
        case order_document.Pause() if not bare.is_held_by_proctor:
            held = ledger.hold(time, PAUSE)
            return replace(later, ledger=held, pause=order.reason, held_by="proctor", paused_by=order.who)
        case order_document.Resume():
            return freed
        case order_document.AddTime() | order_document.RemoveTime():
            kind: ScopeKind = "assessment" if act.scope == "sitting" else act.scope
            scope = (kind, bare.opened.assessment if kind == "assessment" else act.scope_id)
            extra_ms = act.extra_ms if isinstance(act, order_document.AddTime) else -act.extra_ms
            return replace(
                later,
                ledger=ledger.grant(time, scope, extra_ms=extra_ms, reason=order.reason, signer=order.who),
            )
        case order_document.Break() if act.is_clock_held and time.is_running:
            return replace(later, ledger=ledger.rest(time, act.minutes * 60_000))
        case order_document.End() if seq == ends_at and time.is_started:  # before the case it was refused
            return replace(freed, ledger=ledger.stop(freed.ledger), is_over=True)
        case order_document.Void() if seq == ends_at:
            stopped = ledger.stop(freed.ledger) if time.is_started else freed.ledger
            return replace(freed, ledger=stopped, is_over=True)
        case _:
            return later
