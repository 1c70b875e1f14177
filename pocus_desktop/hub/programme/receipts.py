"""Receipts as they are given again: as they were signed, or anew (formats/academy 3.9)."""

from pocus_desktop.admission.documents import read_payload
from pocus_desktop.crypto import dsse
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.programme.submission import PortfolioReceipt, issue_receipt


def is_believed(envelope: bytes, ring: KeyRing) -> bool:
    """Whether a key signed it that was not revoked since."""
    if not ring.revoked:
        return True
    signers = {one.key_id for one in dsse.Envelope.parse(envelope).signatures}
    return bool(signers & {key.key_id for key in ring.believed})


def believed_receipt(receipt: bytes, ring: KeyRing) -> bytes:
    """As it was signed; anew, saying the same, where only keys signed it that were revoked since."""
    if is_believed(receipt, ring):
        return receipt
    return issue_receipt(read_payload(PortfolioReceipt, dsse.Envelope.parse(receipt).payload), ring.signer)
