"""What the academy makes of sittings that moved: the permitted history speaks, the others are kept and marked."""

from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.move_permit import issue_permit, told_by
from pocus_desktop.hub.hub import Hub
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.folder import ADMISSION
from tests.hub.moving import Ended, Moving
from tests.hub.school import School


@pytest.fixture
def moving(school: School, hub: Hub) -> Moving:
    return Moving(school, hub)


def remarks(moving: Moving, sitting: str) -> tuple[str, ...]:
    return moving.hub.registry.results.remarks().get(sitting, ())


def points(moving: Moving, sitting: str) -> float:
    report = moving.hub.report(sitting)
    assert report is not None, moving.hub.standing(sitting)
    return report.points


def sealed(moving: Moving, folder: Path, recorded: Sequence[Recorded], name: str, **changes: Any) -> bytes:
    """A history, sealed by a station that does not play fair."""
    return moving.school.seal(recorded, (folder / ADMISSION).read_bytes(), station=moving.keys[name], **changes)


def test_a_sitting_that_moved_is_scored_with_all_answers(moving: Moving) -> None:
    folder = moving.begin()
    moving.school.clock.set(boot_id="another", monotonic_ms=7)
    moving.school.clock.advance(ms=60_000)
    ended = moving.go_on(moving.moved_in(moving.permitted(folder, "desk-2"), "desk-2"), "desk-2")
    moving.hub.take(ended.final)
    assert points(moving, ended.sitting) == 4
    assert remarks(moving, ended.sitting) == ("moved",)
    assert '"remarks":["moved"]' in moving.hub.registry.results.report(ended.sitting)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_first_station_went_on_and_its_history_does_not_speak(moving: Moving, order: tuple[int, ...]) -> None:
    folder = moving.begin()
    packed = moving.permitted(folder, "desk-2")
    here = moving.go_on(moving.moved_in(packed, "desk-2"), "desk-2", plan="treat")
    for _ in range(9):
        moving.go_on(folder, "desk-1", to_the_end=False)  # its history is the longer one
    there = moving.go_on(folder, "desk-1", plan="wait")
    assert len(there.recorded) > len(here.recorded)
    before = sealed(moving, folder, there.recorded[:7], "desk-1", is_partial=True)
    several = [here.final, there.final, before]
    for index in (*order, *order):
        moving.hub.take(several[index])
    assert points(moving, here.sitting) == 4
    assert set(remarks(moving, here.sitting)) == {"moved", "continued-after-move"}
    assert len(moving.hub.registry.marks.all(here.sitting)) == 0
    marked = {one.remark for one in moving.hub._store.moves(here.sitting)}
    assert marked == {"moved", "continued-after-move"}


@pytest.mark.parametrize("kept_in", ["postgresql"])
def test_it_is_the_same_where_the_records_are_in_postgresql(moving: Moving) -> None:
    folder = moving.begin()
    here = moving.go_on(moving.moved_in(moving.permitted(folder, "desk-2"), "desk-2"), "desk-2")
    for _ in range(3):
        moving.go_on(folder, "desk-1", to_the_end=False)
    there = moving.go_on(folder, "desk-1", plan="wait")
    assert len(there.recorded) > len(here.recorded)
    for envelope in (there.final, here.final, there.final):
        moving.hub.take(envelope)
    assert points(moving, here.sitting) == 4
    assert set(remarks(moving, here.sitting)) == {"moved", "continued-after-move"}


def test_it_moves_twice_in_a_row(moving: Moving) -> None:
    folder = moving.begin()
    second = moving.moved_in(moving.permitted(folder, "desk-2"), "desk-2")
    moving.go_on(second, "desk-2", to_the_end=False)
    third = moving.moved_in(moving.permitted(second, "desk-3"), "desk-3")
    ended = moving.go_on(third, "desk-3")
    moving.hub.take(moving.go_on(second, "desk-2", plan="wait").final)
    assert remarks(moving, ended.sitting) == ("moved",)
    moving.hub.take(ended.final)
    assert points(moving, ended.sitting) == 4
    assert set(remarks(moving, ended.sitting)) == {"moved", "continued-after-move"}


def test_one_permit_used_twice_shows(moving: Moving) -> None:
    packed = moving.permitted(moving.begin(), "desk-2")
    first = moving.go_on(moving.moved_in(packed, "desk-2"), "desk-2")
    moving.school.clock.advance(ms=1_000)
    second = moving.go_on(moving.moved_in(packed, "desk-2"), "desk-2", plan="wait")
    moving.hub.take(first.final)
    moving.hub.take(second.final)
    assert set(remarks(moving, first.sitting)) == {"moved", "permit-used-twice"}


def test_two_permits_for_one_sitting_show(moving: Moving) -> None:
    folder = moving.begin()
    first = moving.go_on(moving.moved_in(moving.permitted(folder, "desk-2"), "desk-2"), "desk-2")
    second = moving.go_on(moving.moved_in(moving.permitted(folder, "desk-3"), "desk-3"), "desk-3", plan="wait")
    moving.hub.take(first.final)
    moving.hub.take(second.final)
    assert set(remarks(moving, first.sitting)) == {"moved", "moved-twice"}


Forgery = Callable[[Moving, Path, Ended], bytes]


def other_permit(name: str, **changes: Any) -> Forgery:
    """The move with another permit, signed by someone."""

    def forge(moving: Moving, folder: Path, ended: Ended) -> bytes:
        at = next(n for n, one in enumerate(ended.recorded) if isinstance(one.event, events.Moved))
        event = ended.recorded[at].event
        assert isinstance(event, events.Moved)
        permit = told_by(event.permit).model_copy(update=changes)
        again = event.model_copy(update={"permit": issue_permit(permit, moving.keys[name].signing)})
        recorded = [*ended.recorded[:at], Recorded(seq=at + 1, at=ended.recorded[at].at, event=again)]
        return sealed(moving, folder, [*recorded, *ended.recorded[at + 1 :]], "desk-2")

    return forge


def answered_otherwise_before(moving: Moving, folder: Path, ended: Ended) -> bytes:
    changed = [
        Recorded(seq=one.seq, at=one.at, event=one.event.model_copy(update={"came_too_soon": False, "is_right": True}))
        if isinstance(one.event, events.StartCodeTried)
        else Recorded(seq=one.seq, at=one.at, event=one.event.model_copy(update={"version": "2"}))
        if isinstance(one.event, events.AgreementAccepted)
        else one
        for one in ended.recorded
    ]
    return sealed(moving, folder, changed, "desk-2")


def without_the_move(moving: Moving, folder: Path, ended: Ended) -> bytes:
    changed = [
        Recorded(
            seq=one.seq,
            at=one.at,
            event=events.Reopened(station=moving.keys["desk-1"].signing.public.raw.hex(), app_version="0")
            if isinstance(one.event, events.Moved)
            else one.event,
        )
        for one in ended.recorded
    ]
    return sealed(moving, folder, changed, "desk-2")


FORGED: dict[str, Forgery] = {
    "the station's own key": other_permit("desk-2"),
    "another centre's": other_permit("south"),
    "for another sitting": other_permit("north", sitting="sit_other"),
    "for another admission": other_permit("north", admission_digest="0" * 64),
    "of an older state": other_permit("north", last_seq=3),
    "of other events": other_permit("north", history="0" * 64),
    "other events under it": answered_otherwise_before,
    "signed by another station": lambda moving, folder, ended: sealed(moving, folder, ended.recorded, "desk-3"),
    "without the move": without_the_move,
}


@pytest.mark.parametrize(
    ("forgery", "is_first"),
    [*((forgery, False) for forgery in FORGED.values()), (without_the_move, True)],
    ids=[*FORGED.keys(), "without the move, and it came first"],
)
def test_what_was_not_permitted_is_kept_and_marked_and_does_not_speak(
    moving: Moving, forgery: Forgery, *, is_first: bool
) -> None:
    folder = moving.begin()
    moved = moving.go_on(moving.moved_in(moving.permitted(folder, "desk-2"), "desk-2"), "desk-2", plan="wait")
    forged = forgery(moving, folder, moved)
    fair = moving.go_on(folder, "desk-1")
    for envelope in (forged, fair.final) if is_first else (fair.final, forged):
        moving.hub.take(envelope)
    assert points(moving, fair.sitting) == 4
    assert remarks(moving, fair.sitting) == ("unpermitted-move",)


def test_a_forged_move_alone_is_scored_and_marked(moving: Moving) -> None:
    folder = moving.begin()
    moved = moving.go_on(moving.moved_in(moving.permitted(folder, "desk-2"), "desk-2"), "desk-2")
    moving.hub.take(other_permit("south")(moving, folder, moved))
    assert points(moving, moved.sitting) == 4
    assert remarks(moving, moved.sitting) == ("unpermitted-move",)


def test_a_centre_that_was_revoked_marks_what_it_permitted(moving: Moving) -> None:
    folder = moving.begin()
    moved = moving.go_on(moving.moved_in(moving.permitted(folder, "desk-2"), "desk-2"), "desk-2")
    moving.hub.take(moved.final)
    moving.hub.registry.enrolments.revoke("North", who="ada", why="keys stolen", since_ms=0)
    assert set(remarks(moving, moved.sitting)) == {"moved", "revoked-centre"}
