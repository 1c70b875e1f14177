"""Sealed results over HTTPS: whole by `PUT /v1/envelopes/{sha256}` (formats/sync 2), or in pieces (`sync.pieces`).

Rules kept here:

1. The address is https; http only to this very computer (2.1).
2. The certificate is verified, by the operating system's store (2.1).
3. No redirection is followed (2.6).
4. Time-outs measure stalls, not totals (2.7).
5. Only an answer of the receipt's media type and of a bounded size is handed on (2.4); a page of HTML is a network's
   sign-in page, by name (2.6).
6. Only a problem document of the hub itself makes an envelope final (2.5); any other refusal is tried again.
7. A station that has a device key signs (formats/hub 2). Told that it signed for another time than the hub's, it signs
   again for the hub's time, at once and once: a wrong clock keeps no result back.
"""

import base64
import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx2

from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.errors import (
    CaptivePortalError,
    DamagedOnTheWayError,
    HubRefusedError,
    HubUnavailableError,
    NotLetInError,
    RedirectedError,
    StrangeAnswerError,
    SyncError,
)
from pocus_desktop.sync.hub_http import (
    CONNECT_S,
    STALL_S,
    bounded_body,
    hub_address,
    hub_time_ms,
    is_this_computer,
    media_type,
    problem_of,
    told_as_ours,
)
from pocus_desktop.sync.log_reader import HUB_PATH, read_part
from pocus_desktop.sync.pieces import Pieces
from pocus_desktop.sync.resuming import resuming
from pocus_desktop.sync.transport import PROBLEM_MEDIA_TYPE, RECEIPT_MEDIA_TYPE

LONGEST_WAIT_ASKED_MS: Final = 60 * 60 * 1000
"""How long a `Retry-After` is heeded; a hub that asks for a year is not."""

_LONGEST_SECONDS: Final = 9
_LONGEST_DATE: Final = 40
_JSON: Final = "application/json"
_OK: Final = 200
_CREATED: Final = 201
_NOT_LET_IN: Final = 401
_NETWORK_SIGN_IN: Final = 511
_TOO_MANY: Final = 429
_SERVER: Final = 500
_FINAL: Final = frozenset({413, 415, 422})
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_CODE: Final = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
_DAMAGE: Final = frozenset({"hub.content_digest_mismatch", "hub.name_mismatch"})


class HttpsTransport:
    """A hub at a URL."""

    def __init__(
        self,
        url: str,
        *,
        key: SigningKey | None = None,
        transport: httpx2.BaseTransport | None = None,
        trust: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        stall_s: float = STALL_S,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: Of the hub, such as `https://hub.example.org`; a path before `/v1` is kept.
            key: This station's or centre's device key, to sign with; None sends as a stranger.
            transport: Instead of the network: `sync.asgi.InProcessTransport` for a hub within this process.
            trust: Instead of the operating system's store of certificates; then no proxy of the system is asked either.
            connect_s: How long connecting may take, in seconds.
            stall_s: How long nothing may move while sending or receiving, in seconds.

        Raises:
            BadAddressError: Rule 1.
        """
        self._address = hub_address(url)
        self._key = key
        is_asked = trust is None and not is_this_computer(self._address.host)
        self._client = httpx2.Client(
            transport=transport,
            verify=resuming(trust or httpx2.create_ssl_context(trust_env=is_asked)),
            headers={"User-Agent": "pocus"},
            follow_redirects=False,
            trust_env=is_asked,
            timeout=httpx2.Timeout(stall_s, connect=connect_s),
        )

    @property
    def name(self) -> str:
        """What logs call it."""
        return "https"

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Send an envelope and return the receipt that came, not verified; see `Transport`.

        Raises:
            NoConnectionError, UntrustedServerError, StalledError, CutOffError: The network.
            RedirectedError, CaptivePortalError, StrangeAnswerError: Something else than a hub answered.
            HubUnavailableError, DamagedOnTheWayError, NotLetInError: The hub answered; trying again can help.
            HubRefusedError: The hub answered; trying again cannot help.
        """
        try:
            return self._send(envelope, digest, now_ms=time.time_ns() // 1_000_000)
        except OtherTimeError as told:  # rule 7
            return self._send(envelope, digest, now_ms=told.hub_time_ms)

    def _send(self, envelope: bytes, digest: str, *, now_ms: int) -> bytes:
        checked = base64.b64encode(bytes.fromhex(digest)).decode("ascii")
        target = f"/v1/envelopes/{digest}"
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Digest": f"sha-256=:{checked}:",
            "Accept": f"{RECEIPT_MEDIA_TYPE}, {PROBLEM_MEDIA_TYPE}",
            "Accept-Encoding": "identity",
        }
        if self._key is not None:
            headers["Authorization"] = sign_request(
                self._key, method="PUT", target=target, now_ms=now_ms, content_digest=digest
            )
        host = self._address.host
        url = self._address.join(target.removeprefix("/"))
        with (
            told_as_ours(host),
            self._client.stream("PUT", url, content=envelope, headers=headers) as answer,
        ):
            return self.receipt_in(answer, host)

    def reaches(self) -> bool:
        """Whether the hub says that it takes results now."""
        try:
            with (
                told_as_ours(self._address.host),
                self._client.stream("GET", self._address.join("readyz"), headers={"Accept": _JSON}) as answer,
            ):
                return answer.status_code == _OK and media_type(answer) == _JSON
        except SyncError:
            return False

    def upload(
        self,
        envelope: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Callable[[str, int], None],
        is_wanted: Callable[[], bool],
    ) -> bytes:
        """Send what the hub does not hold yet, in pieces; see `PiecewiseTransport`.

        Raises:
            SyncError: As `deliver`.
            NoUploadsError: The hub takes envelopes whole only.
            GaveWayError: `is_wanted` said so.
        """
        try:
            first = self.pieces(time.time_ns() // 1_000_000)
            return first.upload(envelope, digest, upload=upload, offset=offset, moved=moved, is_wanted=is_wanted)
        except OtherTimeError as told:  # rule 7; only the beginning of an upload is signed
            again = self.pieces(told.hub_time_ms)
            return again.upload(envelope, digest, upload="", offset=0, moved=moved, is_wanted=is_wanted)

    def pieces(self, now_ms: int) -> Pieces:
        """What talks with the other side about uploads and receipts, signing for a moment."""
        return Pieces(
            self._client,
            self._address,
            receipt_in=self.receipt_in,
            refusal=self.refusal,
            authorize=lambda method, target: self._signature(method, target, now_ms),
        )

    def receipt_in(self, answer: httpx2.Response, host: str) -> bytes:
        """The receipt that an answer holds, not verified.

        Raises:
            SyncError: Why it holds none, by its kind (rules 5 and 6).
        """
        return receipt_of(answer, host, self.refusal)

    def refusal(self, answer: httpx2.Response, host: str, problem: Mapping[str, Json]) -> SyncError:
        """What an answer means that is none of those expected."""
        return _refusal(answer, host, problem)

    def _signature(self, method: str, target: str, now_ms: int) -> dict[str, str]:
        if self._key is None:
            return {}
        return {"Authorization": sign_request(self._key, method=method, target=target, now_ms=now_ms)}

    @property
    def is_live(self) -> bool:
        """The log that comes this way is the hub's own, as it is now."""
        return True

    @property
    def heads(self) -> Path | None:
        """Stations meet nowhere on this way."""
        return None

    def read_log(self, path: str) -> bytes | None:
        """A part of the hub's log; see `sync.transport.CarriesLog`."""
        return read_part(self._client, self._address, HUB_PATH + path)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class OtherTimeError(NotLetInError):
    """The hub says that the request was signed for another time, and which its own is; inside this module."""

    def __init__(self, hub_time_ms: int, *, host: str, reason: str) -> None:
        super().__init__(host=host, reason=reason)
        self.hub_time_ms = hub_time_ms


def receipt_of(
    answer: httpx2.Response,
    host: str,
    refusal: Callable[[httpx2.Response, str, Mapping[str, Json]], PocusError],
    *,
    kind: str = RECEIPT_MEDIA_TYPE,
) -> bytes:
    """The receipt that an answer holds, not verified.

    Raises:
        SyncError: It is no answer of a hub (rules 5 and 6).
        PocusError: What `refusal` makes of a problem document.
    """
    status, said = answer.status_code, media_type(answer)
    if 300 <= status < 400:
        raise RedirectedError(host=host, status=status)
    if status == _NETWORK_SIGN_IN or (said in _HTML and status < _SERVER):
        raise CaptivePortalError(host=host, status=status)
    if status in {_OK, _CREATED}:
        if said != kind:
            raise StrangeAnswerError(host=host, status=status)
        return bounded_body(answer, host)
    problem = problem_of(answer, host) if said == PROBLEM_MEDIA_TYPE else {}
    raise refusal(answer, host, problem)


def _refusal(answer: httpx2.Response, host: str, problem: Mapping[str, Json]) -> SyncError:
    status = answer.status_code
    told = problem.get("code")
    code = told if isinstance(told, str) and _CODE.fullmatch(told) else ""
    if code in _DAMAGE:
        return DamagedOnTheWayError(host=host, reason=code)
    if status == _NOT_LET_IN and code.startswith("hub."):
        time_ms = hub_time_ms(problem)
        return (
            NotLetInError(host=host, reason=code)
            if time_ms is None
            else OtherTimeError(time_ms, host=host, reason=code)
        )
    if status in _FINAL and code.startswith("hub."):
        cause = problem.get("cause")
        is_code = isinstance(cause, str) and _CODE.fullmatch(cause)
        return HubRefusedError(host=host, status=status, reason=str(cause) if is_code else code)
    if status >= _SERVER or status == _TOO_MANY:
        return HubUnavailableError(host=host, status=status, retry_after_ms=wait_asked_ms(answer))
    return StrangeAnswerError(host=host, status=status)


def wait_asked_ms(answer: httpx2.Response) -> int | None:
    """`Retry-After`: seconds, or a date, which is read by the clock that wrote `Date` in the same answer.

    Neither clock has to be right for that; without a `Date` a date says nothing.
    """
    asked: str = answer.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_SECONDS:
        return min(int(asked) * 1000, LONGEST_WAIT_ASKED_MS)
    until, written = _date(asked), _date(answer.headers.get("Date", ""))
    if until is None or written is None:
        return None
    return min(max(round((until - written).total_seconds() * 1000), 0), LONGEST_WAIT_ASKED_MS)


def _date(field: str) -> datetime | None:
    """A date as HTTP writes it (RFC 9110 section 5.6.7); None where it is none."""
    if not field.isascii() or len(field) > _LONGEST_DATE:
        return None
    try:
        found = parsedate_to_datetime(field)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
