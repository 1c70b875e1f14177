"""A portfolio and the academy: what waits goes, what the academy has comes (formats/portfolio 4).

1. What waits is signed and noted before it is sent; what was signed is sent again as it was until a receipt is here.
2. Only a receipt that verifies ends a submission, and only papers that the academy signed are taken.
3. One that the academy refuses is divided until the document is found that it refuses; the others go.
4. Nothing that fails keeps the papers from being fetched, but an academy that is not reached.
5. Papers of certificates that are not here are fetched after that: without them nothing else is missing.
6. What lies on a stick waits on; it is written again until a receipt is here.
7. Files are large, and go last (`own.sending_files`).
"""

from dataclasses import dataclass, replace
from typing import Final, Protocol

from pocus_desktop.admission.latest_time import moment
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.own.asking import AsOf
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.errors import ClockOffError, NotItsKeyError
from pocus_desktop.programme.own.sending_files import FileCarrier, SentFiles, send_files

_MOST_ROUNDS: Final = 400
"""So many submissions in one go: more than any division of one refused makes."""

OF_DOCUMENTS: Final = frozenset(
    {
        "academy.other_person",
        "academy.others_document",
        "portfolio.not_its_own",
        "programme.bad_document",
        "programme.newer_document",
    }
)
"""What an academy says of what is inside a submission; all else is about the portfolio, or about the academy."""

_OF_KEYS: Final = frozenset({"academy.other_key", "hub.unknown_sender"})
"""What an academy says where it knows the account by another key, or nobody by this one."""


_NO_PAPER: Final = "certificate.paper_failed"
"""What an academy says of a paper that its typesetter refuses, such as for a name in letters that its font has not."""
_CLOCK_OFF_MS: Final = 60 * 60 * 1000


class PortfolioCarrier(Protocol):
    """Reaches the academy: over the network, or by a stick."""

    @property
    def academy_ms(self) -> int | None:
        """The academy's time, where it could not take this computer's in the last question; else None."""

    @property
    def divides_into(self) -> int:
        """Into how many parts a refused submission is divided."""

    @property
    def as_of(self) -> AsOf | None:
        """How new the papers are that it brings; None where they are of now."""

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """Bring a sealed submission over and come back with the receipt, not verified.

        Raises:
            PocusError: There is none; `refusal` and `is_on_its_way` say what that means.
        """

    def refusal(self, error: PocusError) -> str:
        """The code by which the academy looked at a submission and said no; empty where it did not."""

    def is_on_its_way(self, error: PocusError) -> bool:
        """Whether nothing went wrong: it is being carried, and the answer has still to come."""

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
        left: Submissions that are being carried.
        refused: Documents that the academy refused.
        new_papers: Documents of the academy that are new here.
        is_old: Whether what came is no newer than what is here.
        files: What became of files; None where none was to go.
        error: What kept the rest, but files, from being done; None where all was.
    """

    sent: int = 0
    left: int = 0
    refused: int = 0
    new_papers: int = 0
    is_old: bool = False
    files: SentFiles | None = None
    error: PocusError | None = None

    @property
    def problem(self) -> PocusError | None:
        """What kept anything from being done; None where all was."""
        return self.error or (self.files.error if self.files is not None else None)

    @property
    def not_taken(self) -> int:
        """Documents and files that the academy refused."""
        return self.refused + (self.files.refused if self.files is not None else 0)


def sync_once(desk: PortfolioDesk, carrier: PortfolioCarrier, files: FileCarrier | None = None) -> Synced:
    """Send what waits, fetch what is there, once.

    Args:
        desk: The portfolio.
        carrier: Reaches the academy.
        files: Brings files there; None where they stay for now.

    Raises:
        NoAcademyError, NoAccountYetError: There is nobody to send to, or nothing to send.
        PortfolioUnreadableError: The database does not take what came.
    """
    desk.require_academy()
    sent = refused = rounds = 0
    left: set[str] = set()
    failure: PocusError | None = None
    is_old = carrier.as_of is not None and carrier.as_of <= desk.asking.taken
    desk.pack()
    while rounds < _MOST_ROUNDS:
        parcel = desk.next_waiting(left) or desk.pack()
        if parcel is None:
            break
        try:
            receipt = carrier.deliver(desk.sealed(parcel), parcel.digest)
        except PocusError as error:
            if carrier.is_on_its_way(error):
                left.add(parcel.digest)
                continue
            log.failure(error)
            rounds += 1
            code = carrier.refusal(error)
            if code not in OF_DOCUMENTS:
                failure = _told(desk, carrier, error)
                desk.failed(parcel, failure)
                break
            refused += not desk.divide(parcel, code, parts=carrier.divides_into)
            continue
        rounds += 1
        try:
            desk.take_receipt(parcel, receipt)
        except PocusError as error:  # no receipt of this academy's: the next round asks again
            log.failure(error)
            desk.failed(parcel, error)
            failure = error
            break
        sent += 1
        log.event("portfolio.delivered", digest=parcel.digest)
    done = Synced(sent=sent, left=len(left), refused=refused, is_old=is_old, error=failure)
    try:
        new = desk.take_papers(carrier.papers(), as_of=carrier.as_of)
    except PocusError as error:
        if not carrier.is_on_its_way(error):
            log.failure(error)
            failure = failure or _told(desk, carrier, error)
            desk.note_trouble(failure)
            return replace(done, error=failure)
        new = 0
    else:
        desk.note_trouble(failure or _clock_off(desk, carrier))
        if failure is None and not left:
            desk.note_synced(carrier.as_of)
        _fetch_papers(desk, carrier)
    gone = send_files(desk, files) if files is not None and failure is None else None
    return replace(done, new_papers=new, files=gone)


def _clock_off(desk: PortfolioDesk, carrier: PortfolioCarrier) -> PocusError | None:
    """That this computer's clock is not the academy's, where it is so by more than what nobody need see to."""
    there_ms = carrier.academy_ms
    here_ms = desk.clock_ms
    if there_ms is None or abs(here_ms - there_ms) < _CLOCK_OFF_MS:
        return None
    return ClockOffError(here=moment(here_ms), there=moment(there_ms))


def _told(desk: PortfolioDesk, carrier: PortfolioCarrier, error: PocusError) -> PocusError:
    """The error as it is told: of a key, with the key that a person can name to the academy."""
    return NotItsKeyError(key=desk.key_id) if carrier.refusal(error) in _OF_KEYS else error


def _fetch_papers(desk: PortfolioDesk, carrier: PortfolioCarrier) -> None:
    """Rule 5; what cannot be fetched is asked for again the next time."""
    for certificate_id, language in desk.wanted_papers():
        try:
            desk.take_paper(certificate_id, language, carrier.certificate_paper(certificate_id, language))
        except PocusError as error:
            if carrier.refusal(error) == _NO_PAPER:
                desk.note_no_paper(certificate_id, language)
            if not carrier.is_on_its_way(error):
                log.failure(error)
