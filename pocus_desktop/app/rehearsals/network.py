"""The rehearsal's LAN: a switch and computers in network namespaces of their own, whose cables can be pulled.

Each computer has the loopback, one cable and an address; nothing leads out. Linux only, as root: the kernel's own
network stack runs in each namespace, and `ip` of iproute2 lays the cables.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.kernel.errors import Blame, PocusError

_NETWORK: Final = "10.83.0"
_MOST: Final = 250


class NoNamespacesError(PocusError):
    """This system lets the rehearsal make no network of its own."""

    code = "app.no_namespaces"
    blame = Blame.ENVIRONMENT


@dataclass(kw_only=True)
class Lan:
    """A switch with cables; made by `lan` alone.

    Attributes:
        prefix: Begins the names of its namespaces, so that two rehearsals do not meet.
    """

    prefix: str
    _hosts: dict[str, int] = field(default_factory=dict)

    @property
    def _switch(self) -> str:
        return f"{self.prefix}sw"

    def attach(self, name: str) -> str:
        """Lay a cable to one more computer; its address.

        Args:
            name: The computer's.

        Raises:
            NoNamespacesError: The system refuses.
        """
        if name in self._hosts:
            return self.address(name)
        if len(self._hosts) >= _MOST:
            raise NoNamespacesError(reason=f"more than {_MOST} computers")
        number = len(self._hosts) + 1
        self._hosts[name] = number
        host, port = self._namespace(name), self._port(name)
        _ip("netns", "add", host)
        _ip("-n", host, "link", "set", "lo", "up")
        _ip("-n", self._switch, "link", "add", port, "type", "veth", "peer", "name", "lan", "netns", host)
        _ip("-n", self._switch, "link", "set", port, "master", "switch", "up")
        _ip("-n", host, "address", "add", f"{self.address(name)}/24", "dev", "lan")
        _ip("-n", host, "link", "set", "lan", "up")
        _ip("-n", host, "route", "add", "224.0.0.0/4", "dev", "lan")
        return self.address(name)

    def address(self, name: str) -> str:
        """Of a computer."""
        return f"{_NETWORK}.{self._hosts[name]}"

    def into(self, name: str) -> tuple[str, ...]:
        """What a command line begins with that is to run on a computer; nothing for one without a cable."""
        return ("ip", "netns", "exec", self._namespace(name)) if name in self._hosts else ()

    def pull(self, name: str) -> None:
        """Pull a computer's cable."""
        _ip("-n", self._switch, "link", "set", self._port(name), "down")

    def plug(self, name: str) -> None:
        """Put it back."""
        _ip("-n", self._switch, "link", "set", self._port(name), "up")

    def switch_off(self) -> None:
        """Nobody reaches anybody."""
        for name in self._hosts:
            self.pull(name)

    def switch_on(self) -> None:
        """As before."""
        for name in self._hosts:
            self.plug(name)

    def _namespace(self, name: str) -> str:
        return f"{self.prefix}{self._hosts[name]}"

    def _port(self, name: str) -> str:
        return f"port{self._hosts[name]}"


@contextmanager
def lan() -> Iterator[Lan]:
    """A network with nobody on it yet; it is gone at the end, and whoever was on it is alone.

    Raises:
        NoNamespacesError: No Linux, no root, or no `ip`.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("ip") is None:
        raise NoNamespacesError(reason="it takes Linux, root and iproute2")
    made = Lan(prefix=f"pocus{os.getpid()}-")
    switch = f"{made.prefix}sw"
    _ip("netns", "add", switch)
    try:
        _ip("-n", switch, "link", "add", "switch", "type", "bridge")
        _ip("-n", switch, "link", "set", "switch", "up")
        yield made
    finally:
        for name in (*(made.into(host)[-1] for host in made._hosts), switch):  # noqa: SLF001 - its own maker
            with suppress(NoNamespacesError):  # what was never made need not go
                _ip("netns", "delete", name)


def _ip(*words: str) -> None:
    """Run `ip`.

    Raises:
        NoNamespacesError: It refuses.
    """
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607
    except OSError as problem:
        raise NoNamespacesError(reason=problem.strerror or type(problem).__name__) from problem
    if done.returncode != 0:
        raise NoNamespacesError(reason=done.stderr.strip()[:200] or f"ip ended with {done.returncode}")
