"""The sign of life: after a crash the clock stands where it stood for the person, not where the last heartbeat was."""

import hashlib
import struct
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.alive import FILE_NAME, LONGEST_MS, Alive, Sign, last_sign
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.writer import InlineWriter, Work
from tests.sitting.world import World, to_case, to_femoral

KEY = b"\x07" * 32
LAST = Reading(monotonic_ms=50_000, wall_ms=1_800_000_000_000, boot_id="boot")


def at(ms: int, boot_id: str = "boot") -> Reading:
    return Reading(monotonic_ms=LAST.monotonic_ms + ms, wall_ms=LAST.wall_ms + ms, boot_id=boot_id)


def signed(folder: Path, reading: Reading, **clip: Any) -> bytes:
    alive = Alive(folder, KEY)
    alive.mark(Sign(at=reading, **clip))
    alive.close()
    return (folder / FILE_NAME).read_bytes()


def test_the_last_sign_is_what_was_marked(tmp_path: Path) -> None:
    assert last_sign(tmp_path, KEY, after=LAST) is None
    for ms in (400, 3_100, LONGEST_MS):
        signed(tmp_path, at(ms))
        assert last_sign(tmp_path, KEY, after=LAST) == Sign(at=at(ms))


def test_a_sign_over_a_longer_one_is_whole(tmp_path: Path) -> None:
    signed(tmp_path, at(300), clip="a-long-name-of-a-clip.0", position_ms=2_345)
    assert last_sign(tmp_path, KEY, after=LAST) == Sign(at=at(300), clip="a-long-name-of-a-clip.0", position_ms=2_345)
    signed(tmp_path, at(400), clip="b.1", position_ms=7)
    assert last_sign(tmp_path, KEY, after=LAST) == Sign(at=at(400), clip="b.1", position_ms=7)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(at(0), id="no later than the event"),
        pytest.param(at(-1), id="before the event"),
        pytest.param(at(LONGEST_MS + 1), id="later than the next heartbeat"),
        pytest.param(at(400, boot_id="another"), id="of another boot"),
    ],
)
def test_a_sign_that_can_tell_nothing_is_passed_over(tmp_path: Path, told: Reading) -> None:
    signed(tmp_path, told)
    assert last_sign(tmp_path, KEY, after=LAST) is None


def test_a_sign_of_another_sitting_is_passed_over(tmp_path: Path) -> None:
    signed(tmp_path, at(400))
    assert last_sign(tmp_path, bytes(32), after=LAST) is None


def test_a_sign_cut_or_changed_anywhere_is_passed_over(tmp_path: Path) -> None:
    whole = signed(tmp_path, at(400), clip="arrival.0", position_ms=900)
    file = tmp_path / FILE_NAME
    for place in range(len(whole)):
        for data in (whole[:place], whole[:place] + bytes((whole[place] ^ 0x10,)) + whole[place + 1 :]):
            file.write_bytes(data)
            assert last_sign(tmp_path, KEY, after=LAST) is None


def test_after_a_crash_the_clock_stands_where_it_stood(world: World) -> None:
    sitting = to_femoral(world.begin())
    seq = sitting.state.last_seq
    for _ in range(7):
        world.clock.advance(ms=500)
        sitting.tick()
    world.clock.advance(ms=300)
    shown_ms = sitting.state.ledger.consumed_at(world.clock.read())
    assert sitting.state.last_seq == seq, "nothing durable says that time passed"
    sitting.close()
    world.clock.advance(ms=90_000)
    again = world.again()
    assert 0 <= shown_ms - again.state.ledger.consumed_ms <= 500
    assert [one.event.type for one in again.recorded[seq:]] == ["heartbeat", "reopened"]
    assert judge(again.course, again.recorded) == again.state, "and it is fair"


def test_after_a_new_boot_the_sign_of_the_old_one_counts(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=3_000)
    sitting.tick()
    before = sitting.state.ledger.consumed_ms
    sitting.close()
    world.clock.advance(ms=60_000)
    world.clock.set(monotonic_ms=5_000, boot_id="next")
    again = world.again()
    assert again.state.ledger.consumed_ms == before + 3_000
    lost = [(entry.kind, entry.amount_ms) for entry in again.state.ledger.entries if entry.kind in {"gap", "dark"}]
    assert lost == [("gap", 5_000), ("dark", 55_000)]


def test_a_limit_that_ran_out_before_the_last_sign_has_run_out(world: World) -> None:
    sitting = to_femoral(world.begin())
    for _ in range(14):
        world.clock.advance(ms=4_000)
        sitting.tick()
    key = sign_key(sitting)
    sitting.close()
    alive = Alive(sitting_folder(world), key)
    world.clock.advance(ms=5_000)
    alive.mark(Sign(at=world.clock.read()))
    alive.close()
    again = world.again()
    fired = [one.at.monotonic_ms for one in again.recorded if isinstance(one.event, events.TimerFired)]
    assert fired == [world.clock.read().monotonic_ms]


def test_who_cannot_open_the_journal_cannot_hold_the_clock(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=0))
    known, last = sitting.state.opened.sitting, sitting.state.ledger.last
    sitting.close()
    front = b"POCUSAL\x01" + struct.pack(">qqqH", last.monotonic_ms, last.wall_ms, -1, 0)
    check = hashlib.sha256(f"{known}\0{last.boot_id}\0".encode() + front).digest()  # the format before, without a key
    (sitting_folder(world) / FILE_NAME).write_bytes(front + check)
    world.clock.advance(ms=9_000)
    again = world.again()
    assert again.state.ledger.consumed_ms == sitting.state.ledger.consumed_ms + 9_000
    assert not any(isinstance(one.event, events.DiskStopped) for one in again.recorded)


def sign_key(sitting: Sitting) -> bytes:
    assert sitting._runner is not None
    return sitting._runner._journal.sign_key


def sitting_folder(world: World) -> Path:
    return world.folder / "sitting"


def test_a_disk_that_takes_no_sign_stops_nothing(world: World) -> None:
    sitting = to_femoral(world.begin())
    (sitting_folder(world) / FILE_NAME).mkdir()
    world.clock.advance(ms=700)
    sitting.tick()
    assert sitting.view().chrome.saved == "saved"
    sitting.close()
    assert last_sign(sitting_folder(world), sign_key(sitting), after=sitting.state.ledger.last) is None


def test_a_clip_goes_on_from_where_it_was_though_few_of_its_places_are_durable(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    seq = sitting.state.last_seq
    for position_ms in range(150, 2_100, 150):
        world.clock.advance(ms=150)
        sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=position_ms))
    durable = [one.event.position_ms for one in sitting.recorded[seq:] if isinstance(one.event, events.MediaReported)]
    assert durable == [300, 600, 900, 1_200, 1_500, 1_800]
    sitting.close()
    world.clock.advance(ms=60_000)
    again = world.again()
    assert (again.state.clips["arrival.0"].plays_used, again.state.clips["arrival.0"].position_ms) == (1, 1_950)
    assert judge(again.course, again.recorded) == again.state


def test_a_clip_that_is_wound_is_durable_at_once(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=5_000))
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=1_000))
    assert sitting.state.clips["arrival.0"].position_ms == 1_000


def test_where_a_clip_is_does_not_say_that_an_answer_is_under_way(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    shown: list[str] = []
    sitting.on_view(lambda view: shown.append(view.chrome.saved))
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=200))
    assert shown == []
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=700))
    sitting.handle(intents.Flag(item="risk-factors", is_flagged=True))
    assert shown == ["saved", "saved"]


class Held(InlineWriter):
    """A writer whose disk stalls: what is submitted meanwhile waits."""

    def __init__(self) -> None:
        super().__init__()
        self.is_stalled = False
        self._held: list[Work] = []

    def submit(self, work: Work) -> None:
        if self.is_stalled:
            self._held.append(work)
        else:
            super().submit(work)

    def go_on(self) -> None:
        self.is_stalled = False
        while self._held:
            super().submit(self._held.pop(0))


def test_who_reports_waits_for_no_disk_and_the_latest_sign_is_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Held()
    sitting = to_case(world.begin(writer=writer))
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    given: list[int] = []
    monkeypatch.setattr(Alive, "mark", lambda _alive, sign: given.append(sign.position_ms))
    writer.is_stalled = True
    for position_ms in (10, 20, 30):
        sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=position_ms))
    assert given == []
    writer.go_on()
    assert given == [30]
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=40))
    assert given == [30, 40]
