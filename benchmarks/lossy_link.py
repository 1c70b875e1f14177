"""Two network namespaces and between them a link that loses packets and cuts connections: a TUN device on either side.

The kernel's own TCP runs on both sides; this only carries packets over, loses some by chance, resets a connection once
so much has gone, and counts the bytes of every packet that was put on the wire: lost ones, and those that were sent on
in vain, included. (`tc netem` loses packets where a kernel has it.) Linux, as root.
"""

import fcntl
import os
import random
import select
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

STATION: Final = "pocus-station"
HUB: Final = "pocus-hub"
HUB_ADDRESS: Final = "10.71.0.2"
_STATION_ADDRESS: Final = "10.71.0.1"
_SET_NAME: Final = 0x400454CA  # TUNSETIFF
_TUN_WITHOUT_HEADER: Final = 0x1001  # IFF_TUN | IFF_NO_PI
_LONGEST: Final = 65_536
_TCP: Final = 6
_SYN: Final = 2
_RST: Final = 4
_ACK: Final = 16


@dataclass
class LossyLink:
    """What the link carried, in bytes of IP packets.

    Attributes:
        loss: The part of all packets that is lost.
        cut_port: Connections to this port of the hub are reset once `cut_bytes` of their content have gone.
    """

    loss: float
    chance: random.Random
    cut_port: int
    cut_bytes: int
    going_bytes: int = 0
    coming_bytes: int = 0
    cuts: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _begun: dict[int, int] = field(default_factory=dict)

    @property
    def bytes_on_the_wire(self) -> int:
        """Both ways, with everything that was lost."""
        return self.going_bytes + self.coming_bytes

    def reset(self) -> None:
        """Count from here."""
        self.going_bytes = self.coming_bytes = self.cuts = 0

    def carry(self, station: int, hub: int) -> None:
        """Until the link ends."""
        while not self._stop.is_set():
            ready, _, _ = select.select([station, hub], [], [], 0.2)
            for side in ready:
                packet = os.read(side, _LONGEST)
                if side == station:
                    self.going_bytes += len(packet)
                    resets = self._resets(packet)
                    if resets is not None:
                        os.write(station, resets[0])
                        os.write(hub, resets[1])
                        continue
                else:
                    self.coming_bytes += len(packet)
                if self.chance.random() >= self.loss:
                    os.write(hub if side == station else station, packet)

    def _resets(self, packet: bytes) -> tuple[bytes, bytes] | None:
        """What tells both sides of a connection that it is cut; None for a packet that passes."""
        if packet[0] >> 4 != 4 or packet[9] != _TCP:
            return None
        head = (packet[0] & 15) * 4
        here, there, sequence, acknowledged, offset, flags = struct.unpack_from("!HHIIBB", packet, head)
        if there != self.cut_port:
            return None
        if flags & _SYN:
            self._begun[here] = sequence
            return None
        content = len(packet) - head - (offset >> 4) * 4
        gone = (sequence - self._begun.get(here, sequence) - 1) % 2**32
        if not content or gone + content <= self.cut_bytes:
            return None
        self.cuts += 1
        station, hub = packet[12:16], packet[16:20]
        return (
            _reset(hub, station, there, here, acknowledged, (sequence + content) % 2**32),
            _reset(station, hub, here, there, sequence, acknowledged),
        )


def _reset(source: bytes, target: bytes, here: int, there: int, sequence: int, acknowledged: int) -> bytes:
    """A packet that resets a connection (RFC 9293 section 3.5.2)."""
    segment = struct.pack("!HHIIBBHHH", here, there, sequence, acknowledged, 5 << 4, _RST | _ACK, 0, 0, 0)
    check = _checksum(source + target + struct.pack("!BBH", 0, _TCP, len(segment)) + segment)
    segment = segment[:16] + struct.pack("!H", check) + segment[18:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, _TCP, 0) + source + target
    return head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + segment


def _checksum(data: bytes) -> int:
    """As the Internet reckons it (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@contextmanager
def lossy_link(*, loss: float, seed: int, cut_port: int, cut_bytes: int) -> Iterator[LossyLink]:
    """Namespaces `pocus-station` and `pocus-hub` with a link between them, until the context ends.

    Raises:
        OSError, CalledProcessError: This machine has no namespaces or TUN devices, or gives them to root alone.
    """
    link = LossyLink(loss=loss, chance=random.Random(seed), cut_port=cut_port, cut_bytes=cut_bytes)
    sides: list[int] = []
    made: list[str] = []
    try:
        for name, address in ((STATION, _STATION_ADDRESS), (HUB, HUB_ADDRESS)):
            _run("ip", "netns", "add", name)
            made.append(name)
            device = name.replace("pocus-", "pcs")
            side = os.open("/dev/net/tun", os.O_RDWR)
            sides.append(side)
            fcntl.ioctl(side, _SET_NAME, struct.pack("16sH", device.encode(), _TUN_WITHOUT_HEADER))
            _run("ip", "link", "set", device, "netns", name)
            _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", device)
            _run("ip", "-n", name, "link", "set", device, "up")
            _run("ip", "-n", name, "link", "set", "lo", "up")
        thread = threading.Thread(target=link.carry, args=tuple(sides))
        thread.start()
        try:
            yield link
        finally:
            link._stop.set()  # noqa: SLF001 - its own
            thread.join()
    finally:
        for side in sides:
            os.close(side)
        for name in made:
            _run("ip", "netns", "delete", name)


def in_namespace(name: str, *command: str) -> list[str]:
    """A command as it runs within a namespace."""
    return ["ip", "netns", "exec", name, *command]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
