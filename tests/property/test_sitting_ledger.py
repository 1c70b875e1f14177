"""What must always hold of the time ledger, whatever the clocks, the proctor and the power do."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import ledger, lost
from pocus_desktop.sitting.ledger import Ledger, Scope

SCOPES: tuple[tuple[Scope, ...], ...] = (
    (("assessment", "a"),),
    (("assessment", "a"), ("case", "c"), ("phase", "p"), ("step", "s")),
    (("assessment", "a"), ("case", "c"), ("phase", "p"), ("step", "t"), ("item", "i")),
)
CAP_MS = 60_000


@dataclass(frozen=True)
class Deed:
    """Something that happens to a ledger, after some monotonic and some wall time."""

    kind: str
    monotonic_ms: int
    wall_ms: int
    choice: int


deeds = st.lists(
    st.builds(
        Deed,
        kind=st.sampled_from(
            ["observe", "hold", "release", "charge", "grant", "reopen", "reboot", "start", "rest", "end"]
        ),
        monotonic_ms=st.integers(0, 100_000),
        wall_ms=st.integers(-200_000, 200_000),
        choice=st.integers(0, 2),
    ),
    max_size=40,
)


def run(history: Sequence[Deed]) -> list[Ledger]:
    """A ledger after each deed."""
    now = Reading(monotonic_ms=5_000, wall_ms=1_000_000, boot_id="0")
    current = ledger.start(Ledger(last=now))
    found = [current]
    for deed in history:
        boot = str(int(now.boot_id) + 1) if deed.kind == "reboot" else now.boot_id
        monotonic = deed.monotonic_ms if deed.kind == "reboot" else now.monotonic_ms + deed.monotonic_ms
        now = Reading(monotonic_ms=monotonic, wall_ms=now.wall_ms + deed.wall_ms, boot_id=boot)
        if deed.kind in {"reopen", "reboot"}:
            current = lost.came_back(current, now, cap_ms=CAP_MS)
        else:
            current = ledger.observe(current, now)
        match deed.kind:
            case "hold":
                current = ledger.hold(current, ("pause", "disk", "other")[deed.choice])
            case "release":
                current = ledger.release(current, ("pause", "disk", "other")[deed.choice])
            case "charge":
                current = ledger.charge(current, SCOPES[deed.choice])
            case "grant":
                current = ledger.grant(current, SCOPES[1][deed.choice], extra_ms=1_000, reason="r", signer="s")
            case "start":
                current = ledger.start(current)
            case "rest":
                current = ledger.rest(current, (1, 30_000, 200_000)[deed.choice])
            case "end":
                current = ledger.end_rest(current)
        found.append(current)
    return found


@given(deeds)
def test_time_consumed_never_goes_back(history: list[Deed]) -> None:
    consumed = [one.consumed_ms for one in run(history)]
    assert consumed == sorted(consumed)


@given(deeds)
def test_every_millisecond_stands_in_one_entry(history: list[Deed]) -> None:
    for one in run(history):
        written = sum(entry.amount_ms for entry in one.entries if entry.kind == "run")
        assert written + one.consumed_ms - one.open_from_ms == one.consumed_ms


@given(deeds)
def test_scopes_never_add_up_to_more_than_was_consumed(history: list[Deed]) -> None:
    for one in run(history):
        steps = sum(one.spent(("step", name)) for name in ("s", "t"))
        assert steps <= one.spent(("case", "c")) <= one.spent(("assessment", "a")) <= one.consumed_ms


@given(deeds)
def test_a_held_clock_consumes_nothing(history: list[Deed]) -> None:
    before = run(history)[-1]
    held = ledger.hold(before, "pause")
    later = Reading(
        monotonic_ms=held.last.monotonic_ms + 50_000, wall_ms=held.last.wall_ms + 50_000, boot_id=held.last.boot_id
    )
    assert ledger.observe(held, later).consumed_ms == before.consumed_ms
    assert lost.came_back(held, later, cap_ms=0).consumed_ms == before.consumed_ms


@given(deeds, st.integers(-(10**9), 10**9))
def test_the_wall_clock_makes_no_time_within_a_boot(history: list[Deed], wall_ms: int) -> None:
    before = run(history)[-1]
    later = Reading(monotonic_ms=before.last.monotonic_ms + 1_000, wall_ms=wall_ms, boot_id=before.last.boot_id)
    honest = Reading(monotonic_ms=later.monotonic_ms, wall_ms=before.last.wall_ms + 1_000, boot_id=before.last.boot_id)
    told, expected = ledger.observe(before, later), ledger.observe(before, honest)
    assert told.consumed_ms == expected.consumed_ms
    drift = wall_ms - honest.wall_ms
    kinds = [note.kind for note in told.notes[len(before.notes) :]]
    assert kinds == ([] if abs(drift) <= ledger.JUMP_MS else ["set-back" if drift < 0 else "jumped"])


@given(deeds)
def test_gaps_are_credited_up_to_the_cap_and_charged_beyond(history: list[Deed]) -> None:
    found = run(history)
    assert all(one.credited_ms <= CAP_MS for one in found)
    last = found[-1]
    credits_ms = sum(entry.amount_ms for entry in last.entries if entry.kind == "credit")
    assert credits_ms == last.credited_ms
    gaps_ms = sum(entry.amount_ms for entry in last.entries if entry.kind == "gap")
    assert gaps_ms >= credits_ms


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.booleans())
def test_a_gap_costs_what_the_cap_leaves(gap_ms: int, cap_ms: int, is_new_boot: bool) -> None:
    before = ledger.start(Ledger(last=Reading(monotonic_ms=70, wall_ms=10**12, boot_id="a")))
    later = Reading(
        monotonic_ms=5 if is_new_boot else 70 + gap_ms, wall_ms=10**12 + gap_ms, boot_id="b" if is_new_boot else "a"
    )
    after = lost.came_back(before, later, cap_ms=cap_ms)
    assert after.consumed_ms == max(gap_ms - cap_ms, 0)
    assert after.notes == ()


@given(st.integers(2_001, 10**9))
def test_a_clock_set_back_over_a_boot_leaves_a_note_and_changes_nothing(back_ms: int) -> None:
    before = ledger.start(Ledger(last=Reading(monotonic_ms=70, wall_ms=10**12, boot_id="a")))
    after = lost.came_back(before, Reading(monotonic_ms=5, wall_ms=10**12 - back_ms, boot_id="b"), cap_ms=0)
    assert after.consumed_ms == 0
    assert [(note.kind, note.delta_ms) for note in after.notes] == [("set-back", -back_ms)]


@given(deeds, st.integers(1, 10**6), st.lists(st.integers(0, 400_000), max_size=6), st.integers(0, 500_000))
def test_a_break_takes_its_length_and_not_a_millisecond_more(
    history: list[Deed], length_ms: int, steps: list[int], late_ms: int
) -> None:
    """However the time passes in which it began late and lasts, and however often the clock is read."""
    before = run(history)[-1]
    for reason in before.holds:
        before = ledger.release(before, reason)
    before = ledger.charge(ledger.end_rest(before), SCOPES[1])
    began_ms = before.consumed_ms
    now = before.last
    now = Reading(monotonic_ms=now.monotonic_ms + late_ms, wall_ms=now.wall_ms + late_ms, boot_id=now.boot_id)
    resting = ledger.rest(ledger.observe(before, now), length_ms, since_ms=began_ms)
    passed_ms = late_ms
    for step in steps:
        now = Reading(monotonic_ms=now.monotonic_ms + step, wall_ms=now.wall_ms + step, boot_id=now.boot_id)
        passed_ms += step
        assert resting.consumed_at(now) == began_ms + max(passed_ms - length_ms, 0)
        assert resting.rest_at(now) == max(length_ms - passed_ms, 0)
        resting = ledger.observe(resting, now)
    assert resting.consumed_ms == began_ms + max(passed_ms - length_ms, 0)
    held = sum(e.amount_ms for e in resting.entries[len(before.entries) :] if e.reason == "break") + resting.held_ms
    assert held == min(passed_ms, length_ms)


@given(deeds, st.integers(1, 10**6), st.integers(0, 2 * 10**6), st.booleans())
def test_a_gap_is_first_of_the_break(history: list[Deed], length_ms: int, gap_ms: int, is_new_boot: bool) -> None:
    before = run(history)[-1]
    for reason in before.holds:
        before = ledger.release(before, reason)
    resting = ledger.rest(ledger.end_rest(before), length_ms)
    last = resting.last
    later = Reading(
        monotonic_ms=5 if is_new_boot else last.monotonic_ms + gap_ms,
        wall_ms=last.wall_ms + gap_ms,
        boot_id=f"{last.boot_id}-next" if is_new_boot else last.boot_id,
    )
    after = lost.came_back(resting, later, cap_ms=resting.credited_ms)
    assert after.consumed_ms == resting.consumed_ms + max(gap_ms - length_ms, 0)
    assert after.rest_ms == max(length_ms - gap_ms, 0)


def test_a_monotonic_clock_that_goes_back_counts_nothing_twice() -> None:
    current = ledger.start(Ledger(last=Reading(monotonic_ms=100, wall_ms=0, boot_id="a")))
    for monotonic_ms in (90, 100, 150):
        current = ledger.observe(current, Reading(monotonic_ms=monotonic_ms, wall_ms=0, boot_id="a"))
    assert current.consumed_ms == 50


def test_the_ledger_reads_like_the_story_it_tells() -> None:
    def at(ms: int) -> Reading:
        return Reading(monotonic_ms=ms, wall_ms=ms, boot_id="a")

    current = ledger.charge(ledger.start(Ledger(last=at(0))), SCOPES[1])
    current = ledger.hold(ledger.observe(current, at(1_000)), "pause")
    current = ledger.release(ledger.observe(current, at(61_000)), "pause")
    current = ledger.charge(ledger.observe(current, at(63_500)), SCOPES[2])
    current = lost.came_back(current, at(80_000), cap_ms=10_000)
    current = ledger.stop(ledger.observe(current, at(81_000)))
    assert [(entry.kind, entry.amount_ms, entry.reason) for entry in current.entries] == [
        ("run", 1_000, ""),
        ("hold", 60_000, "pause"),
        ("run", 2_500, ""),
        ("gap", 16_500, "interrupted"),
        ("credit", 10_000, "interrupted"),
        ("run", 7_500, ""),
    ]
    assert (current.spent(("step", "s")), current.spent(("step", "t"))) == (3_500, 7_500)


@given(deeds, st.lists(st.tuples(st.integers(-50, 100_000), st.integers(-10_000, 10_000)), max_size=8))
def test_readings_at_once_come_to_what_they_come_to_one_by_one(
    history: list[Deed], steps: list[tuple[int, int]]
) -> None:
    before = run(history)[-1]
    now, readings = before.last, []
    for monotonic_ms, wall_ms in steps:
        now = Reading(
            monotonic_ms=now.monotonic_ms + monotonic_ms, wall_ms=now.wall_ms + wall_ms, boot_id=before.last.boot_id
        )
        readings.append(now)
    one_by_one = before
    for reading in readings:
        one_by_one = ledger.observe(one_by_one, reading)
    assert ledger.observe(before, *readings) == one_by_one
