"""What a station tells its room of the sitting at it (formats/room 2): no content, no answer, no name of an item.

Called on the agent's thread while the sitting goes on on its own: everything that is read is one value of one moment.
"""

from typing import Final

from pocus_desktop.proctoring.documents import (
    MOST_NOTES_TOLD,
    MOST_ORDERS_TOLD,
    Head,
    LimitLeft,
    Noted,
    OrderCame,
    SittingReport,
)
from pocus_desktop.proctoring.obeying import Obeying
from pocus_desktop.sitting import events
from pocus_desktop.sitting.integrity.noted import of_clocks
from pocus_desktop.sitting.orders import Obeyed
from pocus_desktop.sitting.session import Sitting

_MOST_LIMITS: Final = 8
_LONGEST_ID: Final = 120
_LONGEST_DETAIL: Final = 200
_LONGEST_TOLD: Final = 500


class Teller:
    """Tells of one sitting, again and again.

    Args:
        sitting: The sitting.
        obeying: Knows what came of orders that the journal has not.
    """

    def __init__(self, sitting: Sitting, obeying: Obeying) -> None:
        self.sitting = sitting
        self._obeying = obeying
        self._looked_at = 0
        self._notes: list[Noted] = []
        self._clocks: list[Noted] = []

    def tell(self) -> SittingReport:
        """The sitting now."""
        now, opened, head, sealed = (
            self.sitting.summary(),
            self.sitting.state.opened,
            self.sitting.head,
            self.sitting.sealed,
        )
        self._look_at_notes()
        self._look_at_clocks()
        return SittingReport(
            sitting=now.sitting,
            admission_id=now.admission_id,
            candidate_id=_line(now.candidate_id, _LONGEST_ID),
            candidate_name=_line(opened.candidate_name, _LONGEST_TOLD),
            mode=str(now.mode),
            bundle_id=opened.bundle_id,
            bundle_version=opened.bundle_version,
            stage=str(now.stage),
            case_number=now.case_number,
            case_count=now.case_count,
            step_number=now.step_number,
            step_count=now.step_count,
            times=tuple(
                LimitLeft(
                    scope=limit.scope,
                    scope_id=limit.scope_id,
                    limit_ms=limit.limit_ms,
                    left_ms=limit.left_ms,
                    granted_ms=limit.granted_ms,
                )
                for limit in now.limits[:_MOST_LIMITS]
            ),
            is_running=now.is_running,
            pause=_line(now.pause, _LONGEST_TOLD) if self.sitting.state.pause is not None else None,
            paused_by=_line(now.paused_by, _LONGEST_TOLD),
            is_barred=now.needs_word == "go-on",
            needs_word=now.needs_word,
            has_left=now.has_left,
            is_media_waited_for=now.is_waiting,
            unread=now.unread,
            break_left_ms=now.break_left_ms if now.is_in_break else None,
            is_hand_raised=now.hand is not None,
            hand_note=_line(now.hand or "", _LONGEST_TOLD),
            saved=self.sitting.saved,
            saved_at_ms=max(now.saved_at_ms, 0),
            head=Head(seq=head[0], digest=head[1].hex()) if head is not None and head[0] else None,
            orders=(*map(_came, now.orders[-MOST_ORDERS_TOLD:]), *self._obeying.not_taken_down())[-MOST_ORDERS_TOLD:],
            notes=tuple(sorted((*self._notes, *self._clocks), key=_made)[-MOST_NOTES_TOLD:]),
            lost_ms=now.lost_ms,
            credited_ms=now.credited_ms,
            dark_ms=now.dark_ms,
            ended_by=_line(now.ended_by, _LONGEST_TOLD),
            is_void=now.is_void,
            is_declined=now.is_declined,
            result=sealed.sealed_digest if sealed is not None else "",
            delivery=sealed.state if sealed is not None else "none",
        )

    def _look_at_notes(self) -> None:
        """The notes with the time at which each was made, which the state does not keep."""
        for one in self.sitting.recorded_after(self._looked_at):
            self._looked_at = one.seq
            match one.event:
                case events.IntegrityNoted(what=what, detail=detail):
                    found = [(what, detail)]
                case events.SystemCheckPassed(findings=findings):
                    found = [("system-check", finding) for finding in findings]
                case _:
                    continue
            self._notes += [
                Noted(
                    what=_line(what, _LONGEST_ID) or "note",
                    detail=_line(detail, _LONGEST_DETAIL),
                    at_ms=max(one.at.wall_ms, 0),
                )
                for what, detail in found
            ]

    def _look_at_clocks(self) -> None:
        """What the ledger shows of them, each with the time at which it was first seen there."""
        known = {(one.what, one.detail): one.at_ms for one in self._clocks}
        ledger = self.sitting.state.ledger
        self._clocks = [
            Noted(
                what=one.what,
                detail=one.detail,
                at_ms=known.get((one.what, one.detail), max(ledger.last.wall_ms, 0)),
            )
            for one in of_clocks(ledger)
        ]


def _made(one: Noted) -> int:
    return one.at_ms


def _came(one: Obeyed) -> OrderCame:
    return OrderCame(
        order_id=one.order_id,
        console=one.console,
        number=one.number,
        kind=one.kind,
        seq=one.seq,
        outcome="obeyed" if one.is_obeyed else "refused",
        reason=one.refused,
    )


def _line(text: str, longest: int) -> str:
    """Text that others wrote, as a report takes it: on one line, and no longer."""
    return "".join(c if c.isprintable() else " " for c in text)[:longest]
