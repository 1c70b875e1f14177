"""Consoles on the network, as mDNS tells of them (RFC 6762): a hint where to look, never whom to believe.

Anyone on the network can announce anything. What is found here is an address that is then asked for its certificate;
pairing decides (formats/room 3). A network without multicast costs nothing but the hint: an address can be typed.
"""

import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, NamedTuple, Self

import ifaddr
from zeroconf import Error as ZeroconfError
from zeroconf import InterfaceChoice, IPVersion, ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from pocus_desktop.kernel import log
from pocus_desktop.proctoring.link import Address

SERVICE: Final = "_pocus-room._tcp.local."
MOST_FOUND: Final = 32
ASK_MS: Final = 1_000
_LONGEST: Final = 80


class Found(NamedTuple):
    """Something that says it is a console.

    Attributes:
        console: The id that it claims.
        name: What it calls itself.
    """

    console: str
    name: str
    address: Address


class Announcement:
    """Tells the network of a console while it is open; a context manager. Where there is no multicast, nothing.

    Args:
        console: Its id.
        name: What people call it.
        addresses: Its numbers; without one nothing is told.
        port: Where it listens.
        interfaces: Addresses of this computer's own on whose networks it is told; on all where omitted.
    """

    def __init__(
        self,
        *,
        console: str,
        name: str,
        addresses: Iterable[str],
        port: int,
        interfaces: Sequence[str] | None = None,
    ) -> None:
        self._zeroconf: Zeroconf | None = None
        numbers = [socket.inet_aton(each) for each in addresses if _is_ipv4(each)]
        if not numbers:
            return
        try:
            self._zeroconf = _open(interfaces)
            info = ServiceInfo(
                SERVICE,
                f"{console}.{SERVICE}",
                addresses=numbers,
                port=port,
                properties={"name": name[:_LONGEST]},
                server=f"{console.replace('_', '-')}.local.",
            )
            self._zeroconf.register_service(info)
        except (OSError, ZeroconfError) as problem:
            log.event("room.not_announced", reason=type(problem).__name__)
            self.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """As `close`."""
        self.close()

    def close(self) -> None:
        """Say good-bye."""
        found, self._zeroconf = self._zeroconf, None
        if found is not None:
            found.close()


class Discovery:
    """Listens for consoles; a context manager. Any thread may ask.

    Args:
        interfaces: As for `Announcement`.
    """

    def __init__(self, *, interfaces: Sequence[str] | None = None) -> None:
        self._found: dict[str, Found] = {}
        self._changed = threading.Condition()
        self._zeroconf: Zeroconf | None = None
        try:
            self._zeroconf = _open(interfaces)
            ServiceBrowser(self._zeroconf, SERVICE, listener=_Listener(self))
        except (OSError, ZeroconfError) as problem:
            log.event("room.no_discovery", reason=type(problem).__name__)
            self.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """As `close`."""
        self.close()

    def found(self) -> tuple[Found, ...]:
        """What was heard of so far."""
        with self._changed:
            return tuple(self._found.values())

    def wait(self, seconds: float) -> tuple[Found, ...]:
        """What was heard of, as soon as there is anything, and after some seconds at the latest."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._found), timeout=seconds)
            return tuple(self._found.values())

    def close(self) -> None:
        """Listen no more."""
        found, self._zeroconf = self._zeroconf, None
        if found is not None:
            found.close()

    def _take(self, name: str, info: ServiceInfo) -> None:
        given = (info.properties or {}).get(b"name") or b""
        told = "".join(c for c in given.decode("utf-8", "replace") if c.isprintable())[:_LONGEST]
        numbers = info.parsed_addresses(IPVersion.V4Only)
        if not numbers or not info.port:
            return
        console = name.removesuffix("." + SERVICE)[:_LONGEST]
        with self._changed:
            if name in self._found or len(self._found) < MOST_FOUND:
                self._found[name] = Found(console=console, name=told, address=Address(numbers[0], info.port))
                self._changed.notify_all()

    def _drop(self, name: str) -> None:
        with self._changed:
            self._found.pop(name, None)


class _Listener(ServiceListener):
    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """On zeroconf's thread."""
        info = zc.get_service_info(type_, name, ASK_MS)
        if info is not None:
            self._discovery._take(name, info)  # noqa: SLF001 - one thing in two classes, as the library wants it

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """On zeroconf's thread."""
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:  # noqa: ARG002 - the library's signature
        """On zeroconf's thread."""
        self._discovery._drop(name)  # noqa: SLF001 - as above


def own_addresses() -> tuple[str, ...]:
    """The addresses under which this computer may be reached, the likeliest first; the loopback where there is none."""
    found: list[str] = []
    # no way out of here: the room's switch may be all there is
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing: it asks which way such a packet would go
        found.append(str(probe.getsockname()[0]))
    try:
        adapters = tuple(ifaddr.get_adapters())
    except OSError as problem:
        log.event("room.adapters_not_told", reason=type(problem).__name__)
        adapters = ()
    found += [str(ip.ip) for adapter in adapters for ip in adapter.ips if ip.is_IPv4]
    real = [each for each in dict.fromkeys(found) if not each.startswith("127.")]
    return tuple(real) or ("127.0.0.1",)


def _open(interfaces: Sequence[str] | None) -> Zeroconf:
    chosen = InterfaceChoice.All if interfaces is None else list(interfaces)
    return Zeroconf(interfaces=chosen, ip_version=IPVersion.V4Only)


def _is_ipv4(text: str) -> bool:
    try:
        socket.inet_aton(text)
    except OSError:
        return False
    return text.count(".") == 3
