"""What is worth noting: stories of facts and notes."""

from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.sitting.integrity.codes import Code, Note, Withheld
from pocus_desktop.sitting.integrity.detector import (
    ALLOWED,
    REFILL_MS,
    Fact,
    Looked,
    Stood,
    Struck,
    Watch,
    step,
)

AWAY = Stood(what="focus", is_on=True)
BACK = Stood(what="focus", is_on=False)


class Story:
    """Facts at given times, and what was noted since the last look."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.now_ms = 1_000

    def given(self, fact: Fact, *, after_ms: int = 0) -> list[tuple[str, str]]:
        self.now_ms += after_ms
        self.watch, notes = step(self.watch, fact, now_ms=self.now_ms)
        return [(note.what.value, note.detail) for note in notes]


def test_the_focus_is_noted_when_it_goes_and_when_it_comes_with_how_long() -> None:
    story = Story()
    assert story.given(BACK) == []
    assert story.given(AWAY) == [("focus-lost", "")]
    assert story.given(AWAY, after_ms=500) == []
    assert story.given(BACK, after_ms=1_500) == [("focus-returned", "2000")]
    assert story.given(BACK) == []


def test_what_is_there_at_the_start_is_noted_once() -> None:
    story = Story()
    there = Looked(displays=2, programs=frozenset({"obs", "vnc"}), machine="kvm", is_remote=True, is_home_there=True)
    assert story.given(there) == [
        ("displays-present", "2"),
        ("program-running", "obs"),
        ("program-running", "vnc"),
        ("virtual-machine", "kvm"),
        ("remote-session", ""),
    ]
    assert story.given(there, after_ms=10_000) == []


def test_an_ordinary_computer_gives_no_note() -> None:
    ordinary = Looked(displays=1, programs=frozenset(), machine="", is_remote=False, is_home_there=True)
    assert Story().given(ordinary) == []


def test_what_comes_and_goes_is_noted() -> None:
    story = Story()
    story.given(Looked(displays=1, programs=frozenset(), is_home_there=True))
    assert story.given(Looked(displays=2)) == [("display-added", "2")]
    assert story.given(Looked(displays=1)) == [("display-removed", "1")]
    assert story.given(Looked(programs=frozenset({"zoom"}))) == [("program-running", "zoom")]
    assert story.given(Looked(programs=frozenset())) == [("program-ended", "zoom")]
    assert story.given(Looked(is_home_there=False)) == [("home-gone", "")]
    assert story.given(Looked(is_home_there=True), after_ms=4_000) == [("home-returned", "4000")]


def test_what_cannot_be_told_changes_nothing() -> None:
    story = Story()
    story.given(Looked(displays=2, programs=frozenset({"obs"}), machine="kvm", is_remote=True, is_home_there=True))
    assert story.given(Looked()) == []
    assert story.given(Looked(displays=2, programs=frozenset({"obs"}), machine="kvm", is_remote=True)) == []


def test_keys_and_clipboard_are_noted() -> None:
    story = Story()
    assert story.given(Struck(what="print-screen")) == [("print-screen", "")]
    assert story.given(Struck(what="clipboard")) == [("clipboard-changed", "")]


def test_a_flickering_focus_is_counted_and_told_when_there_is_room_again() -> None:
    story = Story()
    noted = []
    for _ in range(40):
        noted += story.given(AWAY, after_ms=100)
        noted += story.given(BACK, after_ms=100)
    assert noted == [("focus-lost", ""), ("focus-returned", "100")] * ALLOWED
    assert story.given(Looked(), after_ms=REFILL_MS) == [
        ("withheld", f"focus-lost {40 - ALLOWED} {(40 - ALLOWED) * 100}")
    ]
    assert story.given(Looked(), after_ms=REFILL_MS) == []


def test_one_family_takes_nothing_from_another() -> None:
    story = Story()
    for _ in range(ALLOWED + 5):
        story.given(Struck(what="clipboard"))
    assert story.given(AWAY) == [("focus-lost", "")]


def test_a_count_waits_until_what_it_counts_is_over() -> None:
    story = Story()
    for _ in range(ALLOWED):
        story.given(AWAY)
        story.given(BACK)
    assert story.given(AWAY) == []
    assert story.given(Looked(), after_ms=2 * REFILL_MS) == [], "still away: how long is not known yet"
    assert story.given(BACK, after_ms=1_000) == []
    assert story.given(Looked()) == [("withheld", f"focus-lost 1 {2 * REFILL_MS + 1_000}")]


FACTS = st.one_of(
    st.builds(Stood, what=st.sampled_from(["focus", "full-screen"]), is_on=st.booleans()),
    st.builds(Struck, what=st.sampled_from(["print-screen", "clipboard"])),
    st.builds(
        Looked,
        displays=st.none() | st.integers(0, 4),
        programs=st.none() | st.frozensets(st.sampled_from(["obs", "vnc", "zoom"])),
        machine=st.none() | st.sampled_from(["", "kvm", "qemu"]),
        is_remote=st.none() | st.booleans(),
        is_home_there=st.none() | st.booleans(),
    ),
)


@given(st.lists(st.tuples(st.integers(0, 30_000), FACTS), max_size=120))
def test_nothing_fills_a_journal_and_nothing_noted_is_lost(facts: list[tuple[int, Fact]]) -> None:
    story = Story()
    noted: list[tuple[str, str]] = []
    for after_ms, fact in facts:
        noted += story.given(fact, after_ms=after_ms)
    refills = (story.now_ms - 1_000) // REFILL_MS
    families = 8
    assert len(noted) <= 3 * families * (ALLOWED + refills + 1)
    for family in story.watch.allowances.values():
        assert 0 <= family.left <= ALLOWED
    lost = sum(1 for what, _ in noted if what == "focus-lost")
    returned = sum(1 for what, _ in noted if what == "focus-returned")
    assert returned <= lost <= returned + 1


def test_a_note_is_what_the_journal_takes() -> None:
    note = Note(what=Code.WITHHELD, detail=Withheld(code="focus-lost", count=3, lasted_ms=40).to_detail())
    assert note.detail == "focus-lost 3 40"
