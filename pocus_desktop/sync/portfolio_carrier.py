"""A candidate's portfolio to the academy and back, over the network (formats/portfolio 4)."""

from collections.abc import Callable

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.hub_client import HubAnsweredNoError, HubClient


class HubPortfolios:
    """A hub by its address.

    Args:
        client: Asks it.
        key: The portfolio's, which signs the question.
        clock: The present.
    """

    divides_into = 2
    as_of = None
    """What it brings is of now."""

    def __init__(self, client: HubClient, key: SigningKey, clock: Clock) -> None:
        self._client = client
        self._key = key
        self._clock = clock

    @property
    def academy_ms(self) -> int | None:
        """The academy's time, where it could not take this computer's."""
        return self._client.hub_ms

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """Bring a submission over; the receipt that came.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why there is none.
        """
        return self._client.submit(sealed, digest, self._key, now_ms=self._clock.read().wall_ms)

    def refusal(self, error: PocusError) -> str:
        """The code by which the hub said no; empty where it did not."""
        return str(error.params.get("reason", "")) if isinstance(error, HubAnsweredNoError) else ""

    def is_on_its_way(self, _error: PocusError) -> bool:
        """A network brings its answer at once, or fails."""
        return False

    def deliver_file(
        self,
        sealed: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Callable[[str, int], None],
        progress: Callable[[int], None],
        is_wanted: Callable[[], bool],
    ) -> bytes:
        """Bring a sealed file over, from where it was cut; the receipt that came.

        Raises:
            SyncError, HubAnsweredNoError: Why there is none.
        """
        now_ms = self._clock.read().wall_ms
        return self._client.deliver_file(
            sealed,
            digest,
            self._key,
            upload=upload,
            offset=offset,
            moved=moved,
            progress=progress,
            is_wanted=is_wanted,
            now_ms=now_ms,
        )

    def papers(self) -> bytes:
        """What the academy has for the portfolio.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why it cannot be told.
        """
        return self._client.papers(self._key, now_ms=self._clock.read().wall_ms)

    def certificate_paper(self, certificate_id: str, language: str) -> bytes:
        """A certificate's paper.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why there is none.
        """
        return self._client.certificate_paper(self._key, certificate_id, language, now_ms=self._clock.read().wall_ms)
