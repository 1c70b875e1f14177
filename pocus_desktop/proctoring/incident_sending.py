"""Reports of incidents on their way to the academy: what has no receipt is sent again (formats/incident 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pocus_desktop.admission.roster import VerifiedRoster
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.incident_folder import IncidentFolder
from pocus_desktop.proctoring.incident_report import IncidentReceipt, seal_report


class IncidentCarrier(Protocol):
    """Brings a sealed report to the academy: over the network, or by a stick."""

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """Bring it over and come back with a receipt, not verified.

        Args:
            sealed: The sealed report.
            digest: Of the signed report inside.

        Raises:
            PocusError: There is no receipt, and why; a stick that has it says that the receipt has still to come.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one report.

    Attributes:
        receipt: The academy's; None where there is none yet.
        error: Why there is none.
    """

    reference: str
    receipt: IncidentReceipt | None = None
    error: PocusError | None = None


def send_waiting(folder: IncidentFolder, carrier: IncidentCarrier, recipients: Iterable[PublicKey]) -> tuple[Sent, ...]:
    """Try every report that waits, once; one that is refused holds up no other.

    Raises:
        NoAcademyKeyError: Something waits, and it is not known to which key it is to be sealed.
        FileRefusedError: The folder cannot be read.
    """
    keys = tuple(recipients)
    sent: list[Sent] = []
    for report in folder.waiting():
        sealed = seal_report(report, keys)
        reference = report.incident.reference
        try:
            receipt = folder.take_receipt(report, carrier.deliver(sealed, report.digest))
        except PocusError as error:
            log.failure(error)
            sent.append(Sent(reference=reference, error=error))
        else:
            log.event("incident.delivered", digest=report.digest)
            sent.append(Sent(reference=reference, receipt=receipt))
    return tuple(sent)


def academy_keys(rosters: Iterable[VerifiedRoster]) -> tuple[PublicKey, ...]:
    """To whom reports are sealed: those who may read the results of the newest roster that says so."""
    for one in rosters:
        keys = dict.fromkeys(key for verified in one.admissions for key in verified.admission.recipients)
        if one.allowance is not None:
            keys.update(dict.fromkeys(one.allowance.recipients))
        if keys:
            return tuple(keys)
    return ()
