"""The player on libVLC: the only importer of `vlc`.

The rules that keep it alive stand in `vlc_deck`.
"""

import atexit
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from pocus_desktop.kernel import assets
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.alsa import silence_alsa
from pocus_desktop.media.deck import Report
from pocus_desktop.media.deck_player import DeckPlayer
from pocus_desktop.media.errors import VlcBrokenError, VlcMissingError, VlcPluginsMissingError
from pocus_desktop.media.events import Failed, Loaded, PlayerEvent, Sink
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import MediaSource
from pocus_desktop.media.vlc_deck import VlcDeck

_ARGUMENTS: Final = (
    "--quiet",
    "--no-interact",
    "--no-osd",
    "--no-spu",  # captions are drawn by us
    "--no-video-title-show",
    "--no-metadata-network-access",
    "--no-volume-save",
    "--avcodec-hw=none",  # frames are wanted in memory; drivers only add noise and faults
)
_CHECK_S: Final = 8.0
_CHECK_SIZE: Final = (64, 48)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReport:
    """What the system check found about libVLC.

    Attributes:
        version: As libVLC tells it; empty when it could not be loaded.
        problem: What is wrong and what to install, or None when the test clip was shown.
    """

    version: str
    problem: PocusError | None

    @property
    def is_sound(self) -> bool:
        """Whether clips will play."""
        return self.problem is None


class VlcEngine:
    """libVLC itself, loaded at first use: loading takes up to 300 ms, so after the first paint."""

    def __init__(self, *, arguments: tuple[str, ...] = ()) -> None:
        """Remember how to start libVLC.

        Args:
            arguments: More of libVLC's options; tests choose an audio output here.
        """
        self._arguments = arguments
        self._vlc: ModuleType | None = None
        self._instance: Any = None
        self._decks: weakref.WeakSet[VlcDeck] = weakref.WeakSet()

    def player(self, sink: Sink) -> "VlcPlayer":
        """A player on this engine, owned by the calling thread."""
        return VlcPlayer(sink, engine=self)

    def start(self) -> tuple[ModuleType, Any]:
        """The binding and the running instance.

        Raises:
            VlcMissingError: The library cannot be loaded.
            VlcPluginsMissingError: It starts with none of its plugins.
        """
        if self._vlc is None:
            self._vlc = _load_binding()
        if self._instance is None:
            silence_alsa()
            self._instance = self._vlc.Instance([*_ARGUMENTS, *self._arguments])
            if self._instance is None:
                raise VlcPluginsMissingError(version=_version(self._vlc))
            atexit.register(self.close)
        return self._vlc, self._instance

    def check(self) -> EngineReport:
        """Show the shipped test clip and say what is missing; takes about a tenth of a second."""
        version = ""
        try:
            binding, _ = self.start()
            version = _version(binding)
            self._show_test_clip(version)
        except PocusError as problem:
            return EngineReport(version=version or str(problem.params.get("version", "")), problem=problem)
        return EngineReport(version=version, problem=None)

    def close(self) -> None:
        """Release what plays and the instance; the engine starts again when asked."""
        for deck in list(self._decks):
            deck.release()
        instance, self._instance = self._instance, None
        if instance is not None:
            instance.release()
            atexit.unregister(self.close)

    def deck(self, source: MediaSource, frames: FrameBuffer, report: Report, shown: Callable[[], None]) -> VlcDeck:
        """A deck for a clip, remembered so that it is released before the interpreter ends."""
        binding, instance = self.start()
        made = VlcDeck(binding, instance, source, frames, report, shown)
        self._decks.add(made)
        return made

    def _show_test_clip(self, version: str) -> None:
        path = assets.folder("media", "check.webm")
        heard: list[PlayerEvent] = []
        arrived = threading.Event()

        def sink(event: PlayerEvent) -> None:
            heard.append(event)
            arrived.set()

        player = self.player(sink)
        try:
            width, height = _CHECK_SIZE
            player.load(
                MediaSource(
                    open=lambda: path.open("rb"),
                    size_bytes=path.stat().st_size,
                    kind="video",
                    width_px=width,
                    height_px=height,
                    duration_ms=400,
                )
            )
            deadline = time.monotonic() + _CHECK_S
            while time.monotonic() < deadline and not any(isinstance(event, Loaded | Failed) for event in heard):
                arrived.wait(0.02)
                arrived.clear()
                player.poll()
            if player.frames.latest() is None:
                raise VlcBrokenError(version=version)
        except OSError as problem:
            raise VlcBrokenError(version=version) from problem
        finally:
            player.close()


class VlcPlayer(DeckPlayer):
    """A `Player` on libVLC; see `media.player` for what it promises."""

    def __init__(self, sink: Sink, *, engine: VlcEngine) -> None:
        """Make a player; libVLC is started by the first `load()`."""
        super().__init__(
            sink,
            make_deck=engine.deck,
            now_s=time.monotonic,
        )


def _load_binding() -> ModuleType:
    """Import the binding, which loads the library; here and not above, so that a computer without it still starts."""
    try:
        import vlc

        _version(vlc)
    except (ImportError, OSError, NotImplementedError, AttributeError, NameError, TypeError, SystemExit) as problem:
        raise VlcMissingError from problem
    return vlc  # type: ignore[no-any-return]


def _version(binding: Any) -> str:
    return str(binding.libvlc_get_version().decode("utf-8", "replace")).split(" ", 1)[0]
