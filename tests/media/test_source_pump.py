"""The pump gives what its reader gives, and never keeps anyone waiting once it is abandoned."""

import io
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import BinaryReader, MediaSource
from pocus_desktop.media.position import PositionEstimate
from pocus_desktop.media.source_pump import SourcePump
from tests.media.playing import Bursts, Gated, Tampered, TamperedError

DATA = bytes(range(256)) * 40


def lives(pump: SourcePump) -> bool:
    return pump.is_alive


def pump_of(reader: BinaryReader, failures: list[PocusError], *, size: int = len(DATA)) -> SourcePump:
    source = MediaSource(open=lambda: reader, size_bytes=size, kind="audio", duration_ms=1)
    return SourcePump(source, failures.append)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(DATA)), st.integers(1, 5000)), max_size=8))
def test_any_reads_at_any_places_give_the_reader_s_bytes(asked: list[tuple[int, int]]) -> None:
    failures: list[PocusError] = []
    pump = pump_of(Bursts(io.BytesIO(DATA)), failures)
    for place, size in asked:
        assert pump.seek(place)
        data = pump.read(size)
        assert data is not None
        assert data == DATA[place : place + len(data)]
        assert bool(data) == (place < len(DATA))
    assert not pump.seek(len(DATA) + 1)
    assert not pump.seek(-1)
    pump.close()
    assert not lives(pump)
    assert failures == []


def test_whoever_waits_is_let_go_when_the_pump_is_abandoned() -> None:
    gate = threading.Event()
    failures: list[PocusError] = []
    reader = Gated(io.BytesIO(DATA), at=0, gate=gate)
    pump = pump_of(reader, failures)
    got: list[bytes | None] = []
    waiter = threading.Thread(target=lambda: got.append(pump.read(10)))
    waiter.start()
    assert reader.is_waiting.wait(5)
    assert pump.waiting_s > 0
    pump.abandon()
    waiter.join(5)
    assert got == [None]
    assert lives(pump)  # the reader still hangs; only its own thread waits for it
    gate.set()
    pump.close()
    assert not lives(pump)
    assert failures == []


def test_a_failing_reader_is_told_once_with_its_own_error() -> None:
    failures: list[PocusError] = []
    pump = pump_of(Tampered(io.BytesIO(DATA), at=1024), failures)
    assert pump.read(5000) == DATA[:1024]
    assert pump.read(5000) is None
    assert pump.read(5000) is None
    pump.close()
    assert [type(failure) for failure in failures] == [TamperedError]


def test_a_reader_that_ends_early_is_told() -> None:
    failures: list[PocusError] = []
    pump = pump_of(io.BytesIO(DATA), failures, size=len(DATA) + 9)
    pump.seek(len(DATA))
    assert pump.read(9) is None
    pump.close()
    assert [failure.code for failure in failures] == ["media.source_short"]


def test_a_position_runs_stands_and_jumps() -> None:
    estimate = PositionEstimate()
    assert estimate.value(at=5.0) == 0
    estimate.run(at=5.0)
    assert estimate.value(at=5.25) == pytest.approx(250)
    estimate.report(240, at=5.25)
    assert estimate.value(at=5.255) == pytest.approx(250)  # never back
    estimate.set_rate(2.0, at=5.3)
    before = estimate.value(at=5.3)
    assert estimate.value(at=5.4) == pytest.approx(before + 200)
    estimate.hold(at=5.4)
    assert estimate.value(at=9.0) == estimate.value(at=5.4)


def test_a_position_without_reports_stands_still() -> None:
    estimate = PositionEstimate()
    estimate.run(at=0.0)
    assert estimate.value(at=100.0) == 700


def test_a_late_report_of_the_place_before_a_jump_is_not_believed() -> None:
    estimate = PositionEstimate()
    estimate.run(at=0.0)
    estimate.report(1000, at=1.0)
    estimate.jump(8000, at=1.1)
    estimate.report(1150, at=1.15)
    assert estimate.value(at=1.2) == pytest.approx(8100)
    estimate.report(8090, at=1.3)
    assert estimate.value(at=1.4) == pytest.approx(8190)


@given(st.lists(st.booleans(), max_size=40))
def test_the_reader_always_sees_the_newest_whole_picture(turns: list[bool]) -> None:
    frames = FrameBuffer(4, 2)
    assert frames.latest() is None
    newest = 0
    held = memoryview(b"")
    for is_write in turns:
        if is_write:
            newest += 1
            shown = bytes(held)
            frames.writing_view()[:] = bytes([newest]) * 32
            frames.publish()
            assert bytes(held) == shown
        elif (frame := frames.latest()) is not None:
            assert bytes(frame.data) == bytes([newest]) * 32
            assert (frame.serial, frame.stride, frame.data.readonly) == (newest, 16, True)
            held = frame.data
    assert frames.writing_address() % 32 == 0


def test_a_reader_that_gives_more_than_was_asked_for_never_reaches_the_player() -> None:
    class Generous(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) + b"too much"

    failures: list[PocusError] = []
    pump = pump_of(Generous(DATA), failures)
    assert pump.read(10) is None, "the player's buffer has room for ten bytes"
    pump.close()
    assert [failure.code for failure in failures] == ["media.source_unreadable"]
