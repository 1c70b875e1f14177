"""The checklist at the end: what makes it green, and what it says while it is not."""

from dataclasses import replace
from itertools import product

import pytest

from pocus_desktop.proctoring.close_out import SittingEnd, as_document, checklist, stand_of

SENT = SittingEnd(
    admission_id="adm_1",
    candidate_id="C-1",
    name="Ana Ruiz",
    station="Desk 1",
    is_here=True,
    has_begun=True,
    is_over=True,
    is_sealed=True,
    is_sent=True,
)
ABSENT = SittingEnd(admission_id="a", candidate_id="c", name="n")


@pytest.mark.parametrize(
    ("end", "stand", "is_done"),
    [
        pytest.param(SENT, "sent", True, id="sent"),
        pytest.param(replace(SENT, is_sent=False, is_copied=True), "on-stick", True, id="on-the-stick"),
        pytest.param(replace(SENT, is_sent=False), "waiting", False, id="at-its-station-only"),
        pytest.param(replace(SENT, is_sent=False, is_held=True), "held", False, id="at-the-console-only"),
        pytest.param(replace(SENT, is_sent=False, is_refused=True, is_copied=True), "refused", False, id="refused"),
        pytest.param(replace(SENT, is_sent=False, is_sealed=False), "unsealed", False, id="not-sealed"),
        pytest.param(replace(SENT, is_over=False, is_sent=False, is_sealed=False), "running", False, id="not-over"),
        pytest.param(replace(SENT, has_begun=False), "not-begun", True, id="checked-in-and-never-begun"),
        pytest.param(replace(SENT, has_begun=False, is_heard=False), "not-begun", False, id="nobody-knows-if-begun"),
        pytest.param(ABSENT, "absent", True, id="absent"),
        pytest.param(replace(SENT, is_void=True), "voided", True, id="void-and-sent"),
        pytest.param(replace(ABSENT, unheard=("Desk 2",)), "unheard", False, id="absent-as-far-as-is-known"),
        pytest.param(replace(SENT, is_void=True, is_sent=False), "voided", False, id="void-and-only-here"),
        pytest.param(replace(SENT, is_void=True, is_sent=False, is_copied=True), "voided", True, id="void-on-stick"),
        pytest.param(
            replace(SENT, is_void=True, is_sent=False, is_copied=True, is_refused=True),
            "voided",
            False,
            id="void-on-stick-and-refused",
        ),
    ],
)
def test_a_line_is_done_where_nothing_can_be_lost(end: SittingEnd, stand: str, is_done: bool) -> None:
    (line,) = checklist([end]).lines
    assert (line.stand, line.is_done) == (stand, is_done)
    for language in ("en", "es"):
        told = line.told(language)
        assert told.what
        assert bool(told.next) is not is_done
        assert "{" not in told.what + told.next


def test_a_day_of_which_nothing_is_known_is_not_green() -> None:
    empty = checklist([])
    assert not empty.is_green
    assert "Nothing is known" in empty.verdict().what
    assert as_document(empty)["is_green"] is False


def test_reports_that_wait_are_told_and_hold_no_room_open() -> None:
    whole = checklist([SENT], reports=2)
    assert whole.is_green
    assert any("2" in note for note in whole.notes())


def test_it_is_green_only_where_every_sitting_is_handed_in_sealed_and_sent_or_on_the_stick() -> None:
    for is_over, is_sealed, is_sent, is_copied in product((False, True), repeat=4):
        end = replace(SENT, is_over=is_over, is_sealed=is_sealed, is_sent=is_sent, is_copied=is_copied)
        is_safe = is_over and is_sealed and (is_sent or is_copied)
        assert checklist([SENT, end]).is_green is is_safe, end


def test_what_is_missing_stands_first_and_notes_keep_nobody() -> None:
    running = replace(SENT, admission_id="adm_2", name="Bo Li", is_over=False, is_heard=False)
    whole = checklist([SENT, running], hands=["Desk 4"], orders=2, incidents=1)
    assert [line.end.name for line in whole.lines] == ["Bo Li", "Ana Ruiz"]
    assert [line.end.name for line in whole.missing] == ["Bo Li"]
    assert "Desk 1 is silent" in whole.lines[0].told().next
    assert whole.verdict().what.startswith("Not yet: 1 ")
    assert len(whole.notes()) == 3
    settled = checklist([SENT], hands=["Desk 4"], incidents=1)
    assert settled.is_green
    assert settled.verdict("es").what.startswith("Todo está a salvo")


def test_a_receipt_alone_does_not_stand_for_a_sitting_that_goes_on() -> None:
    assert stand_of(replace(SENT, is_over=False)) == "running"
