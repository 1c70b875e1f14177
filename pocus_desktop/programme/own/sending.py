"""A portfolio and the academy: what waits goes, what the academy has comes (formats/portfolio 4).

1. What waits is signed and noted before it is sent; what was signed is sent again as it was until a receipt is here.
2. Only a receipt that verifies ends a submission, and only papers that the academy signed are taken.
3. One that the academy refuses is divided until the document is found that it refuses; the others go.
4. Nothing that fails keeps the papers from being fetched, but an academy that is not reached.
5. Papers of certificates that are not here are fetched last: without them nothing else is missing.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.own.desk import PortfolioDesk

_MOST_ROUNDS: Final = 400
"""So many submissions in one go: more than any division of one refused makes."""


class PortfolioCarrier(Protocol):
    """Reaches the academy."""

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """Bring a sealed submission over and come back with the receipt, not verified.

        Raises:
            PocusError: There is none; `was_refused` says whether the same again can help.
        """

    def was_refused(self, error: PocusError) -> bool:
        """Whether the academy looked at a submission and said no."""

    def papers(self) -> bytes:
        """What the academy has for this portfolio, not verified.

        Raises:
            PocusError: It is not reached, or knows no such portfolio.
        """

    def certificate_paper(self, certificate_id: str, language: str) -> bytes:
        """A certificate's paper, not verified.

        Raises:
            PocusError: It is not reached, or cannot set it.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What one round came to.

    Attributes:
        sent: Submissions that a receipt came for.
        refused: Documents that the academy refused.
        new_papers: Documents of the academy that are new here.
        error: What kept the rest from being done; None where all was.
    """

    sent: int = 0
    refused: int = 0
    new_papers: int = 0
    error: PocusError | None = None


def sync_once(desk: PortfolioDesk, carrier: PortfolioCarrier) -> Synced:
    """Send what waits, fetch what is there, once.

    Raises:
        NoAcademyError, NoAccountYetError: There is nobody to send to, or nothing to send.
        PortfolioUnreadableError: The database does not take what came.
    """
    desk.require_academy()
    sent = refused = 0
    failure: PocusError | None = None
    desk.pack()
    for _ in range(_MOST_ROUNDS):
        parcel = next((one for one in desk.parcels() if one.is_waiting), None) or desk.pack()
        if parcel is None:
            break
        try:
            receipt = carrier.deliver(desk.sealed(parcel), parcel.digest)
        except PocusError as error:
            log.failure(error)
            if not carrier.was_refused(error):
                desk.failed(parcel, error)
                failure = error
                break
            refused += not desk.divide(parcel, error)
            continue
        try:
            desk.take_receipt(parcel, receipt)
        except PocusError as error:  # no receipt of this academy's: the next round asks again
            log.failure(error)
            desk.failed(parcel, error)
            failure = error
            break
        sent += 1
        log.event("portfolio.delivered", digest=parcel.digest)
    try:
        new = desk.take_papers(carrier.papers())
    except PocusError as error:
        log.failure(error)
        return Synced(sent=sent, refused=refused, error=failure or error)
    if failure is None:
        desk.note_synced()
    _fetch_papers(desk, carrier)
    return Synced(sent=sent, refused=refused, new_papers=new, error=failure)


def _fetch_papers(desk: PortfolioDesk, carrier: PortfolioCarrier) -> None:
    """Rule 5; what cannot be fetched is asked for again the next time."""
    for certificate_id, language in desk.wanted_papers():
        try:
            desk.take_paper(certificate_id, language, carrier.certificate_paper(certificate_id, language))
        except PocusError as error:
            log.failure(error)
