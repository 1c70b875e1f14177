"""One clip in one libVLC media player; the binding is handed in by `vlc_player`, the only importer of `vlc`.

How it stays alive (each rule was once broken and crashed or hung):

1. libvlc is called from the owner's thread only, never from a libvlc callback; callbacks enqueue and return.
2. Nothing raised leaves a callback: it would unwind through C.
3. Callback objects live as long as the deck that handed them out.
4. Release order: mark the deck closed (callbacks go quiet) - abandon the source pumps (a read that waits returns) -
   stop the media player (its threads end; no callback runs afterwards) - detach events - release the media player -
   release the media - close the pumps - drop callbacks. The instance goes last, when the program ends.
5. The display size comes from the manifest, not from VLC's format callback, which reports padded sizes.
6. A clip opens with `:start-paused` and is then sought to its start, which shows its first picture; a paused seek
   that shows nothing is repeated, and at last helped by running, mute, until a picture comes: VLC drops some of them,
   and all of them in clips without sound that have not yet run. Until it takes up a seek it goes on showing the
   picture from before, so only another picture, shown twice, proves the seek, and the next seek waits for that.
7. A held machine that comes to its end (a seek behind the last picture) is opened again a little before it.
"""

import ctypes
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.deck import (
    AudioCount,
    DeckEnded,
    DeckFailed,
    DeckHeld,
    DeckLength,
    DeckOpened,
    DeckRunning,
    DeckTime,
    Report,
)
from pocus_desktop.media.errors import UnplayableError
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import MediaSource
from pocus_desktop.media.source_pump import SourcePump

_NUDGE_S: Final = 0.12
_NUDGES: Final = 3
_PULSE_S: Final = 0.4
_STEP_BACK_MS: Final = 250

_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_uint64)
)
_READ = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_SEEK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64)
_CLOSE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_LOCK = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
_UNLOCK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
_DISPLAY = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


class VlcDeck:
    """One clip in one libVLC media player."""

    def __init__(
        self,
        binding: ModuleType,
        instance: Any,
        source: MediaSource,
        frames: FrameBuffer,
        report: Report,
        shown: Callable[[], None],
    ) -> None:
        """Prepare a clip; `VlcEngine.deck` gives binding and instance."""
        self._source, self._frames, self._report, self._shown = source, frames, report, shown
        self._vlc = binding
        self._pumps: dict[int, SourcePump] = {}
        self._next_pump = 1
        self._is_released = False
        self._phase = "closed"
        self._is_at_pause = False
        self._is_held = True
        self._cue_ms = 0
        self._awaited: tuple[float, int] | None = None
        self._mark_before: int | None = None
        self._seen = (0, 0)
        self._has_run_out = False
        self._nudges_left = 0
        self._is_hurried = False
        self._pulse: tuple[float, int] | None = None
        self._may_pulse = True
        self._is_settling = False
        self._next_ms: int | None = None
        self._volume, self._volume_tries = 100, 0
        self._callbacks = self._make_callbacks()
        new_media = self._vlc.dll.libvlc_media_new_callbacks
        new_media.restype, new_media.argtypes = ctypes.c_void_p, [ctypes.c_void_p] * 6
        pointers = [ctypes.cast(callback, ctypes.c_void_p) for callback in self._callbacks[:4]]
        self._media = self._vlc.Media(new_media(instance, *pointers, None))
        for option in (":demux=avformat", ":start-paused"):
            self._media.add_option(option)
        self._player = instance.media_player_new()
        if source.kind == "video":
            self._player.video_set_callbacks(
                *(
                    ctypes.cast(callback, kind)
                    for callback, kind in zip(
                        self._callbacks[4:],
                        (
                            self._vlc.CallbackDecorators.VideoLockCb,
                            self._vlc.CallbackDecorators.VideoUnlockCb,
                            self._vlc.CallbackDecorators.VideoDisplayCb,
                        ),
                        strict=True,
                    )
                ),
                None,
            )
            self._player.video_set_format("RV32", frames.width, frames.height, frames.stride)
        else:
            self._media.add_option(":no-video")
        self._player.set_media(self._media)
        self._player.video_set_key_input(False)
        self._player.video_set_mouse_input(False)
        self._events = self._player.event_manager()
        self._handlers = self._attach()

    @property
    def waiting_s(self) -> float:
        """For how long the source has owed bytes."""
        return max((pump.waiting_s for pump in list(self._pumps.values())), default=0.0)

    def open(self, *, at_ms: int) -> None:
        """Open paused and show the picture at a place."""
        self.halt()
        self._cue_ms, self._may_pulse = at_ms, True
        self._phase, self._is_at_pause, self._is_held, self._awaited = "opening", False, True, None
        self._pulse = self._next_ms = None
        self._is_hurried = self._has_run_out = self._is_settling = False
        self._player.play()

    def hurry(self) -> None:
        """Open without the first seek, unless the play begins inside the clip."""
        self._is_hurried = True

    def run(self) -> None:
        """Let time run."""
        self._is_held, self._awaited, self._is_settling = False, None, False
        self._volume_tries = 40
        if self._phase == "open" and self._pulse is None:
            self._go()

    def hold(self) -> None:
        """Let time stand still."""
        self._is_held = True
        self._player.set_pause(1)

    def seek(self, position_ms: int) -> None:
        """Jump."""
        self._may_pulse = True
        if self._phase in {"closed", "opening"}:
            self._cue_ms = position_ms
        elif self._is_looking:
            self._next_ms = position_ms
        elif self._is_held:
            self._seek_held(position_ms)
        else:
            self._player.set_time(position_ms)

    def halt(self) -> None:
        """End the play."""
        if self._phase == "closed":
            return
        self._phase = "closed"
        self._abandon()
        self._player.stop()
        self._close_pumps()

    def set_rate(self, rate: float) -> None:
        """Set the speed."""
        self._player.set_rate(rate)

    def set_volume(self, percent: int) -> None:
        """Set the loudness; VLC takes it only while sound runs, so it is repeated until taken."""
        self._volume = percent
        self._volume_tries = 40

    def audio(self) -> AudioCount:
        """What became of the sound."""
        stats = self._vlc.MediaStats()
        self._media.get_stats(stats)
        return AudioCount(decoded=stats.decoded_audio, played=stats.played_abuffers)

    def give_up_audio(self) -> None:
        """Drop the sound track: without a device VLC would ask for one at every block."""
        self._player.audio_set_track(-1)

    def tick(self) -> None:
        """Cue after opening, repeat lost paused seeks, pass on the volume."""
        if self._has_run_out:
            wanted = self._next_ms if self._next_ms is not None else self._cue_ms
            self.open(at_ms=wanted if wanted != self._cue_ms else max(wanted - _STEP_BACK_MS, 0))
        if self._phase == "opening" and self._is_at_pause:
            self._phase = "cueing"
            if self._is_hurried and self._cue_ms == 0:
                self._opened()
            else:
                self._cue()
        if self._pulse is not None:
            self._watch_pulse(*self._pulse)
        elif self._awaited is not None:
            self._look_for_picture()
        if self._next_ms is not None and not self._is_looking and self._phase == "open":
            position_ms, self._next_ms = self._next_ms, None
            self._seek_held(position_ms)
        if self._volume_tries and self._phase == "open" and not self._is_held:
            self._volume_tries -= 1
            if self._player.audio_set_volume(self._volume) == 0 and self._player.audio_get_volume() == self._volume:
                self._volume_tries = 0

    def release(self) -> None:
        """Let go, in the order written at the top of this module."""
        if self._is_released:
            return
        self._is_released = True
        self._phase = "closed"
        self._abandon()
        self._player.stop()
        for kind in self._handlers:
            self._events.event_detach(kind)
        self._player.release()
        self._media.release()
        self._close_pumps()
        self._handlers = {}
        self._callbacks = ()

    # Paused seeks -----------------------------------------------------------------------------------------------

    @property
    def _is_looking(self) -> bool:
        """Whether a paused seek has not yet shown its picture, or the machine not yet come to rest after it."""
        return self._awaited is not None or self._pulse is not None or self._is_settling

    def _cue(self) -> None:
        if self._source.kind == "audio":
            if self._cue_ms:
                self._player.set_time(self._cue_ms)
            self._opened()
            return
        self._nudges_left = _NUDGES
        self._mark_before = None  # nothing is shown while it opens: any picture is the one
        self._awaited = (time.monotonic(), self._frames.published)
        self._player.set_time(self._cue_ms + 1)

    def _seek_held(self, position_ms: int) -> None:
        self._cue_ms = position_ms
        self._mark_before = self._frames.mark()
        self._seen = (self._mark_before, self._frames.published)
        self._player.set_time(position_ms + 1)  # the picture that covers it; at the exact edge VLC shows the one before
        if self._source.kind == "video":
            self._nudges_left = _NUDGES
            self._awaited = (time.monotonic(), self._frames.published)

    def _look_for_picture(self) -> None:
        """A seek that worked shows its picture, and shows it again every 60 ms; one that was lost shows none."""
        if self._awaited is None:
            return
        asked_at, count = self._awaited
        is_shown = self._frames.published > count
        if is_shown and self._is_proven():
            self._found_picture()
        elif time.monotonic() - asked_at > _NUDGE_S:
            if self._nudges_left:
                self._nudges_left -= 1
                self._awaited = (time.monotonic(), self._frames.published)
                self._player.set_time(self._cue_ms + 1 + (_NUDGES - self._nudges_left) % 4)
            elif is_shown or not self._may_pulse:  # the same again and again: it is the picture of this place too
                self._found_picture()
            else:
                self._begin_pulse()

    def _is_proven(self) -> bool:
        """Whether what is shown is no late picture from before the seek: it is another, and it was shown again."""
        mark, published = self._frames.mark(), self._frames.published
        before, seen_at = self._seen
        if self._mark_before is None or (mark == before != self._mark_before and published > seen_at):
            return True
        if mark != before:
            self._seen = (mark, published)
        return False

    def _begin_pulse(self) -> None:
        """Run, mute, until a picture is shown: what is left when VLC shows nothing while paused."""
        self._awaited, self._may_pulse = None, False
        self._pulse = (time.monotonic(), self._frames.published)
        self._player.audio_set_mute(True)
        self._player.set_pause(0)

    def _watch_pulse(self, began_at: float, count: int) -> None:
        if self._frames.published == count and time.monotonic() - began_at < _PULSE_S:
            return
        self._pulse = None
        self._player.audio_set_mute(False)
        if not self._is_held:
            self._go()
            self._report(DeckRunning())
            return
        self._is_settling = True  # it shows more pictures until it takes up the pause
        if self._next_ms is None:
            self._next_ms = self._cue_ms  # now that it has run, back to the very place
        self._player.set_pause(1)
        if self._frames.published == count:  # in vain, and time went on
            self._player.set_time(self._cue_ms)
        self._found_picture()

    def _found_picture(self) -> None:
        self._awaited = None
        if self._phase == "cueing":
            self._opened()

    def _opened(self) -> None:
        self._phase = "open"
        self._report(DeckOpened())
        if not self._is_held:  # told to run while it was opened again
            self._go()

    def _go(self) -> None:
        """Run, from the place of the seek that still waits where there is one."""
        if self._next_ms is not None:
            self._player.set_time(self._next_ms)
            self._next_ms = None
        self._player.set_pause(0)

    # Callbacks: on libVLC's threads; they enqueue and return ----------------------------------------------------

    def _attach(self) -> dict[Any, Callable[[Any], None]]:
        kinds = self._vlc.EventType
        handlers: dict[Any, Callable[[Any], None]] = {
            kinds.MediaPlayerPlaying: lambda _: self._on_playing(),
            kinds.MediaPlayerPaused: lambda _: self._on_paused(),
            kinds.MediaPlayerTimeChanged: lambda event: self._on_time(int(event.u.new_time)),
            kinds.MediaPlayerLengthChanged: lambda event: self._report(DeckLength(duration_ms=int(event.u.new_length))),
            kinds.MediaPlayerEndReached: lambda _: self._on_ended(),
            kinds.MediaPlayerEncounteredError: lambda _: self._report(DeckFailed(error=UnplayableError())),
        }
        for kind, handler in handlers.items():
            self._events.event_attach(kind, self._guarded(handler))
        return handlers

    def _guarded(self, handler: Callable[[Any], None]) -> Callable[[Any], None]:
        def handle(event: Any) -> None:
            if self._is_released:
                return
            try:
                handler(event)
            except Exception as problem:  # noqa: BLE001 - nothing may unwind through C; it becomes the play's failure
                self._failed(problem)

        return handle

    def _on_playing(self) -> None:
        if self._phase == "open" and not self._is_held and self._pulse is None:
            self._report(DeckRunning())

    def _on_paused(self) -> None:
        self._is_settling = False
        if self._phase == "opening":
            self._is_at_pause = True
        elif self._is_held and self._phase == "open":
            self._report(DeckHeld())

    def _on_ended(self) -> None:
        if self._is_held and self._is_looking and self._cue_ms > 0:
            self._has_run_out = True
        else:
            self._report(DeckEnded())

    def _on_time(self, position_ms: int) -> None:
        if self._phase == "open":
            self._report(DeckTime(position_ms=position_ms))

    def _make_callbacks(self) -> tuple[Any, ...]:
        def opened(_: int | None, place: Any, size: Any) -> int:
            try:
                if self._is_released or self._phase == "closed":
                    return -1
                number, self._next_pump = self._next_pump, self._next_pump + 1
                self._pumps[number] = SourcePump(self._source, self._failed)
                place[0], size[0] = number, self._source.size_bytes
            except Exception as problem:  # noqa: BLE001 - see _guarded
                self._failed(problem)
                return -1
            return 0

        def read(number: int | None, buffer: int, size: int) -> int:
            try:
                pump = self._pumps.get(number or 0)
                data = pump.read(size) if pump is not None else None
                if data is None:
                    return -1
                ctypes.memmove(buffer, data, len(data))
            except Exception as problem:  # noqa: BLE001 - see _guarded
                self._failed(problem)
                return -1
            return len(data)

        def seek(number: int | None, offset: int) -> int:
            pump = self._pumps.get(number or 0)
            return 0 if pump is not None and pump.seek(offset) else -1

        def closed(number: int | None) -> None:
            pump = self._pumps.get(number or 0)
            if pump is not None:
                pump.abandon()

        def lock(_: int | None, planes: Any) -> int:
            planes[0] = self._frames.writing_address()
            return 1  # 0 would arrive as None

        def unlock(_: int | None, __: int | None, ___: Any) -> None:
            return

        def display(_: int | None, __: int | None) -> None:
            try:
                self._frames.publish()
                if not self._is_released:
                    self._shown()
            except Exception as problem:  # noqa: BLE001 - see _guarded
                self._failed(problem)

        return (
            _OPEN(opened),
            _READ(read),
            _SEEK(seek),
            _CLOSE(closed),
            _LOCK(lock),
            _UNLOCK(unlock),
            _DISPLAY(display),
        )

    def _failed(self, problem: Exception) -> None:
        if not self._is_released:
            self._report(
                DeckFailed(
                    error=problem if isinstance(problem, PocusError) else PocusError(reason=type(problem).__name__)
                )
            )

    def _abandon(self) -> None:
        for pump in list(self._pumps.values()):
            pump.abandon()

    def _close_pumps(self) -> None:
        for pump in list(self._pumps.values()):
            pump.close()
        self._pumps.clear()
