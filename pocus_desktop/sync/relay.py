"""Sealed results to the room's relay: the hub's protocol at another address, and other manners (formats/relay 3, 4).

Rules kept here:

1. The relay is whom the station was paired with: its TLS key is the only one trusted (4.1).
2. "Held by the centre" is neither a receipt nor a failure: the envelope is with a carrier, and the receipt is asked for
   again within a minute (3.4).
3. Nothing is sent again that the relay says it holds (3.3).
4. Nothing that a relay says makes an envelope final: only the academy judges results (4.3).
"""

import ssl
import time
from collections.abc import Mapping
from typing import Final

import httpx2

from pocus_desktop.admission.handing_out import RELAY_PATH, RELEASES_PATH, RELEASES_TYPE, read_releases
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.sitting import held
from pocus_desktop.sync.direct import DirectTransport
from pocus_desktop.sync.errors import (
    DamagedOnTheWayError,
    HeldByCentreError,
    HubRefusedError,
    HubUnavailableError,
    RelayRefusedError,
    RelayUnavailableError,
    SyncError,
)
from pocus_desktop.sync.https import HttpsTransport, OtherTimeError, wait_asked_ms
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.hub_http import CONNECT_S, STALL_S, bounded_body, hub_time_ms, media_type
from pocus_desktop.sync.url_carrier import UrlCarrier

DEPOT_PATH: Final = "/v1/depot"

_ACCEPTED: Final = 202
_CODE_PREFIX: Final = "relay."
_DAMAGE: Final = "relay.content_differs"


class RelayTransport(HttpsTransport):
    """A room's relay at a URL."""

    def __init__(
        self,
        room_url: str,
        *,
        key: SigningKey | None,
        trust: ssl.SSLContext,
        transport: httpx2.BaseTransport | None = None,
        connect_s: float = CONNECT_S,
        stall_s: float = STALL_S,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            room_url: Of the room's service, such as `https://192.168.1.5:8470`.
            key: This station's device key.
            trust: Trusts the room's own key and no other.
            transport: Instead of the network.
            connect_s: How long connecting may take, in seconds.
            stall_s: How long nothing may move, in seconds.

        Raises:
            BadAddressError: It is no https address.
        """
        super().__init__(
            relay_url(room_url), key=key, transport=transport, trust=trust, connect_s=connect_s, stall_s=stall_s
        )

    @property
    def name(self) -> str:
        """What logs call it."""
        return "relay"

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Hand an envelope over where the relay does not hold it, and return the receipt; see `Transport`.

        Raises:
            HeldByCentreError: It is held; there is no receipt yet.
            SyncError: As `HttpsTransport.deliver`; never a final one.
        """
        receipt = self.pieces(time.time_ns() // 1_000_000).receipt(digest)  # rule 3
        return receipt if receipt is not None else super().deliver(envelope, digest)

    def receipt_in(self, answer: httpx2.Response, host: str) -> bytes:
        """As ever, and rule 2."""
        if answer.status_code == _ACCEPTED and media_type(answer) == held.MEDIA_TYPE:
            raise HeldByCentreError(reason=str(held.read_held(bounded_body(answer, host))))
        return super().receipt_in(answer, host)

    def refusal(self, answer: httpx2.Response, host: str, problem: Mapping[str, Json]) -> SyncError:
        """Rule 4."""
        told = problem.get("code")
        code = told if isinstance(told, str) and told.startswith(_CODE_PREFIX) else ""
        if code == _DAMAGE:
            return DamagedOnTheWayError(host=host, reason=code)
        time_ms = hub_time_ms(problem)
        if time_ms is not None:
            return OtherTimeError(time_ms, host=host, reason=code)
        found = super().refusal(answer, host, problem)
        if isinstance(found, HubUnavailableError):
            return RelayUnavailableError(host=host, reason=code or "-", retry_after_ms=wait_asked_ms(answer))
        if code or isinstance(found, HubRefusedError):
            return RelayRefusedError(host=host, reason=code or "-")
        return found

    def read_log(self, path: str) -> bytes | None:
        """None: a relay has no copy of the hub's log."""
        del path
        return None


class RelayClient(HubClient):
    """What a station asks the room's relay besides results: its admissions, as of a hub, and releases of bundles."""

    def __init__(self, room_url: str, *, trust: ssl.SSLContext, transport: httpx2.BaseTransport | None = None) -> None:
        """Prepare; see `RelayTransport`."""
        super().__init__(relay_url(room_url), trust=trust, transport=transport)

    def releases(self, key: SigningKey, *, now_ms: int) -> tuple[bytes, ...]:
        """The releases that hold something for this station, not verified.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
            BadDocumentError, NewerDocumentError: What came is no list of releases.
        """
        return read_releases(self._ask_signed(key, RELEASES_PATH, RELEASES_TYPE, now_ms))


def relay_url(room_url: str) -> str:
    """The relay's address in a room."""
    return room_url.rstrip("/") + RELAY_PATH


def depot_url(room_url: str) -> str:
    """The address of the depot that a room's relay gives."""
    return relay_url(room_url) + DEPOT_PATH


def relay_carrier(room_url: str, trust: ssl.SSLContext) -> UrlCarrier:
    """The depot that a room's relay gives."""
    direct = DirectTransport(trust, connect_s=CONNECT_S, stall_s=STALL_S)
    return UrlCarrier(depot_url(room_url), transport=direct, trust=trust)
