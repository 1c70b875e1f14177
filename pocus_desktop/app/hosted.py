"""A sitting as the candidate's window hosts it, whatever its content comes from (`ui.candidate.host.SittingHost`)."""

from collections.abc import Callable

from pocus_desktop.bundle.content import BundleContent
from pocus_desktop.bundle.verifier import VerifiedBundle
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.views import View


class HostedSitting:
    """Hands everything on to the sitting; what it is sat from is added below.

    Attributes:
        sitting: The sitting.
        photo: The candidate's, or nothing.
    """

    def __init__(self, sitting: Sitting, photo: bytes = b"") -> None:
        self.sitting = sitting
        self._photo = photo

    @property
    def photo(self) -> bytes:
        """The candidate's, a PNG or WebP for the proctor's eyes; empty where there is none."""
        return self._photo

    def view(self) -> View:
        """What is to be shown now."""
        return self.sitting.view()

    def handle(self, intent: Intent) -> None:
        """Take what the person at the window asked for."""
        self.sitting.handle(intent)

    def on_view(self, callback: Callable[[View], None]) -> None:
        """Tell every new view from now on, on the writer's thread."""
        self.sitting.on_view(callback)

    def before_stop(self, ask: Callable[[Callable[[], None]], None]) -> None:
        """Have what is being typed handed in before an order stops the work."""
        self.sitting.before_stop(ask)

    def tick(self) -> None:
        """Look at the timers."""
        self.sitting.tick()

    def next_due_ms(self) -> int | None:
        """When `tick` is due next."""
        return self.sitting.next_due_ms()


class BundleSitting(HostedSitting):
    """One with the bundle that it is sat from, which is let go of with it.

    Args:
        sitting: The sitting.
        bundle: Open.
        content: What it unlocks to.
        photo: The candidate's, or nothing.
        on_closed: Told once it is closed, each time.
    """

    def __init__(
        self,
        sitting: Sitting,
        bundle: VerifiedBundle,
        content: BundleContent,
        *,
        photo: bytes = b"",
        on_closed: "Callable[[BundleSitting], None]",
    ) -> None:
        super().__init__(sitting, photo)
        self._bundle = bundle
        self._content = content
        self._on_closed = on_closed

    @property
    def content(self) -> BundleContent:
        """Where the media come from."""
        return self._content

    def close(self) -> None:
        """Finish what is under way and let go of journal and bundle; doing it again does no harm."""
        try:
            self.sitting.close()
        finally:
            self._bundle.close()
            self._on_closed(self)
