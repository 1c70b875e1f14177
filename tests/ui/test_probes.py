"""The system check: what each probe makes of a machine, and words with a remedy for everything it can find."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import pocus_desktop.ui.check
from pocus_desktop.kernel import words as table
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.volumes import Medium, Volume
from pocus_desktop.media.errors import VlcMissingError
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.sitting.disk_trial import room_bytes
from pocus_desktop.ui.check.battery import Power, probe_battery, read_power
from pocus_desktop.ui.check.clock import probe_clock
from pocus_desktop.ui.check.disk import judge_disk, probe_disk
from pocus_desktop.ui.check.finding import Finding
from pocus_desktop.ui.check.inspector import PROBES, EngineFindings, Inspector
from pocus_desktop.ui.check.screen import Screens, probe_screen
from pocus_desktop.ui.check.sound_test import SoundTest

ROOM = Path(pocus_desktop.ui.check.__file__).parent


@pytest.mark.parametrize(
    ("power", "level", "code"),
    [
        pytest.param(None, "note", "battery_unknown", id="cannot be told"),
        pytest.param(Power(is_plugged=True, percent=None), "ok", "battery_none", id="desktop"),
        pytest.param(Power(is_plugged=True, percent=12), "ok", "battery_plugged", id="plugged in"),
        pytest.param(Power(is_plugged=False, percent=90), "note", "battery_unplugged", id="unplugged"),
        pytest.param(Power(is_plugged=False, percent=49), "problem", "battery_low", id="low"),
    ],
)
def test_power(power: Power | None, level: str, code: str) -> None:
    finding = probe_battery(power)
    assert (finding.level, finding.code) == (level, code)


def supply(folder: Path, name: str, **words: str) -> None:
    (folder / name).mkdir(parents=True)
    for file, word in words.items():
        (folder / name / file).write_text(f"{word}\n")


def test_linux_tells_its_power_supplies(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="0")
    supply(tmp_path, "BAT0", type="Battery", capacity="37", status="Discharging")
    supply(tmp_path, "mouse", type="Battery", scope="Device", capacity="3")
    assert read_power(tmp_path) == Power(is_plugged=False, percent=37)
    (tmp_path / "AC" / "online").write_text("1\n")
    assert read_power(tmp_path) == Power(is_plugged=True, percent=37)
    assert read_power(tmp_path / "nothing") is None


@pytest.mark.parametrize(
    ("screens", "code"),
    [
        (Screens(count=1, width_px=1920, height_px=1080), "screen_ok"),
        (Screens(count=1, width_px=800, height_px=600), "screen_small"),
        (Screens(count=2, width_px=1920, height_px=1080), "screen_second"),
    ],
)
def test_displays(screens: Screens, code: str) -> None:
    assert probe_screen(screens).code == code


def test_a_date_that_cannot_be_right() -> None:
    assert probe_clock(ManualClock(wall_ms=0).read()).code == "clock_wrong"
    assert probe_clock(ManualClock().read()).code == "clock_ok"


def test_a_disk_that_keeps_what_it_is_given_and_one_that_refuses(tmp_path: Path) -> None:
    assert probe_disk(tmp_path).probe == "disk"
    assert probe_disk(tmp_path, room_bytes=1).code not in ("disk_refuses", "disk_full")
    assert list(tmp_path.iterdir()) == [], "the trial leaves nothing"
    assert probe_disk(tmp_path, room_bytes=2**62).code == "disk_full"
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    assert probe_disk(in_the_way / "sittings").code == "disk_refuses"


PLAIN = Volume(medium=Medium.DISK, file_system="ext4", is_rotating=False)
ROTATING = Volume(medium=Medium.DISK, file_system="ext4", is_rotating=True)


@pytest.mark.parametrize(
    ("volume", "free_bytes", "took_ms", "level", "code"),
    [
        pytest.param(PLAIN, 10**9, (0.3, 2.0, 0.4), "ok", "disk_ok", id="in order"),
        pytest.param(PLAIN, 10**9, (0.4, 0.4, 5_000.0), "ok", "disk_ok", id="one slow moment"),
        pytest.param(PLAIN, 10**9, (400.0, 300.0, 0.4), "note", "disk_slow", id="slow"),
        pytest.param(PLAIN, 10**9, (0.02, 0.02, 0.4), "note", "disk_hasty", id="faster than a disk can"),
        pytest.param(ROTATING, 10**9, (0.3, 0.3, 9.0), "note", "disk_hasty", id="faster than one that turns can"),
        pytest.param(ROTATING, 10**9, (8.3, 8.3, 16.6), "ok", "disk_ok", id="one that turns"),
        pytest.param(PLAIN, 99, (0.3,), "problem", "disk_full", id="too little room"),
        pytest.param(Volume(medium=Medium.NETWORK), 10**9, (0.3,), "problem", "disk_network", id="a network drive"),
        pytest.param(Volume(medium=Medium.NETWORK), 99, (0.3,), "problem", "disk_network", id="the worst first"),
        pytest.param(Volume(medium=Medium.MEMORY), 10**9, (0.01,), "note", "disk_memory", id="memory"),
        pytest.param(Volume(medium=Medium.UNKNOWN), 10**9, (0.3,), "note", "disk_unknown", id="not known"),
    ],
)
def test_disks(volume: Volume, free_bytes: int, took_ms: tuple[float, ...], level: str, code: str) -> None:
    finding = judge_disk(volume, free_bytes=free_bytes, room_bytes=100, took_ms=took_ms)
    assert (finding.level, finding.code) == (level, code)


def test_a_longer_sitting_needs_more_room() -> None:
    assert room_bytes(30 * 60_000) < room_bytes(4 * 3_600_000) < room_bytes(None) == room_bytes(100 * 3_600_000)


def test_every_finding_has_words_and_a_remedy() -> None:
    source = "\n".join(file.read_text() for file in ROOM.glob("*.py"))
    names = set(re.findall(r'code="([a-z_]+)"', source)) - {"engine_missing"}
    assert len(names) >= 14
    for name in names:
        assert table.has(f"ui.check.{name}.what"), name
        is_in_order = name.endswith("_ok") or name in ("battery_none", "battery_plugged")
        assert bool(table.say(f"ui.check.{name}.next")) is not is_in_order, name


@pytest.fixture
def inspect(qtbot: QtBot, tmp_path: Path) -> Callable[[EngineFindings], dict[str, Finding]]:
    def run(engine: EngineFindings) -> dict[str, Finding]:
        inspector = Inspector(clock=ManualClock(), folder=tmp_path, check_engine=lambda: engine)
        found: list[Finding] = []
        inspector.found.connect(found.append)
        with qtbot.waitSignal(inspector.finished):
            inspector.inspect()
        inspector.close()
        inspector.deleteLater()
        return {finding.probe: finding for finding in found}

    return run


def test_all_probes_tell(inspect: Callable[[EngineFindings], dict[str, Finding]]) -> None:
    found = inspect(EngineFindings(error=None, version="3.0.20"))
    assert set(found) == set(PROBES)
    assert found["picture"].code == "picture_ok"


def test_a_missing_engine_is_told_by_its_own_words(inspect: Callable[[EngineFindings], dict[str, Finding]]) -> None:
    found = inspect(EngineFindings(error=VlcMissingError()))
    for probe in ("picture", "sound"):
        assert found[probe].level == "problem"
        assert dict(found[probe].params)["code"] == "media.vlc_missing"


@pytest.mark.parametrize(("is_silent", "expected"), [(False, "ended"), (True, "silent")])
def test_the_test_sound_notices_where_nobody_can_hear_it(qtbot: QtBot, is_silent: bool, expected: str) -> None:
    clock = ManualClock()
    sound = SoundTest(lambda sink: FakePlayer(sink, clock=clock, is_silent=is_silent))
    told: list[str] = []
    sound.told.connect(told.append)
    sound.play(80)

    def heard() -> bool:
        clock.advance(ms=100)
        return expected in told

    qtbot.waitUntil(heard)
    assert told[0] == "playing"
    sound.close()
    sound.deleteLater()
