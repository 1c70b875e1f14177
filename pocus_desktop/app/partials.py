"""Partial results while a sitting goes on, so that a station that burns loses minutes (formats/sync 4.10).

Every few minutes, and when a phase is over, what there is of a sitting is sealed and put into the outbox: only when
something happened since, nothing else waits to be sent, and a hub or the room's relay can be reached. What the relay
keeps waits no more: newer parts follow it there, less often, so that what the centre has of a sitting stays young. The
writer's thread only hands over what it has; sealing and asking are done here. Nothing that goes wrong here reaches the
sitting: the final result holds everything.
"""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from pocus_desktop.admission.mode import Mode
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.unsealed import Unsealed
from pocus_desktop.sitting.views import CaseView, View
from pocus_desktop.sync.engine import Row, Status
from pocus_desktop.sync.outbox import Outbox

VARIABLE: Final = "POCUS_PARTIAL_MINUTES"
"""How often, where not every five minutes; 0 for never."""

EVERY_MS: Final = 5 * 60_000
HELD_TIMES: Final = 3
"""So many times as long it takes where the relay keeps the last one: it lets nothing go (formats/relay 3.5)."""

LEAST_MS: Final = 60_000
"""Between two, however many phases end."""

LOOK_S: Final = 15.0
_PATIENCE_S: Final = 10.0
_MODES: Final = frozenset({Mode.LIVE, Mode.TRIAL})


@dataclass(slots=True)
class _Watched:
    """A sitting under way.

    Attributes:
        since_ms: When (monotonic) it was last sealed, or first watched.
        sealed_seq: The last event that was sealed.
        phase: Where it was seen last.
        is_phase_over: Whether a phase ended since.
    """

    sitting: Sitting
    since_ms: int
    sealed_seq: int = 0
    phase: object = None
    is_phase_over: bool = False


class Partials:
    """Seals sittings under way into an outbox, on a thread of its own."""

    def __init__(self, outbox: Outbox, *, clock: Clock, wake: Callable[[], None], every_ms: int | None = None) -> None:
        """Prepare; nothing is sealed before `start`.

        Args:
            outbox: Takes what is sealed.
            clock: The machine's.
            wake: Called when something was put into the outbox.
            every_ms: How often; by `POCUS_PARTIAL_MINUTES` where omitted, 0 for never.
        """
        self._outbox = outbox
        self._clock = clock
        self._wake = wake
        self._every_ms = asked_ms() if every_ms is None else every_ms
        self._watched: list[_Watched] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pocus-partials", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        if self._every_ms:
            self._thread.start()

    def watch(self, sitting: Sitting) -> None:
        """Seal parts of this sitting from now on, if it is one that counts."""
        if not self._every_ms or sitting.state.mode not in _MODES or sitting.sealed is not None:
            return
        watched = _Watched(sitting=sitting, since_ms=self._clock.read().monotonic_ms)
        sitting.on_view(lambda view: _note_phase(watched, view))
        with self._lock:
            self._watched.append(watched)

    def leave(self, sitting: Sitting) -> None:
        """Hold on to it no longer."""
        with self._lock:
            self._watched = [one for one in self._watched if one.sitting is not sitting]

    def look(self) -> tuple[str, ...]:
        """Seal what is due; the digests. Blocks on the network; for tests, and for the thread."""
        with self._lock:
            watched = tuple(self._watched)
        now_ms = self._clock.read().monotonic_ms
        rows = self._outbox.rows()
        due = [one for one in watched if self._is_due(one, now_ms, rows)]
        if not due or not _is_free(rows) or not self._outbox.reaches():
            return ()
        return tuple(digest for one in due if (digest := self._seal(one, now_ms)) is not None)

    def close(self, *, patience_s: float = _PATIENCE_S) -> bool:
        """Stop; whether it ended within `patience_s`."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except PocusError as error:  # the next look may do better, and the final result needs none of it
                log.failure(error)

    def _is_due(self, one: _Watched, now_ms: int, rows: Sequence[Row]) -> bool:
        passed_ms = now_ms - one.since_ms
        if any(row.is_held and row.sitting == one.sitting.state.opened.sitting for row in rows):
            return passed_ms >= HELD_TIMES * self._every_ms
        return passed_ms >= self._every_ms or (one.is_phase_over and passed_ms >= min(LEAST_MS, self._every_ms))

    def _seal(self, one: _Watched, now_ms: int) -> str | None:
        given: SimpleQueue[Unsealed] = SimpleQueue()
        one.sitting.unsealed(given.put)
        try:
            unsealed = given.get(timeout=_PATIENCE_S)
        except Empty:  # it was handed in or closed meanwhile, or its disk is busy with what matters more
            return None
        one.since_ms, one.is_phase_over = now_ms, False
        if not unsealed.has_news_after(one.sealed_seq):
            return None
        wall_ms = self._clock.read().wall_ms
        digest = self._outbox.take_in(unsealed.seal(sealed_at_ms=wall_ms), now_ms=wall_ms)
        one.sealed_seq = unsealed.last_seq
        log.event("station.sealed_partial", digest=digest, last_seq=unsealed.last_seq)
        self._wake()
        return digest


def _is_free(rows: Sequence[Row]) -> bool:
    """Whether nothing waits: a part of a sitting never stands in the way of a whole one, nor of an older part."""
    return all(row.status in {Status.DONE, Status.QUARANTINED} or (row.is_partial and row.is_held) for row in rows)


def asked_ms() -> int:
    """How often partial results are sealed at this station; 0 for never."""
    told = os.environ.get(VARIABLE, "").strip()
    return int(told) * 60_000 if told.isascii() and told.isdigit() and len(told) <= 4 else EVERY_MS


def _note_phase(watched: _Watched, view: View) -> None:
    """On the writer's thread: whether another phase is in sight than before."""
    if isinstance(view.screen, CaseView):
        phase = (view.chrome.case_title, view.chrome.phase_index)
        watched.is_phase_over |= watched.phase is not None and watched.phase != phase
        watched.phase = phase
