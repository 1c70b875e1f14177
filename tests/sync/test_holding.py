"""What a relay holds stays held: through kills, full disks, damaged files and forged headers."""

import subprocess
import sys
from pathlib import Path

import pytest

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.sitting.held import HeldState, read_held, write_held
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.errors import HubRefusedError, NoConnectionError, OutboxUnreadableError
from pocus_desktop.sync.holding import SPARE_BYTES, Holding, NoRoomError
from tests.hub.school import School
from tests.sync.carriers import Deed, Story, fails

STATION = "ed25519-" + "1" * 32
OTHER = "ed25519-" + "2" * 32


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    return School(folder=tmp_path_factory.mktemp("school"))


def _holding(folder: Path, school: School, *deeds: Deed, free_bytes: int = 10**12) -> Holding:
    story = Story(deeds=list(deeds))
    return Holding(folder / "relay", story, [school.keys.signing.public], free_bytes=lambda _folder: free_bytes)


def test_it_is_held_once_whoever_brings_it(school: School, tmp_path: Path) -> None:
    holding = _holding(tmp_path, school)
    data = school.sit().final
    for station in (STATION, OTHER, STATION):
        assert holding.hold(data, station=station, now_ms=5) == canonical.digest(data)
    assert [(one.station, one.at_ms) for one in holding.brought()] == [(STATION, 5), (OTHER, 5)]
    assert len(holding.outbox.rows()) == 1
    assert holding.state(canonical.digest(data)) is HeldState.WAITING
    assert holding.receipt(canonical.digest(data)) is None
    holding.close()


def test_no_header_lets_anything_go(school: School, tmp_path: Path) -> None:
    """A whole result of a sitting, true or forged, takes no part of that sitting away that another station brought."""
    holding = _holding(tmp_path, school)
    sat = school.sit()
    part = holding.hold(sat.partial, station=STATION, now_ms=1)
    whole = holding.hold(sat.final, station=OTHER, now_ms=2)
    assert {row.digest for row in holding.outbox.rows()} == {part, whole}
    holding.close()
    again = _holding(tmp_path, school)
    assert {one.row.digest for one in again.brought()} == {part, whole}, "nor on opening"
    again.close()


def test_a_full_disk_takes_nothing_and_what_was_held_stays(school: School, tmp_path: Path) -> None:
    holding = _holding(tmp_path, school)
    held = holding.hold(school.sit().final, station=STATION, now_ms=1)
    holding.close()
    full = _holding(tmp_path, school, free_bytes=SPARE_BYTES)
    other = school.sit().final
    with pytest.raises(NoRoomError):
        full.hold(other, station=STATION, now_ms=2)
    assert full.hold(full.outbox.envelope(held), station=STATION, now_ms=3) == held, "what is here needs no room"
    assert full.state(canonical.digest(other)) is None
    assert [one.row.digest for one in full.brought()] == [held]
    full.close()


def test_a_disk_that_refuses_is_told(school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holding, data = _holding(tmp_path, school), school.sit().final

    def refuse(path: Path, data: bytes) -> None:
        del path, data
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pocus_desktop.sync.holding.files.write_atomically", refuse)
    with pytest.raises(OutboxUnreadableError):
        holding.hold(data, station=STATION, now_ms=2)
    assert holding.state(canonical.digest(data)) is None
    holding.close()


def test_a_damaged_file_is_asked_for_again(school: School, tmp_path: Path) -> None:
    holding = _holding(tmp_path, school)
    data = school.sit().final
    digest = holding.hold(data, station=STATION, now_ms=1)
    (tmp_path / "relay" / "outbox" / digest).write_bytes(b"x")
    assert holding.state(digest) is None, "so that the station brings it again"
    holding.hold(data, station=STATION, now_ms=2)
    assert holding.state(digest) is HeldState.WAITING
    holding.close()


def test_its_words_are_what_the_outbox_says(school: School, tmp_path: Path) -> None:
    refusal = HubRefusedError(host="hub", status=422, reason="sitting.not_sealed_result")
    holding = _holding(tmp_path, school, fails(NoConnectionError(host="hub")), fails(refusal))
    first, second = school.sit().final, school.sit().final
    one = holding.hold(first, station=STATION, now_ms=1)
    holding.outbox.run_once(1)
    two = holding.hold(second, station=STATION, now_ms=2)
    holding.outbox.run_once(2)
    holding.outbox.carried(one, "folder", now_ms=3)
    assert (holding.state(one), holding.state(two)) == (HeldState.CARRIED, HeldState.REFUSED)
    hub = school.hub()
    receipt = hub.take(first, None).receipt
    hub.close()
    holding.outbox.take_receipt(one, receipt, now_ms=4)
    assert holding.receipt(one) == receipt
    assert {row.digest: row.status for row in holding.outbox.rows()}[one] is Status.DONE
    holding.close()


def test_strange_names_among_what_was_brought_say_nothing(school: School, tmp_path: Path) -> None:
    holding = _holding(tmp_path, school)
    digest = holding.hold(school.sit().final, station=STATION, now_ms=1)
    folder = tmp_path / "relay" / "brought"
    write_atomically(folder / "notes.txt", b"mine")
    write_atomically(folder / f"{OTHER}.{'a' * 64}", b"5")
    write_atomically(folder / f"{STATION}.{digest}", b"not a time")
    assert [(one.station, one.at_ms) for one in holding.brought()] == [(STATION, 0)]
    holding.close()


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b'{"state":"received"}', b'{"state":7}', b"\xff", b'{"digest":"other","state":"sent"}'],
)
def test_what_a_relay_says_of_it_is_words_and_nothing_else(document: bytes) -> None:
    assert read_held(document, "mine") is HeldState.WAITING
    assert read_held(write_held("mine", HeldState.CARRIED), "mine") is HeldState.CARRIED


_KILLED = """
import sys
from pathlib import Path
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.holding import Holding
holding = Holding(Path(sys.argv[1]), FolderTransport(Path("nowhere")), ())
for number in range(10_000):
    print(holding.hold(b"result %d" % number, station=sys.argv[2], now_ms=number), flush=True)
"""


def test_what_was_answered_for_outlives_a_kill(school: School, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "relay"), STATION]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        answered = [child.stdout.readline().strip() for _ in range(7)]
        child.kill()
        answered += [line.strip() for line in child.stdout if len(line.strip()) == len(answered[0])]
    holding = _holding(tmp_path, school)
    assert set(answered) <= {one.row.digest for one in holding.brought()}
    assert all(holding.state(digest) is HeldState.WAITING for digest in answered)
    holding.close()
