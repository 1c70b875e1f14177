"""What is known of a sealed result on its way: fed by whoever sends it, shown on the last screens, never journalled."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pocus_desktop.sitting.receipt import Receipt

DeliveryState: TypeAlias = Literal["waiting", "sending", "held", "received", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A sealed result and how far it has come.

    Attributes:
        sealed_path: Where it lies.
        sealed_digest: Its SHA-256.
        state: `waiting` for a way, `sending`, `held` by the centre, `received` with a receipt, or `refused` by the hub.
        reason: The code of why it waits or was refused; empty where there is none.
        receipt: The receipt, verified; None before.
        receipt_document: The receipt as it came, for the QR code.
    """

    sealed_path: str
    sealed_digest: str
    state: DeliveryState = "waiting"
    reason: str = ""
    receipt: Receipt | None = None
    receipt_document: bytes = b""
