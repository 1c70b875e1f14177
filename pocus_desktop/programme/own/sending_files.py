"""A portfolio's files to the academy, one after the other; whoever carries them (formats/portfolio 7).

1. Nothing goes before the documents that name it went, the candidate agreed, and the academy gave an ID number.
2. What a cut left is gone on with; only a receipt that verifies ends it.
3. One that the academy refuses is told with the reason, and holds up no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.errors import FileNotHereError
from pocus_desktop.programme.own.outgoing import FileStage

OF_FILES: Final = frozenset(
    {
        "academy.file_not_as_named",
        "academy.file_not_named",
        "academy.file_unsound",
        "academy.files_full",
        "hub.too_large",
    }
)
"""What an academy says of a file that it does not keep; all else is about the portfolio, or about the academy."""


class FileCarrier(Protocol):
    """Brings sealed files to the academy."""

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
        """Bring a sealed file over and come back with the receipt, not verified.

        Args:
            sealed: The file.
            digest: SHA-256 of that.
            upload: Where it was taken when it was last tried; empty where it never was.
            offset: How much of it had arrived there.
            moved: To be told where it is taken and how much has arrived.
            progress: To be told how much was handed on.
            is_wanted: Whether it shall go on; asked again and again.

        Raises:
            PocusError: There is none; `refusal` and `is_on_its_way` say why.
        """

    def refusal(self, error: PocusError) -> str:
        """The code by which the academy said no; empty where it did not."""

    def is_on_its_way(self, error: PocusError) -> bool:
        """Whether nothing went wrong: it is being carried, and the answer has still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFiles:
    """What one round came to.

    Attributes:
        sent: Files that a receipt came for.
        left: Files that are being carried.
        refused: Files that the academy refused.
        error: What kept the rest from going; None where all went.
    """

    sent: int = 0
    left: int = 0
    refused: int = 0
    error: PocusError | None = None


def send_files(desk: PortfolioDesk, carrier: FileCarrier) -> SentFiles:
    """Send the files that wait, once each.

    Raises:
        NoAcademyError, NoAccountYetError: There is nobody to send to, or nobody who sends.
        FileRefusedError: The disk does not take what is sealed.
        PortfolioUnreadableError: The database does not take what came.
    """
    sent = left = refused = 0
    failure: PocusError | None = None
    outgoing, verifiers = desk.outgoing, desk.require_academy().verifiers
    for state in desk.file_states():
        if state.stage not in {FileStage.WAITING, FileStage.SENDING} or not outgoing.may_go():
            continue
        try:
            parcel = desk.file_parcel(state)
        except FileNotHereError as error:
            log.failure(error)
            failure = error
            continue
        if parcel is None:  # rule 1
            break
        try:
            receipt = carrier.deliver_file(
                parcel.sealed,
                parcel.digest,
                upload=parcel.upload,
                offset=parcel.arrived_bytes,
                moved=partial(outgoing.moved, parcel),
                progress=partial(outgoing.progress, parcel),
                is_wanted=outgoing.may_go,
            )
            outgoing.take_receipt(parcel, receipt, verifiers)
        except PocusError as error:
            if carrier.is_on_its_way(error):
                left += 1
                continue
            if not outgoing.may_go():  # somebody stopped it; it goes on from there
                outgoing.paused(parcel)
                break
            log.failure(error)
            code = carrier.refusal(error)
            outgoing.failed(parcel, code or error.code, is_refused=code in OF_FILES)
            if code not in OF_FILES:
                return SentFiles(sent=sent, left=left, refused=refused, error=error)
            refused += 1
            continue
        sent += 1
        log.event("portfolio.file_delivered", digest=parcel.digest)
    return SentFiles(sent=sent, left=left, refused=refused, error=failure)
