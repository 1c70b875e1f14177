"""What every screen of the candidate is: a view goes in, intents come out."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.kernel.clock import Clock
from pocus_desktop.sitting.views import View
from pocus_desktop.ui.check.inspector import Inspector
from pocus_desktop.ui.check.sound_test import SoundTest
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.items.answering import ItemContext
from pocus_desktop.ui.media_host import MediaHost
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.pictures import Pictures
from pocus_desktop.ui.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenContext:
    """What screens are made with.

    Attributes:
        words: The candidate's language.
        formats: Its numbers and times.
        clock: For what counts on between two views.
        pictures: Stills and cine frames of the content.
        media: Plays clips.
        inspector: Runs the system check.
        sound: Plays the test sound.
        latest: The view as it is now; after an answer was sent on, the one that counts it.
        photo: The candidate's, a PNG or WebP; empty where there is none.
    """

    words: Words
    formats: Formats
    clock: Clock
    pictures: Pictures
    media: MediaHost
    inspector: Inspector
    sound: SoundTest
    latest: Callable[[], View]
    photo: bytes = b""

    @property
    def items(self) -> ItemContext:
        """What item widgets need of it."""
        return ItemContext(words=self.words, formats=self.formats, pictures=self.pictures)


class CandidateScreen(QWidget):
    """One screen.

    Args:
        context: What it is made with.

    Signals:
        intended: A `sitting.intents.Intent`.
        code_asked: The proctor is to give a one-time code.
        packing_asked: The sitting is to be written to a stick, to go on at another station.
    """

    intended = Signal(object)
    code_asked = Signal()
    packing_asked = Signal()

    def __init__(self, context: ScreenContext) -> None:
        super().__init__()
        self.context = context
        self.setProperty("ground", "canvas")

    def hold(self, page: Page) -> Page:
        """Fill the screen with a page."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page)
        return page

    def render_view(self, view: View) -> None:
        """Show a view of the kind it is for."""
        raise NotImplementedError

    def flush(self) -> None:
        """Send on at once what is still being typed; nothing on most screens."""

    def first_focus(self) -> QWidget | None:
        """What gets the focus when the screen appears."""
        return self.findChild(QWidget, "primary")
