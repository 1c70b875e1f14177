"""A candidate's portfolio to the academy and back, over the network (formats/portfolio 4)."""

from typing import Final

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.hub_client import HubAnsweredNoError, HubClient

_OF_DOCUMENTS: Final = frozenset(
    {
        "academy.other_person",
        "academy.others_document",
        "portfolio.not_its_own",
        "programme.bad_document",
        "programme.newer_document",
    }
)
"""What a hub says of what is inside a submission; everything else is about the portfolio, or about the hub."""


class HubPortfolios:
    """A hub by its address.

    Args:
        client: Asks it.
        key: The portfolio's, which signs the question.
        clock: The present.
    """

    def __init__(self, client: HubClient, key: SigningKey, clock: Clock) -> None:
        self._client = client
        self._key = key
        self._clock = clock

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """Bring a submission over; the receipt that came.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why there is none.
        """
        return self._client.submit(sealed, digest)

    def was_refused(self, error: PocusError) -> bool:
        """Whether the academy looked at the documents and said no to one."""
        return isinstance(error, HubAnsweredNoError) and error.params.get("reason") in _OF_DOCUMENTS

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
