"""The rules of playing, over any deck: states, events, stalls, ends, failures and the number of plays.

Reports of the deck are stamped and enqueued where they happen and taken up by `poll()` on the owner's thread, so all
rules run on one thread and no event can come after `close()`.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Final, assert_never

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.deck import (
    Deck,
    DeckEnded,
    DeckFailed,
    DeckHeld,
    DeckLength,
    DeckMaker,
    DeckOpened,
    DeckReport,
    DeckRunning,
    DeckTime,
)
from pocus_desktop.media.errors import (
    CutShortError,
    NoPictureError,
    NothingLoadedError,
    PlayerClosedError,
    UnplayableError,
    WrongThreadError,
)
from pocus_desktop.media.events import (
    AudioSilent,
    Ended,
    Failed,
    FrameReady,
    Loaded,
    Paused,
    PlayerEvent,
    PositionChanged,
    Recovered,
    Resumed,
    Seeked,
    Sink,
    Stalled,
    Started,
    Stopped,
)
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import MediaSource, PlayerState
from pocus_desktop.media.position import PositionEstimate

_STALL_S: Final = 0.4
"""The source may owe bytes for so long before a play counts as stalled."""

_QUIET_S: Final = 0.6
"""... and the deck's time must not have moved for so long."""

_OPENING_S: Final = 10.0
"""A clip whose bytes come and that still does not open in this time is unplayable."""

_VERDICT_MS: Final = 1500
"""After so much play, silence and darkness are facts."""

_CUT_MS: Final = 1000
"""A clip may end so much before its declared length."""

_RUNNING: Final = (PlayerState.PLAYING, PlayerState.STALLED)
_IDLE: Final = (PlayerState.ENDED, PlayerState.STOPPED, PlayerState.FAILED)


class DeckPlayer:
    """A `Player` over a deck; `VlcPlayer` and `FakePlayer` differ only in the deck and the clock."""

    def __init__(self, sink: Sink, *, make_deck: DeckMaker, now_s: Callable[[], float]) -> None:
        self._sink = sink
        self._make_deck = make_deck
        self._now_s = now_s
        self._thread = threading.get_ident()
        self._reports: deque[tuple[int, float, DeckReport]] = deque()
        self._load_number = 0
        self._state = PlayerState.EMPTY
        self._deck: Deck | None = None
        self._source: MediaSource | None = None
        self._frames = FrameBuffer()
        self._rate, self._volume = 1.0, 100
        self._forget()

    def _forget(self) -> None:
        self._position = PositionEstimate()
        self._duration_ms = 0
        self._plays = 0
        self._wants_running = False
        self._is_fresh = True
        self._start_ms = 0
        self._opening_since = 0.0
        self._last_time_at = 0.0
        self._told_ms = -1
        self._run_from_ms = 0.0
        self._is_audio_judged = False
        self._is_opening_stalled = False
        self._is_told_loaded = False

    # What the port promises -------------------------------------------------------------------------------------

    @property
    def state(self) -> PlayerState:
        """What it is doing, as of the last `poll()`."""
        return self._state

    @property
    def frames(self) -> FrameBuffer:
        """Where the pictures are."""
        return self._frames

    @property
    def duration_ms(self) -> int:
        """Length of the clip in milliseconds."""
        return self._duration_ms

    @property
    def plays(self) -> int:
        """How many plays began since the load."""
        return self._plays

    def load(self, source: MediaSource) -> None:
        """Drop what is loaded and open this clip, paused at its start."""
        self._guard()
        self._drop_deck()
        self._forget()
        self._load_number += 1
        number = self._load_number
        self._frames.reset(source.width_px, source.height_px)
        self._source = source
        self._duration_ms = source.duration_ms
        try:
            self._deck = self._make_deck(
                source,
                self._frames,
                lambda report: self._reports.append((number, self._now_s(), report)),
                lambda: self._picture(number),
            )
        except PocusError as problem:  # no machine on this computer: a failure like any other, told as an event
            self._fail(problem)
            return
        self._deck.set_rate(self._rate)
        self._deck.set_volume(self._volume)
        self._open()

    def play(self) -> None:
        """Start, resume, or start anew."""
        self._guard()
        if self._deck is None and self._source is not None:  # there was no machine; perhaps there is one now
            self.load(self._source)
            self._wants_running = self._deck is not None
            return
        deck = self._loaded_deck()
        is_pausing = not self._wants_running and self._state in _RUNNING  # told to hold, and has not yet said so
        self._wants_running = True
        if self._state in {PlayerState.READY, PlayerState.PAUSED} or is_pausing:
            deck.run()
        elif self._state in _IDLE:
            self._open()
        if self._state == PlayerState.OPENING:
            deck.hurry()

    def pause(self) -> None:
        """Hold the play where it is."""
        deck = self._deck_if_any()
        if deck is not None and self._wants_running and self._state not in _IDLE:
            self._wants_running = False
            if self._state != PlayerState.OPENING:
                deck.hold()

    def stop(self) -> None:
        """End the play; the next one begins at the start."""
        deck = self._deck_if_any()
        if deck is None or self._state in {PlayerState.STOPPED, PlayerState.FAILED}:
            return
        position_ms = self.position_ms()
        self._halt(deck, PlayerState.STOPPED)
        self._tell(Stopped(position_ms=position_ms))

    def seek(self, position_ms: int) -> None:
        """Jump to a place inside the clip."""
        deck = self._deck_if_any()
        if deck is None:
            return
        target = min(max(position_ms, 0), max(self._duration_ms - 1, 0))
        before = self.position_ms()
        if self._state in _IDLE:
            self._wants_running = False
            self._start_ms = target
            self._open()
        elif self._state == PlayerState.OPENING:
            self._start_ms = target
            deck.seek(target)
        else:
            deck.seek(target)
        self._position.jump(target, at=self._now_s())
        self._run_from_ms = target
        self._told_ms = -1
        self._tell(Seeked(from_ms=before, to_ms=target))

    def set_rate(self, rate: float) -> None:
        """Play at `rate` times the natural speed, kept between 0.25 and 4."""
        self._guard()
        self._rate = min(max(rate, 0.25), 4.0)
        self._position.set_rate(self._rate, at=self._now_s())
        if self._deck is not None:
            self._deck.set_rate(self._rate)

    def set_volume(self, percent: int) -> None:
        """Loudness, kept between 0 and 100."""
        self._guard()
        self._volume = min(max(percent, 0), 100)
        if self._deck is not None:
            self._deck.set_volume(self._volume)

    def position_ms(self) -> int:
        """Where the play is now."""
        return self._place(self._now_s())

    def poll(self) -> None:
        """Take up what the deck reported and look for stalls, silence and darkness."""
        if self._state == PlayerState.CLOSED:
            return
        self._guard()
        if self._deck is None:
            return
        self._deck.tick()
        while self._reports:
            number, at, report = self._reports.popleft()
            if number == self._load_number and self._state not in _IDLE:
                self._take(report, at)
        match self._state:
            case PlayerState.OPENING:
                self._watch_opening(self._deck)
            case PlayerState.PLAYING | PlayerState.STALLED:
                self._watch_running(self._deck)
            case _:
                pass

    def close(self) -> None:
        """Let go of everything; no event comes afterwards."""
        if self._state == PlayerState.CLOSED:
            return
        self._guard()
        self._state = PlayerState.CLOSED
        self._load_number += 1
        self._drop_deck()
        self._reports.clear()

    # What the deck reports --------------------------------------------------------------------------------------

    def _take(self, report: DeckReport, at: float) -> None:
        match report:
            case DeckOpened():
                self._opened(at)
            case DeckRunning():
                self._running(at)
            case DeckHeld():
                self._held(at)
            case DeckTime(position_ms=position_ms):
                self._time(position_ms, at)
            case DeckLength(duration_ms=duration_ms):
                self._duration_ms = duration_ms if duration_ms > 0 else self._duration_ms
            case DeckEnded():
                self._ended(at)
            case DeckFailed(error=error):
                self._fail(error)
            case _:
                assert_never(report)

    def _opened(self, at: float) -> None:
        if self._state != PlayerState.OPENING:
            return
        self._state = PlayerState.READY
        if self._is_opening_stalled:
            self._is_opening_stalled = False
            self._tell(Recovered(position_ms=self._start_ms))
        self._position.jump(self._start_ms, at=at)
        self._start_ms = 0
        if not self._is_told_loaded:
            self._is_told_loaded = True
            self._tell(Loaded(duration_ms=self._duration_ms))
        if self._wants_running and self._deck is not None:
            self._deck.run()

    def _running(self, at: float) -> None:
        if self._state not in {PlayerState.READY, PlayerState.PAUSED}:
            return
        self._position.run(at=at)
        self._last_time_at = at
        position_ms = self._place(at)
        self._run_from_ms = position_ms
        self._state = PlayerState.PLAYING
        if self._is_fresh:
            self._is_fresh = False
            self._plays += 1
            self._tell(Started(play=self._plays, position_ms=position_ms))
        else:
            self._tell(Resumed(position_ms=position_ms))

    def _held(self, at: float) -> None:
        if self._state in _RUNNING:
            self._position.hold(at=at)
            self._state = PlayerState.PAUSED
            self._tell(Paused(position_ms=self._place(at)))

    def _time(self, position_ms: int, at: float) -> None:
        if self._state not in _RUNNING:
            return
        self._last_time_at = at
        if self._state == PlayerState.STALLED:
            self._position.run(at=at)
            self._position.report(position_ms, at=at)
            self._state = PlayerState.PLAYING
            self._tell(Recovered(position_ms=self._place(at)))
            return
        self._position.report(position_ms, at=at)

    def _ended(self, at: float) -> None:
        if self._state == PlayerState.OPENING:
            self._fail(UnplayableError())
            return
        if self._wants_running:  # a play that began at the very end is a play
            self._running(at)
        declared = self._source.duration_ms if self._source is not None else 0
        reached = round(self._position.value(at=at))
        if self._state in _RUNNING and self._is_dark():
            self._fail(NoPictureError())
        elif reached < declared - _CUT_MS:
            self._fail(CutShortError(played_ms=reached, declared_ms=declared))
        else:
            self._position.hold(at=at)
            self._position.jump(self._duration_ms, at=at)
            self._state = PlayerState.ENDED
            self._is_fresh, self._wants_running = True, False
            self._tell(Ended(position_ms=self._duration_ms))

    # What no one reports and must be looked for -----------------------------------------------------------------

    def _watch_opening(self, deck: Deck) -> None:
        now = self._now_s()
        if deck.waiting_s > _STALL_S:
            if not self._is_opening_stalled:
                self._is_opening_stalled = True
                self._tell(Stalled(position_ms=self.position_ms()))
            self._opening_since = now
        elif self._is_opening_stalled:
            self._is_opening_stalled = False
            self._tell(Recovered(position_ms=self.position_ms()))
        elif now - self._opening_since > _OPENING_S:
            self._fail(UnplayableError())

    def _watch_running(self, deck: Deck) -> None:
        now = self._now_s()
        if self._state == PlayerState.PLAYING and deck.waiting_s > _STALL_S and now - self._last_time_at > _QUIET_S:
            self._position.hold(at=now)
            self._state = PlayerState.STALLED
            self._tell(Stalled(position_ms=self.position_ms()))
        position_ms = self.position_ms()
        if position_ms - self._run_from_ms > _VERDICT_MS:
            if self._is_dark():
                self._fail(NoPictureError())
                return
            if not self._is_audio_judged:
                self._is_audio_judged = True
                heard = deck.audio()
                if heard.decoded and not heard.played:
                    deck.give_up_audio()
                    self._tell(AudioSilent())
        if position_ms // 250 != self._told_ms // 250 and self._state == PlayerState.PLAYING:
            self._told_ms = position_ms
            self._tell(PositionChanged(position_ms=position_ms))

    def _is_dark(self) -> bool:
        return self._source is not None and self._source.kind == "video" and self._frames.published == 0

    # Small steps ------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        deck = self._loaded_deck()
        self._state = PlayerState.OPENING
        self._opening_since = self._now_s()
        self._is_fresh = True
        self._is_opening_stalled = False
        self._told_ms = -1
        self._position.hold(at=self._now_s())
        self._position.jump(self._start_ms, at=self._now_s())
        self._reports.clear()
        deck.open(at_ms=self._start_ms)

    def _halt(self, deck: Deck, state: PlayerState) -> None:
        self._position.hold(at=self._now_s())
        self._state = state
        self._is_fresh, self._wants_running, self._start_ms = True, False, 0
        deck.halt()
        self._reports.clear()

    def _fail(self, error: PocusError) -> None:
        self._state = PlayerState.FAILED
        if self._deck is not None:
            self._halt(self._deck, PlayerState.FAILED)
        self._tell(Failed(code=error.code, params=dict(error.params)))

    def _drop_deck(self) -> None:
        deck, self._deck = self._deck, None
        if deck is not None:
            deck.release()
        self._reports.clear()

    def _picture(self, number: int) -> None:
        if number == self._load_number:
            self._sink(FrameReady())

    def _tell(self, event: PlayerEvent) -> None:
        self._sink(event)

    def _place(self, at: float) -> int:
        value = int(self._position.value(at=at))
        return min(value, self._duration_ms) if self._duration_ms else value

    def _guard(self) -> None:
        if threading.get_ident() != self._thread:
            raise WrongThreadError
        if self._state == PlayerState.CLOSED:
            raise PlayerClosedError

    def _loaded_deck(self) -> Deck:
        deck = self._deck_if_any()
        if deck is None:
            raise NothingLoadedError
        return deck

    def _deck_if_any(self) -> Deck | None:
        """None where a clip is loaded and there is no machine to play it; `play()` looks for one again."""
        self._guard()
        if self._source is None:
            raise NothingLoadedError
        return self._deck
