"""A station's connection to a console, or a console's own command line: pinned, bounded, never waiting for long.

Rules kept here (formats/room 3, 4):

1. TLS 1.3 with the one certificate that pairing gave; any other ends the connection before anything is said.
2. No redirection, no proxy, no compression; an answer is of its media type and of a bounded size.
3. Connecting, sending and receiving have time-outs; a question for orders waits as long as consoles hold it.
4. A request that was signed for another time than the console's is signed again for that, once. Nobody's clock is set.
"""

import hashlib
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple

import httpx2

from pocus_desktop.admission.documents import Part, read_payload
from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.documents import (
    ASK_TYPE,
    CARD_TYPE,
    DONE_TYPE,
    HELLO_TYPE,
    MAXIMUM_CARD_BYTES,
    MAXIMUM_REPLY_BYTES,
    PROBLEM_TYPE,
    REPLY_TYPE,
    REPORT_TYPE,
    VIEW_TYPE,
    RoomReply,
    StationHello,
    StationReport,
    encode,
)
from pocus_desktop.proctoring.errors import (
    BY_CODE,
    AnsweredNoError,
    BadAddressError,
    NotReachedError,
    OtherRoomError,
    RoomClockError,
)
from pocus_desktop.proctoring.shared import MAXIMUM_SHARED_BYTES, SHARED_REPORT_TYPE, SHARED_TYPE
from pocus_desktop.proctoring.tls import pinned_context, unpinned_context

CONNECT_S: Final = 3.0
ANSWER_S: Final = 6.0
HELD_S: Final = 30.0
DEFAULT_PORT: Final = 8421
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,252})")
_MOST_PORT: Final = 65_535
_LONGEST_TOLD: Final = 200
_CODE: Final = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
_MOST_VIEW_BYTES: Final = 8 * 1024 * 1024


class Address(NamedTuple):
    """Where a console listens."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_address(text: str) -> Address:
    """An address as people type it: a name or number, and a port where it is not the usual one.

    Raises:
        BadAddressError: It is none.
    """
    given = text.strip().removeprefix("https://").rstrip("/")
    host, port = given, str(DEFAULT_PORT)
    bracketed = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::(\d+))?", given)
    if bracketed is not None:
        host, port = bracketed.group(1), bracketed.group(2) or port
    elif given.count(":") == 1:
        host, _, port = given.partition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= len(str(_MOST_PORT)) else 0
    if not 0 < number <= _MOST_PORT or not (_HOST.fullmatch(host) or _is_number(host)):
        raise BadAddressError(address=text[:80])
    return Address(host, number)


def shown_certificate(address: Address) -> bytes:
    """The certificate that is shown at an address, DER; nothing is said there and nothing is believed.

    Raises:
        NotReachedError: Nobody answers, or they speak no TLS 1.3.
    """
    try:
        with (
            socket.create_connection((address.host, address.port), timeout=CONNECT_S) as raw,
            unpinned_context().wrap_socket(raw) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
    except OSError as problem:
        raise NotReachedError(address=str(address), reason=type(problem).__name__) from problem
    if shown is None:
        raise NotReachedError(address=str(address), reason="no certificate")
    return shown


class RoomLink:
    """One console, as it is asked; used on one thread at a time."""

    def __init__(
        self,
        address: Address,
        certificate: bytes,
        key: SigningKey | None = None,
        *,
        refusals: Mapping[str, type[PocusError]] = BY_CODE,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            address: Where.
            certificate: The only one that is believed, DER.
            key: Signs what is asked; None for what anyone may ask.
            refusals: What a console may answer, by code; all else is told as its code.
        """
        self.address = address
        self._refusals = refusals
        self._key = key
        self._offset_ms = 0
        self._is_cut = False
        self._wires: list[socket.socket] = []
        self._client = httpx2.Client(
            verify=pinned_context(certificate),
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": "pocus", "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
        )

    def card(self) -> bytes:
        """The console's card, not verified.

        Raises:
            RoomError: It cannot be had.
        """
        return self._ask("GET", "/v1/card", None, kind="", gives=CARD_TYPE, most=MAXIMUM_CARD_BYTES)

    def meet(self, card: bytes) -> bytes:
        """Show another console's card to this one, whose own it answers with, not verified.

        Raises:
            RoomError: As the module says.
        """
        return self._ask("POST", "/v1/peers", card, kind=CARD_TYPE, gives=CARD_TYPE, most=MAXIMUM_CARD_BYTES)

    def hello(self, hello: StationHello) -> RoomReply:
        """Say who this station is.

        Raises:
            RoomError: As the module says.
        """
        return self._reply("POST", "/v1/hello", hello, HELLO_TYPE)

    def report(self, report: StationReport) -> RoomReply:
        """Say where this station stands.

        Raises:
            UnknownStationError: It has to say first who it is.
            RoomError: As the module says.
        """
        return self._reply("POST", "/v1/reports", report, REPORT_TYPE)

    def wait(self, mark: int) -> RoomReply:
        """Wait until there is something else than was known at `mark`, or for a while.

        Raises:
            RoomError: As the module says.
        """
        return self._reply("GET", f"/v1/orders/{mark}", None, "", wait_s=HELD_S)

    def ask(self, ask: Part) -> str:
        """Ask something of the room, with the centre's key; the id of the order that came of it.

        Raises:
            RoomError: As the module says.
        """
        answer = self._ask("POST", "/v1/console/asks", encode(ask), kind=ASK_TYPE, gives=DONE_TYPE, most=4096)
        found = _document(answer).get("order_id")
        return found if isinstance(found, str) else ""

    def see(self) -> dict[str, Any]:
        """What a proctor sees, with the centre's key.

        Raises:
            RoomError: As the module says.
        """
        return _document(self._ask("GET", "/v1/console/room", None, kind="", gives=VIEW_TYPE, most=_MOST_VIEW_BYTES))

    def shared(self) -> bytes:
        """What another console of this centre did, with the centre's key, not verified.

        Raises:
            RoomError: As the module says.
        """
        return self._ask("GET", "/v1/console/shared", None, kind="", gives=SHARED_TYPE, most=MAXIMUM_SHARED_BYTES)

    def incident(self, digest: str) -> bytes:
        """The signed report of an incident at another console, with the centre's key, not verified.

        Raises:
            RoomError: As the module says.
        """
        target = f"/v1/console/incidents/{digest}"
        return self._ask("GET", target, None, kind="", gives=SHARED_REPORT_TYPE, most=MAXIMUM_SHARED_BYTES)

    def close_out(self, language: str) -> dict[str, Any]:
        """The close-out checklist, with the centre's key.

        Raises:
            RoomError: As the module says.
        """
        target = f"/v1/console/close-out/{language}"
        return _document(self._ask("GET", target, None, kind="", gives=VIEW_TYPE, most=_MOST_VIEW_BYTES))

    def request(
        self,
        method: str,
        target: str,
        body: bytes | None,
        *,
        kind: str,
        gives: str,
        most: int,
        wait_s: float = ANSWER_S,
    ) -> bytes:
        """Ask at a further door, such as the relay's; signed, pinned and bounded like everything here.

        Raises:
            RoomError: As the module says.
        """
        return self._ask(method, target, body, kind=kind, gives=gives, most=most, wait_s=wait_s)

    def cut(self) -> None:
        """End what is under way on another thread: it meets an error at once."""
        self._is_cut = True
        for wire in tuple(self._wires):
            with suppress(OSError):  # it is closed already
                socket.socket.shutdown(wire, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connections; on the thread that used them."""
        self._client.close()

    def _trace(self, what: str, info: Mapping[str, Any]) -> None:
        """Keep the sockets, so that another thread can end what waits on them."""
        if what in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._wires = [*self._wires[-1:], info["return_value"].get_extra_info("socket")]
            if self._is_cut:
                self.cut()

    def _reply(self, method: str, target: str, document: Part | None, kind: str, wait_s: float = ANSWER_S) -> RoomReply:
        body = None if document is None else encode(document)
        answer = self._ask(method, target, body, kind=kind, gives=REPLY_TYPE, most=MAXIMUM_REPLY_BYTES, wait_s=wait_s)
        return read_payload(RoomReply, answer)

    def _ask(
        self,
        method: str,
        target: str,
        body: bytes | None,
        *,
        kind: str,
        gives: str,
        most: int,
        wait_s: float = ANSWER_S,
    ) -> bytes:
        try:
            return self._once(method, target, body, kind, gives, most, wait_s)
        except RoomClockError as told:  # rule 4
            self._offset_ms = int(told.params["room_time_ms"]) - _now_ms()
            return self._once(method, target, body, kind, gives, most, wait_s)

    def _once(
        self, method: str, target: str, body: bytes | None, kind: str, gives: str, most: int, wait_s: float
    ) -> bytes:
        headers = {"Accept": f"{gives}, {PROBLEM_TYPE}"}
        if body is not None:
            headers["Content-Type"] = kind
        if self._key is not None:
            digest = None if body is None else hashlib.sha256(body).hexdigest()
            now_ms = min(max(_now_ms() + self._offset_ms, 0), LATEST_MS)
            headers["Authorization"] = sign_request(
                self._key, method=method, target=target, now_ms=now_ms, content_digest=digest
            )
        with (
            _told_as_ours(self.address),
            self._client.stream(
                method,
                f"https://{self.address}{target}",
                content=body,
                headers=headers,
                timeout=httpx2.Timeout(wait_s, connect=CONNECT_S),
                extensions={"trace": self._trace},
            ) as answer,
        ):
            given = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            found = _bounded(answer, most)
            if answer.is_success and given == gives:
                return found
            raise _refusal(self.address, answer.status_code, found if given == PROBLEM_TYPE else b"", self._refusals)


def _refusal(address: Address, status: int, body: bytes, refusals: Mapping[str, type[PocusError]]) -> Exception:
    problem = _document(body)
    code, params = problem.get("code"), problem.get("params")
    told = params if isinstance(params, dict) else {}
    room_time_ms = told.get("room_time_ms")
    if code == RoomClockError.code and isinstance(room_time_ms, int) and 0 <= room_time_ms <= LATEST_MS:
        return RoomClockError(room_time_ms=room_time_ms)
    is_code = isinstance(code, str) and _CODE.fullmatch(code)
    known = refusals.get(str(code))
    if known is not None:
        return known(**{str(name): value for name, value in told.items() if _is_tellable(value)})
    return AnsweredNoError(address=str(address), reason=str(code) if is_code else f"status {status}")


def _is_tellable(value: object) -> bool:
    """Whether a parameter that a console told is short and plain."""
    return isinstance(value, str | int | float) and str(value).isprintable() and len(str(value)) <= _LONGEST_TOLD


def _document(body: bytes) -> dict[str, Any]:
    try:
        found: Json = canonical.decode(body) if body else {}
    except BadJsonError:  # whoever answered so is no console of ours; the status alone then decides
        return {}
    return dict(found) if isinstance(found, dict) else {}


def _bounded(answer: httpx2.Response, most: int) -> bytes:
    found = bytearray()
    for part in answer.iter_raw():
        found += part
        if len(found) > most:
            raise httpx2.DecodingError("the answer is larger than any is")
    return bytes(found)


@contextmanager
def _told_as_ours(address: Address) -> Iterator[None]:
    """Third-party errors become ours at the door."""
    try:
        yield
    except (httpx2.HTTPError, RuntimeError, OSError) as problem:  # RuntimeError: the client was closed meanwhile
        if _is_about_trust(problem):
            raise OtherRoomError(address=str(address)) from problem
        raise NotReachedError(address=str(address), reason=type(problem).__name__) from problem


def _is_about_trust(problem: BaseException) -> bool:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
