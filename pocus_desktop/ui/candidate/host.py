"""What the candidate's window needs of a sitting."""

from collections.abc import Callable
from typing import Protocol

from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.views import View
from pocus_desktop.ui.pictures import Content


class SittingHost(Protocol):
    """A sitting as the window sees it; `sitting.session.Sitting` is one, and so is an item writer's preview.

    All methods are called on the GUI thread. The callback of `on_view` may come from any thread: it only enqueues.
    """

    @property
    def content(self) -> Content:
        """Where the media come from."""

    @property
    def photo(self) -> bytes:
        """The candidate's, a PNG or WebP for the proctor's eyes; empty where there is none."""

    def view(self) -> View:
        """What is to be shown now."""

    def handle(self, intent: Intent) -> None:
        """Take what the candidate asked for."""

    def on_view(self, callback: Callable[[View], None]) -> object:
        """Tell every new view from now on."""

    def before_stop(self, ask: Callable[[Callable[[], None]], None]) -> object:
        """Ask, on any thread, for what is being typed before the proctor stops the work, and wait to be called back."""

    def tick(self) -> object:
        """Look at the timers."""

    def next_due_ms(self) -> int | None:
        """The monotonic milliseconds (as of `kernel.clock`) at which `tick` is due next; None where nothing runs."""
