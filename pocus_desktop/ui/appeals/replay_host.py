"""A sitting that is over, as the candidate's window hosts it: it shows any moment, and takes nothing."""

from collections.abc import Callable
from dataclasses import replace

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.media.player import BinaryReader
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.views import View
from pocus_desktop.ui.pictures import Content
from pocus_desktop.ui.theme import look


class NoPicturesError(PocusError):
    """Only the texts of what was sat are at hand."""

    code = "ui.no_pictures"
    blame = Blame.USER


class NoContent:
    """In place of a bundle's content: its texts are known, its pictures and recordings are not at hand."""

    def read(self, name: str) -> bytes:
        """Never.

        Raises:
            NoPicturesError: Always.
        """
        raise NoPicturesError(name=name)

    def open(self, name: str) -> BinaryReader:
        """Never.

        Raises:
            NoPicturesError: Always.
        """
        raise NoPicturesError(name=name)

    def size_bytes(self, name: str) -> int:
        """Never.

        Raises:
            NoPicturesError: Always.
        """
        raise NoPicturesError(name=name)


class ReplayHost:
    """Shows views; what is asked of it is undone by showing the same view again.

    Attributes:
        clock: Stands at the moment shown, so that the times on the screen are those of then.

    Args:
        content: Pictures and recordings, where they are at hand.
        first: The first view.
    """

    def __init__(self, content: Content, first: View) -> None:
        self.clock = ManualClock()
        self._content = content
        self._view = first
        self._tell: Callable[[View], None] = lambda _: None
        self.on_asked: Callable[[Intent], None] = lambda _: None

    @property
    def content(self) -> Content:
        """Where the media come from."""
        return self._content

    @property
    def photo(self) -> bytes:
        """None: a sealed result has no pictures of people."""
        return b""

    def view(self) -> View:
        """The moment shown."""
        return self._view

    def handle(self, intent: Intent) -> None:
        """Nothing is taken: what is over does not change."""
        self.on_asked(intent)
        self._tell(self._view)

    def on_view(self, callback: Callable[[View], None]) -> None:
        """Tell every view from now on."""
        self._tell = callback

    def show(self, view: View, monotonic_ms: int) -> None:
        """Show another moment."""
        self.clock.set(monotonic_ms=monotonic_ms)
        self._view = view
        self._tell(view)

    def tick(self) -> None:
        """Nothing is due."""

    def before_stop(self, ask: Callable[[Callable[[], None]], None]) -> None:
        """Nothing is typed in what is over."""

    def next_due_ms(self) -> int | None:
        """Never."""
        return None


def as_read_here(view: View) -> View:
    """The view in the look of the window it is shown in; what the candidate had set is told beside it."""
    worn = look.current()
    comfort = replace(
        view.chrome.comfort,
        theme=worn.theme,  # type: ignore[arg-type]  # one of the themes
        text_percent=worn.text_percent,
        is_reduced_motion=worn.is_reduced_motion,
    )
    return replace(view, chrome=replace(view.chrome, comfort=comfort))
