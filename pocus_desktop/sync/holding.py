"""What a centre's relay holds for the academy: sealed results of its stations, and the receipts that came back.

    <relay>/outbox/                          an outbox (formats/sync 4): what came, and its way to the hub or a stick
    <relay>/brought/<station>.<sha256>       when a station brought an envelope; the station is named by its device key

Rules kept here:

1. An envelope is held once its bytes and its row are durable in the outbox; who brought it is durable before (3.2).
2. Everything that a station brings is kept: what a header says of sittings lets nothing go (3.5).
3. What is told of an envelope is what the outbox says, and a receipt only where one was verified (3.4).
"""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, files
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.held import HeldState
from pocus_desktop.sync.engine import Row, Stage, Status
from pocus_desktop.sync.errors import OutboxUnreadableError
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.transport import Transport

SPARE_BYTES: Final = 64 * 1024 * 1024
"""What stays free of the disk for the room's own journal."""

_OUTBOX: Final = "outbox"
_BROUGHT: Final = "brought"
_NAME: Final = re.compile(r"(ed25519-[0-9a-f]{32})\.([0-9a-f]{64})")
_LONGEST_MS: Final = 15


class NoRoomError(OutboxUnreadableError):
    """The disk has hardly any room left, and the room's own journal needs it."""

    code = "sync.no_room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """An envelope that a station brought.

    Attributes:
        station: Key id of the station's device key.
        at_ms: When it came first from there, as wall time; 0 where that is not known any more.
        row: How far it is on its way to the academy.
    """

    station: str
    at_ms: int
    row: Row


class Holding:
    """A relay's results; any thread may call."""

    def __init__(
        self,
        folder: Path,
        transport: Transport,
        hub_keys: Sequence[PublicKey],
        *,
        is_alone: bool = True,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """Open it, and set right what a crash left half done.

        Args:
            folder: Made where it is missing.
            transport: How envelopes leave for the hub.
            hub_keys: Whose receipts count.
            is_alone: False beside a program that may be sending.
            free_bytes: How much room a disk has.

        Raises:
            OutboxUnreadableError: It cannot be read or written.
        """
        self._folder = folder
        self._free_bytes = free_bytes
        self.outbox = Outbox(folder / _OUTBOX, transport, hub_keys, is_alone=is_alone, lets_go=False)

    def hold(self, data: bytes, *, station: str, now_ms: int) -> str:
        """Keep an envelope for the academy; held once this returns (rule 1). Doing it twice is doing it once.

        Args:
            data: The sealed result.
            station: Key id of the device key of who brings it.
            now_ms: Wall time.

        Returns:
            Its digest.

        Raises:
            NoRoomError: The disk is nearly full.
            OutboxUnreadableError: The disk does not take it.
        """
        digest = canonical.digest(data)
        try:
            mark = self._folder / _BROUGHT / f"{station}.{digest}"
            if not mark.exists():
                self._require_room(len(data))
                files.write_atomically(mark, str(now_ms).encode("ascii"))
            return self.outbox.take_in(data, now_ms=now_ms)
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem

    def receipt(self, digest: str) -> bytes | None:
        """The receipt of an envelope that was verified here; None where there is none (yet)."""
        row = self._row(digest)
        return None if row is None or row.status is not Status.DONE else self.outbox.receipt(digest)

    def state(self, digest: str) -> HeldState | None:
        """Where an envelope is that has no receipt here; None where it is not held, or its file is damaged."""
        row = self._row(digest)
        if row is None:
            return None
        try:
            self.outbox.envelope(digest)
        except PocusError:  # whoever brought it shall bring it again
            return None
        return state_of(row)

    def brought(self) -> tuple[Brought, ...]:
        """Every envelope that stations brought, once for each station, in the order in which they came."""
        marks = self._marks()
        return tuple(
            Brought(station=station, at_ms=at_ms, row=row)
            for row in self.outbox.rows()
            for station, at_ms in marks.get(row.digest, {}).items()
        )

    def close(self) -> None:
        """Let go of the records and the transport."""
        self.outbox.close()

    def _row(self, digest: str) -> Row | None:
        return self.outbox.find(digest)

    def _require_room(self, size_bytes: int) -> None:
        if self._free_bytes(self._folder) < size_bytes + SPARE_BYTES:
            raise NoRoomError(free_mb=self._free_bytes(self._folder) // 10**6)

    def _marks(self) -> Mapping[str, Mapping[str, int]]:
        """By digest: who brought it, and when."""
        found: dict[str, dict[str, int]] = {}
        folder = self._folder / _BROUGHT
        try:
            names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
            for name in names:
                parts = _NAME.fullmatch(name)
                if parts is not None:
                    told = (folder / name).read_bytes()[: _LONGEST_MS + 1]
                    is_time = told.isdigit() and len(told) <= _LONGEST_MS
                    found.setdefault(parts[2], {})[parts[1]] = int(told) if is_time else 0
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem
        return MappingProxyType(found)


def state_of(row: Row) -> HeldState:
    """What a relay says of an envelope that has no receipt."""
    if row.status is Status.QUARANTINED:
        return HeldState.REFUSED
    if row.stage is Stage.SENT:
        return HeldState.SENT if row.offset >= row.size_bytes else HeldState.CARRIED  # a stick is asked for no offset
    return HeldState.WAITING
