"""What every talk with a hub shares: its address, its answers, and network errors by our own names (formats/sync 2)."""

import ipaddress
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

import httpx2

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.sync.errors import (
    BadAddressError,
    CutOffError,
    NoConnectionError,
    StalledError,
    StrangeAnswerError,
    UntrustedServerError,
)
from pocus_desktop.sync.transport import MAXIMUM_RECEIPT_BYTES

CONNECT_S: Final = 10.0
STALL_S: Final = 30.0

_OTHER_TIME: Final = frozenset({"hub.clock_differs", "relay.clock_differs"})
_HOST: Final = re.compile(rb"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")


def hub_address(url: str) -> httpx2.URL:
    """The address of a hub: https, or http to this very computer; it ends with a slash so that joining keeps its path.

    Raises:
        BadAddressError: It is another.
    """
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as problem:
        raise BadAddressError(reason="it is not an address") from problem
    if not _HOST.fullmatch(parsed.raw_host) or parsed.userinfo or parsed.query or parsed.fragment:
        raise BadAddressError(reason="it must be a plain address without name, query or fragment")
    if parsed.scheme != "https" and not (parsed.scheme == "http" and is_this_computer(parsed.host)):
        raise BadAddressError(reason="it must begin with https://")
    return parsed if parsed.path.endswith("/") else parsed.copy_with(path=parsed.path + "/")


def is_this_computer(host: str) -> bool:
    """Whether a host is the loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Connection:
    """Connections to one address, for questions; a context manager."""

    def __init__(
        self, url: str, *, transport: httpx2.BaseTransport | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            url: What is asked, such as `https://hub.example.org`.
            transport: Instead of the network.
            trust: Instead of the operating system's store of certificates; then no proxy of the system is asked either.

        Raises:
            BadAddressError: It is not https, nor this very computer.
        """
        self._address = hub_address(url)
        self._client = httpx2.Client(
            transport=transport,
            verify=True if trust is None else trust,
            follow_redirects=False,
            trust_env=trust is None and not is_this_computer(self._address.host),
            timeout=httpx2.Timeout(STALL_S, connect=CONNECT_S),
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._client.close()


def media_type(answer: httpx2.Response) -> str:
    """What the answer says it is, without parameters."""
    given: str = answer.headers.get("Content-Type", "")
    return given.partition(";")[0].strip().lower()


def bounded_body(answer: httpx2.Response, host: str, maximum_bytes: int = MAXIMUM_RECEIPT_BYTES) -> bytes:
    """The answer's body.

    Raises:
        StrangeAnswerError: It is larger than any answer of a hub.
    """
    found = bytearray()
    for part in answer.iter_raw():
        found += part
        if len(found) > maximum_bytes:
            raise StrangeAnswerError(host=host, status=answer.status_code)
    return bytes(found)


def problem_of(answer: httpx2.Response, host: str) -> Mapping[str, Json]:
    """The members of a problem document; none where it is something else."""
    try:
        document = canonical.decode(bounded_body(answer, host))
    except BadJsonError:  # whoever answered so is no hub; the status alone then decides
        return {}
    return document if isinstance(document, Mapping) else {}


def hub_time_ms(problem: Mapping[str, Json]) -> int | None:
    """The hub's time, where a problem says that a request was signed for another (formats/hub 2)."""
    params = problem.get("params")
    if problem.get("code") not in _OTHER_TIME or not isinstance(params, Mapping):
        return None
    told = params.get("hub_time_ms")
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told <= LATEST_MS else None


@contextmanager
def told_as_ours(host: str) -> Iterator[None]:
    """Third-party errors become ours at the door."""
    try:
        yield
    except httpx2.ConnectTimeout as problem:
        raise NoConnectionError(host=host) from problem
    except httpx2.TimeoutException as problem:
        raise StalledError(host=host) from problem
    except (httpx2.ConnectError, httpx2.ProxyError) as problem:
        if _is_about_trust(problem):
            raise UntrustedServerError(host=host) from problem
        raise NoConnectionError(host=host) from problem
    except httpx2.HTTPError as problem:
        raise CutOffError(host=host) from problem


def _is_about_trust(problem: BaseException) -> bool:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
