"""Every stored file of a station, cut at every byte and with every byte changed: it opens to the same, to a beginning
of it where it is a log, or is refused by a named error.

What a file opens to is a value that can be compared; `same` it must be, or, of the journal's files, events that are the
first of those that were there. A change that opens to anything else was accepted in silence: that is an error here.
(Library entries are in `tests/bundle/test_changed_bytes.py`, the sign of life in `tests/sitting/test_alive.py`.)
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.folder import ADMISSION, CLOSED, SittingFolder
from pocus_desktop.sitting.journal import Journal
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sitting.sealed import open_sealed_result
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sync.outbox import RECEIPT_SUFFIX, RECORDS, Outbox
from tests.crash.scenarios import ACADEMY, HUB, SITTING, SignsAtOnce
from tests.sitting.crash_child import SCRIPT, world_in
from tests.sitting.world import World

NOW_MS: Final = 1_900_000_000_000
MASKS: Final = (0x01, 0x20, 0x80)
"""By which a byte is changed, in turns: a digit to another, a letter's case, beyond ASCII."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file of a station.

    Attributes:
        name: What it is.
        path: Where it lies in the folder of the sample.
        reads: Opens it and gives what is in it; told the folder.
        is_log: Whether a beginning of what was there will do.
    """

    name: str
    path: str
    reads: Callable[[Path], object]
    is_log: bool = False


@dataclass
class Sample:
    """A station's files, small, and what each opens to.

    Attributes:
        folder: Where they lie whole.
        found: By file and kind of damage, how many were found how.
    """

    folder: Path
    files: tuple[Stored, ...]
    whole: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> "Sample":
        """A sitting under way, one that was handed in and delivered, and what the station notes."""
        under_way, over = folder / "under-way", folder / "over"
        _keep_under_way(under_way)
        sealed = _sit_to_the_end(over)
        LatestTime(folder / "latest-time.json").note(1_800_000_000_000)
        hub = SigningKey.from_seed(b"\x07" * 32).public
        Enrolment(publishers=(hub,), hubs=(HUB.public, hub), hub_url="https://hub.example").save(folder / "trust.json")
        box = Outbox(folder / "outbox", SignsAtOnce(), [HUB.public])
        box.enqueue(sealed.path, now_ms=NOW_MS)
        box.run_once(NOW_MS)
        box.close()
        digest, journal = sealed.digest, f"under-way/{SITTING}/journal.sqlite"
        return cls(
            folder=folder,
            files=(
                Stored(name="journal", path=journal, reads=_journal, is_log=True),
                Stored(name="journal's log", path=f"{journal}-wal", reads=_journal, is_log=True),
                Stored(name="admission", path=f"under-way/{SITTING}/{ADMISSION}", reads=_admission),
                Stored(name="sealed result", path=f"over/{SITTING}/{digest}", reads=lambda at: _sealed(at, digest)),
                Stored(name="note of the hand-in", path=f"over/{SITTING}/{CLOSED}", reads=_closed),
                Stored(name="latest time", path="latest-time.json", reads=_latest),
                Stored(name="trusted keys", path="trust.json", reads=lambda at: Enrolment.load(at / "trust.json")),
                Stored(name="receipt", path=f"outbox/{digest}{RECEIPT_SUFFIX}", reads=lambda at: _receipt(at, digest)),
                Stored(name="copy in the outbox", path=f"outbox/{digest}", reads=_outbox),
                Stored(name="outbox's records", path=f"outbox/{RECORDS}", reads=_outbox),
            ),
        )

    def cut(self, stored: Stored, sizes: Iterable[int]) -> int:
        """Cut it to each of these lengths; how many were tried."""
        data = (self.folder / stored.path).read_bytes()
        return sum(self.put(stored, data[:size], f"cut to {size}") for size in sizes if size < len(data))

    def change(self, stored: Stored, places: Iterable[int]) -> int:
        """Change each of these bytes; how many were tried."""
        data = (self.folder / stored.path).read_bytes()
        return sum(
            self.put(
                stored,
                data[:place] + bytes((data[place] ^ MASKS[place % len(MASKS)],)) + data[place + 1 :],
                f"changed at {place}",
            )
            for place in places
            if place < len(data)
        )

    def size(self, stored: Stored) -> int:
        """Of the file, in bytes."""
        return (self.folder / stored.path).stat().st_size

    def put(self, stored: Stored, data: bytes, how: str) -> int:
        """Put these bytes in its place, and look what it opens to; 1, for one try."""
        whole = self.whole.setdefault(stored.name, self._read(stored, None))
        found = self._read(stored, data)
        if isinstance(found, PocusError):
            told = found.code
            assert told != PocusError.code, f"{stored.name}, {how}: {found!r}"
        elif found == whole:
            told = "same"
        else:
            assert stored.is_log, f"{stored.name}, {how}: {found!r} in silence, for {whole!r}"
            assert isinstance(found, tuple)
            assert found == whole[: len(found)], f"{stored.name}, {how}: no beginning of what was there"
            told = "a beginning"
        self.found.setdefault(stored.name, Counter())[told] += 1
        return 1

    def _read(self, stored: Stored, data: bytes | None) -> object:
        """What a fresh copy of the part of the station opens to with this file in its place."""
        place = self.folder.parent / "damaged"
        part = stored.path.partition("/")[0]
        source = self.folder / part
        place.mkdir()
        if source.is_dir():
            shutil.copytree(source, place / part)
        else:
            shutil.copy(source, place / part)
        if data is not None:
            (place / stored.path).write_bytes(data)
        try:
            return stored.reads(place)
        except PocusError as refused:
            return refused
        finally:
            shutil.rmtree(place)


def strided(size: int, count: int) -> Iterator[int]:
    """About so many places of a file, its first and last ones among them."""
    step = max(1, size // count)
    yield from sorted({*range(0, size, step), *range(min(size, 9)), *range(max(0, size - 9), size)})


def _keep_under_way(folder: Path) -> None:
    """A sitting whose program was killed: its last events are in the log, those before in the journal."""
    live = folder.parent / "live"
    world, sitting = _begun(live)
    for intent in SCRIPT[:6]:
        sitting.handle(intent)
    sitting.close()
    sitting = world.again(name=SITTING)
    for intent in SCRIPT[6:12]:
        sitting.handle(intent)
    shutil.copytree(live, folder)
    sitting.close()
    shutil.rmtree(live)


def _sit_to_the_end(folder: Path) -> Any:
    _, sitting = _begun(folder)
    for intent in SCRIPT:
        sitting.handle(intent)
    sitting.close()
    return SittingFolder(path=folder / SITTING).closed()


def _begun(folder: Path) -> tuple[World, Sitting]:
    folder.mkdir(parents=True)
    world = world_in(folder)
    return world, world.begin(name=SITTING)


def _journal(place: Path) -> tuple[object, ...]:
    world = world_in(place / "under-way")
    folder = place / "under-way" / SITTING
    journal, recorded = Journal.open(folder, keys=[world.station.sealing], signer=world.station.signing)
    journal.close()
    return recorded


def _admission(place: Path) -> object:
    return admissions.verify((place / "under-way" / SITTING / ADMISSION).read_bytes(), [HUB.public]).admission


def _sealed(place: Path, digest: str) -> object:
    return open_sealed_result((place / "over" / SITTING / digest).read_bytes(), [ACADEMY]).events


def _closed(place: Path) -> object:
    closed = SittingFolder(path=place / "over" / SITTING).closed()
    return None if closed is None else (closed.digest, closed.last_seq)


def _receipt(place: Path, digest: str) -> object:
    document = (place / "outbox" / f"{digest}{RECEIPT_SUFFIX}").read_bytes()
    return verify_receipt(document, [HUB.public], sealed_digest=digest)


def _latest(place: Path) -> object:
    """A note that cannot be read is told in the log, and the clock is believed then."""
    told: list[PocusError] = []
    with patch.object(log, "failure", told.append):
        seen_ms = LatestTime(place / "latest-time.json").seen_ms()
    if told:
        raise told[0]
    return seen_ms


def _outbox(place: Path) -> object:
    """What it says of each envelope once it tried again, and that what is receipted has its receipt."""
    box = Outbox(place / "outbox", SignsAtOnce(), [HUB.public])
    try:
        box.run_once(NOW_MS + 10**9)
        told = []
        for path in sorted((place / "outbox").iterdir()):
            if len(path.name) == len(canonical.digest(b"")):
                is_whole = canonical.digest(path.read_bytes()) == path.name
                answer = box.receipt(path.name)
                told.append((path.name, answer is not None or not is_whole))
        return tuple(told)
    finally:
        box.close()
