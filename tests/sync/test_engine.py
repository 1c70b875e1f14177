"""One envelope's way as rows and events: short stories, and what must hold whatever happens."""

from dataclasses import dataclass, replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.sync import engine
from pocus_desktop.sync.backoff import FIRST_MS, LONGEST_MS, PAUSE_MS
from pocus_desktop.sync.engine import (
    HELD_BY_CENTRE,
    LONGEST_PLAN_MS,
    WHOLE_BYTES,
    Asked,
    Carried,
    Due,
    Event,
    Failed,
    Moved,
    Receipted,
    Remove,
    Restarted,
    Row,
    Send,
    Stage,
    Status,
    Superseded,
    WakeAt,
    Way,
    arrived,
    step,
)

NOW: Final = 1_700_000_000_000
DIGEST: Final = "ab" * 32
HOUR_MS: Final = 3_600_000


@dataclass
class Story:
    """A row that lives through events, one after the other."""

    row: Row
    now_ms: int = NOW

    def given(self, event: Event, *, after_ms: int = 0) -> "Story":
        self.now_ms += after_ms
        self.done = step(self.row, event, self.now_ms)
        self.row = self.done.row
        return self

    def expect(self, *effects: engine.Effect, **fields: object) -> "Story":
        assert self.done.effects == effects
        assert {name: getattr(self.row, name) for name in fields} == fields
        return self


def _story(size_bytes: int = 1000, **changes: object) -> Story:
    row = arrived(DIGEST, now_ms=NOW, size_bytes=size_bytes, sitting="sit_1", last_seq=9)
    return Story(row=replace(row, **changes))  # type: ignore[arg-type] # the fields of the row


DUE: Final = Due(carrier="https")
LATER: Final = Failed(problem="sync.no_connection", chance=1.0)
CUT: Final = Failed(problem="sync.cut_off", chance=1.0, is_cut=True)


def test_a_small_one_goes_whole_and_comes_back_with_its_receipt() -> None:
    story = _story()
    story.given(DUE).expect(
        Send(way=Way.WHOLE, upload="", offset=0), status=Status.ACTIVE, carrier="https", tried_ms=NOW
    )
    story.given(Receipted(received_ms=NOW + 5)).expect(stage=Stage.RECEIPTED, status=Status.DONE, delivered_ms=NOW + 5)


def test_it_is_tried_again_later_each_time() -> None:
    story = _story()
    story.given(DUE).given(LATER).expect(WakeAt(due_ms=NOW + FIRST_MS), status=Status.FAILED, attempts=1)
    story.given(DUE, after_ms=FIRST_MS - 1).expect(status=Status.FAILED)
    story.given(DUE, after_ms=1).expect(Send(way=Way.WHOLE, upload="", offset=0), status=Status.ACTIVE)
    story.given(LATER).expect(WakeAt(due_ms=story.now_ms + 2 * FIRST_MS), attempts=2)


def test_one_that_was_cut_off_goes_on_in_pieces_from_where_the_other_side_is() -> None:
    story = _story(200_000, way=Way.WHOLE)
    story.given(DUE).given(CUT).expect(WakeAt(due_ms=NOW + FIRST_MS), way=Way.PIECES, stage=Stage.SEALED)
    story.given(DUE, after_ms=FIRST_MS).expect(Send(way=Way.PIECES, upload="", offset=0))
    story.given(Moved(upload="https://hub/u/1", offset=65_536)).expect(stage=Stage.SENDING, offset=65_536)
    story.given(replace(CUT, moved_bytes=65_536)).expect(
        WakeAt(due_ms=story.now_ms + PAUSE_MS), status=Status.WAITING, attempts=0, problem="sync.cut_off"
    )
    story.given(DUE, after_ms=PAUSE_MS).expect(Send(way=Way.PIECES, upload="https://hub/u/1", offset=65_536))
    story.given(Moved(upload="https://hub/u/1", offset=200_000)).expect(stage=Stage.SENT)
    story.given(Receipted(received_ms=1)).expect(stage=Stage.RECEIPTED, offset=200_000, upload="", problem="")


def test_an_upload_that_the_other_side_has_forgotten_begins_anew() -> None:
    story = _story(200_000, stage=Stage.SENDING, upload="u", offset=70_000)
    story.given(DUE).given(Moved(upload="", offset=0)).expect(stage=Stage.SEALED, upload="", offset=0)
    story.given(Moved(upload="v", offset=10)).given(replace(CUT, moved_bytes=10 - 70_000))
    story.expect(WakeAt(due_ms=NOW + FIRST_MS), status=Status.FAILED, attempts=1)


def test_a_hub_that_knows_no_pieces_is_given_it_whole() -> None:
    story = _story(200_000)
    story.given(DUE).expect(Send(way=Way.PIECES, upload="", offset=0))
    story.given(Failed(problem="sync.no_uploads", chance=0.0, has_no_pieces=True)).expect(
        WakeAt(due_ms=NOW + FIRST_MS // 2), way=Way.WHOLE
    )


def test_a_part_waits_for_a_hub_that_takes_pieces() -> None:
    story = Story(row=replace(PARTIAL, way=Way.PIECES))
    story.given(DUE).given(Failed(problem="sync.no_uploads", chance=1.0, has_no_pieces=True))
    story.expect(WakeAt(due_ms=NOW + FIRST_MS), way=Way.PIECES, status=Status.FAILED, attempts=1)
    story.given(DUE, after_ms=FIRST_MS).expect(Send(way=Way.PIECES, upload="", offset=0))


def test_what_the_centre_holds_is_asked_about_every_minute_however_often_that_was() -> None:
    held = Failed(
        problem="sync.held_by_centre",
        reason="waiting",
        has_arrived=True,
        chance=1.0,
        longest_ms=60_000,
        carrier="relay",
    )
    story = _story(attempts=12)
    story.given(DUE).given(held).expect(
        WakeAt(due_ms=NOW + 60_000), status=Status.WAITING, stage=Stage.SENT, carrier="relay", attempts=13
    )
    story.given(DUE, after_ms=60_000).given(LATER).expect(WakeAt(due_ms=story.now_ms + LONGEST_MS), stage=Stage.SENT)


def test_what_lies_on_a_stick_waits_for_its_receipt() -> None:
    story = _story()
    story.given(Due(carrier="folder")).given(Failed(problem="sync.no_receipt_yet", chance=0.5, has_arrived=True))
    assert (story.row.stage, story.row.status, story.row.carrier) == (Stage.SENT, Status.WAITING, "folder")


def test_one_set_aside_waits_for_a_person() -> None:
    story = _story()
    story.given(DUE).given(Failed(problem="sync.hub_refused", reason="sitting.x", is_final=True, chance=0.1))
    story.expect(status=Status.QUARANTINED, problem="sync.hub_refused", reason="sitting.x")
    story.given(DUE, after_ms=10**12).expect(status=Status.QUARANTINED)
    story.given(Asked()).expect(WakeAt(due_ms=story.now_ms), status=Status.WAITING, attempts=0)


def test_a_hub_that_asks_for_time_is_left_alone_even_if_it_took_something() -> None:
    story = _story(200_000).given(DUE).given(Moved(upload="u", offset=9))
    story.given(Failed(problem="sync.hub_unavailable", chance=0.0, asked_ms=60_000, moved_bytes=9))
    story.expect(WakeAt(due_ms=NOW + 60_000), status=Status.FAILED)


def test_an_attempt_whose_program_died_is_made_again_at_once() -> None:
    _story().given(DUE).given(Restarted()).expect(WakeAt(due_ms=NOW), status=Status.WAITING)


PARTIAL: Final = replace(arrived(DIGEST, now_ms=NOW, size_bytes=9, sitting="sit_1", last_seq=5), is_partial=True)


@pytest.mark.parametrize(
    ("row", "event", "gone"),
    [
        (PARTIAL, Superseded(sitting="sit_1", last_seq=6), True),
        (replace(PARTIAL, stage=Stage.SENDING, status=Status.FAILED), Superseded(sitting="sit_1", last_seq=6), True),
        (PARTIAL, Superseded(sitting="sit_1", last_seq=5), False),
        (PARTIAL, Superseded(sitting="sit_2", last_seq=6), False),
        (replace(PARTIAL, sitting=""), Superseded(sitting="", last_seq=6), False),
        (replace(PARTIAL, is_partial=False), Superseded(sitting="sit_1", last_seq=6), False),
        (replace(PARTIAL, status=Status.ACTIVE), Superseded(sitting="sit_1", last_seq=6), False),
        (replace(PARTIAL, status=Status.QUARANTINED), Superseded(sitting="sit_1", last_seq=6), False),
        (replace(PARTIAL, stage=Stage.SENT), Superseded(sitting="sit_1", last_seq=6), False),
        (replace(PARTIAL, stage=Stage.SENT, problem=HELD_BY_CENTRE), Superseded(sitting="sit_1", last_seq=6), True),
        (
            replace(PARTIAL, stage=Stage.SENT, problem=HELD_BY_CENTRE, status=Status.ACTIVE),
            Superseded(sitting="sit_1", last_seq=6),
            False,
        ),
        (replace(PARTIAL, status=Status.DONE), Superseded(sitting="sit_1", last_seq=6), False),
        (replace(PARTIAL, status=Status.DONE), Superseded(sitting="sit_1", last_seq=6, is_done=True), True),
        (replace(PARTIAL, stage=Stage.SENT), Superseded(sitting="sit_1", last_seq=6, is_done=True), False),
    ],
    ids=[
        "older",
        "older, begun",
        "the same",
        "of another sitting",
        "of no known sitting",
        "a finished one",
        "under way",
        "set aside",
        "on a stick",
        "held by the relay",
        "held by the relay, and asked about now",
        "received",
        "received, and the newer one too",
        "on a stick, and the newer one received",
    ],
)
def test_only_an_older_part_that_nobody_else_has_gives_way(row: Row, event: Superseded, gone: bool) -> None:
    assert step(row, event, NOW).effects == ((Remove(),) if gone else ())


def test_finished_sittings_go_before_parts() -> None:
    part, later = replace(PARTIAL, digest="00" * 32), replace(PARTIAL, is_partial=False, enqueued_ms=NOW + 9)
    assert sorted([part, later], key=engine.goes_before) == [later, part]


_events = st.one_of(
    st.just(DUE),
    st.builds(Moved, upload=st.sampled_from(["", "u", "v"]), offset=st.integers(0, 200_000)),
    st.builds(
        Failed,
        problem=st.just("sync.x"),
        is_final=st.booleans(),
        has_arrived=st.booleans(),
        is_cut=st.booleans(),
        has_no_pieces=st.booleans(),
        asked_ms=st.none() | st.integers(0, HOUR_MS),
        chance=st.floats(0, 1),
        moved_bytes=st.integers(-200_000, 200_000),
    ),
    st.builds(Receipted, received_ms=st.integers(0, 10)),
    st.just(Asked()),
    st.just(Carried(carrier="folder")),
    st.just(Restarted()),
    st.builds(
        Superseded, sitting=st.sampled_from(["sit_1", "sit_2"]), last_seq=st.integers(0, 20), is_done=st.booleans()
    ),
)


@given(
    size_bytes=st.integers(1, 200_000),
    is_partial=st.booleans(),
    events=st.lists(st.tuples(_events, st.integers(-HOUR_MS, HOUR_MS)), max_size=40),
)
def test_whatever_happens(size_bytes: int, is_partial: bool, events: list[tuple[Event, int]]) -> None:
    row = arrived(DIGEST, now_ms=NOW, size_bytes=size_bytes, sitting="sit_1", last_seq=9, is_partial=is_partial)
    assert row.way is (Way.PIECES if is_partial or size_bytes > WHOLE_BYTES else Way.WHOLE)
    now_ms = NOW
    for event, later_ms in events:
        now_ms += later_ms
        done = step(row, event, now_ms)
        after = done.row
        if row.status is Status.DONE:
            assert after == row, "what is received stays so"
            assert done.effects == () or (isinstance(event, Superseded) and event.is_done)
        assert not is_partial or after.way is Way.PIECES, "what goes whole cannot be called off"
        assert (after.status is Status.DONE) == (after.stage is Stage.RECEIPTED)
        if after.status is Status.DONE and row.status is not Status.DONE:
            assert isinstance(event, Receipted), "only a receipt clears a row"
        if Remove() in done.effects:
            assert isinstance(event, Superseded)
            assert row.is_partial
        assert any(isinstance(effect, Send) for effect in done.effects) == (
            after.status is Status.ACTIVE and row.status is not Status.ACTIVE
        ), "an attempt begins once"
        due_ms = engine.due_ms(after, now_ms)
        if after.status in {Status.WAITING, Status.FAILED}:
            assert due_ms is not None, "nothing that can go is ever forgotten"
            assert due_ms <= now_ms + LONGEST_PLAN_MS
        else:
            assert due_ms is None
        if after.status is Status.ACTIVE:
            again = step(after, Restarted(), now_ms)
            assert (again.effects, engine.due_ms(again.row, now_ms)) == ((WakeAt(due_ms=now_ms),), now_ms), (
                "one whose attempt nobody ended goes again"
            )
        assert (after.digest, after.size_bytes, after.enqueued_ms) == (row.digest, row.size_bytes, row.enqueued_ms)
        row = after


@settings(max_examples=30, deadline=None)
@given(
    outages=st.lists(
        st.tuples(
            st.integers(0, 48 * HOUR_MS),  # how long it is up
            st.integers(0, 72 * HOUR_MS),  # then down
            st.sampled_from(["no_connection", "captive_portal", "hub_unavailable", "off"]),
        ),
        min_size=1,
        max_size=8,
    ),
    chunk=st.integers(1_000, 300_000),
    chance=st.floats(0, 1),
    set_back_ms=st.integers(0, 400 * HOUR_MS),
)
def test_a_week_of_outages_ends_with_a_receipt(
    outages: list[tuple[int, int, str]], chunk: int, chance: float, set_back_ms: int
) -> None:
    """An envelope of 1 MB; the link lets `chunk` bytes through, then cuts; between outages nothing else is wrong.

    While the station is off nobody looks; the clock is set back once in the middle. Attempts stay few: a link that is
    down is asked about four times an hour, not more.
    """
    size_bytes = 1_000_000
    row = arrived(DIGEST, now_ms=NOW, size_bytes=size_bytes, sitting="sit_1", last_seq=9)
    now_ms, attempts_down, down_ms, skew_ms = NOW, 0, 0, 0
    phases = [*outages, (10**12, 0, "off")]  # at last it stays up
    for number, (up_ms, wait_ms, why) in enumerate(phases):
        if number == len(phases) // 2:
            skew_ms = -set_back_ms
        end_ms = now_ms + up_ms
        while row.status is not Status.DONE and now_ms < end_ms:
            due_ms = engine.due_ms(row, now_ms + skew_ms)
            assert due_ms is not None
            now_ms = max(now_ms, min(due_ms - skew_ms, now_ms + 60_000))  # the worker looks once a minute at least
            begun = step(row, DUE, now_ms + skew_ms)
            row = begun.row
            if not begun.effects:
                continue
            now_ms += 1_000
            held = min(row.offset + chunk, size_bytes)
            moved_bytes = held - row.offset
            row = step(row, Moved(upload="u", offset=held), now_ms + skew_ms).row
            end = Receipted(received_ms=now_ms) if held == size_bytes else replace(CUT, moved_bytes=moved_bytes)
            row = step(row, end, now_ms + skew_ms).row
        if row.status is Status.DONE:
            break
        end_ms = now_ms + wait_ms
        while why != "off" and now_ms < end_ms:
            due_ms = engine.due_ms(row, now_ms + skew_ms)
            assert due_ms is not None
            now_ms = max(now_ms, due_ms - skew_ms)
            begun = step(row, DUE, now_ms + skew_ms)
            failed = Failed(problem=f"sync.{why}", chance=chance)
            row = step(begun.row, failed, now_ms + skew_ms).row
            attempts_down += 1
        down_ms += wait_ms
        now_ms = max(now_ms, end_ms)
    assert row.status is Status.DONE
    assert attempts_down <= len(outages) * 12 + 2 * down_ms / LONGEST_MS
