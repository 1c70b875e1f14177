"""An evaluator from nomination to answer, and the evaluators of one application together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.programme.peers import policy as policies
from pocus_desktop.programme.peers.evaluator import (
    Answered,
    Bounced,
    Declined,
    Event,
    Invited,
    Opened,
    Quieted,
    Reminded,
    Replaced,
    Saved,
    Stage,
    Standing,
    WindowClosed,
    as_json,
    from_json,
    step,
)
from pocus_desktop.programme.peers.panel import (
    Close,
    Invite,
    Member,
    Remind,
    may_replace,
    next_ms,
    plan,
    reminder_due_ms,
    seen_by_applicant,
    wanted,
)
from pocus_desktop.programme.peers.policy import DAY_MS

POLICY = policies.versioned(policies.shipped(), 1)
BEGUN = 1_772_000_000_000
END = BEGUN + 180 * DAY_MS
NEW = Standing(closes_ms=END)


def told(*events: Event, standing: Standing = NEW) -> Standing:
    for event in events:
        done = step(standing, event)
        assert done.refused is None, event
        standing = done.standing
    return standing


INVITED = told(Invited(at_ms=BEGUN))


def test_from_nomination_to_answer() -> None:
    found = told(
        Invited(at_ms=BEGUN),
        Reminded(at_ms=BEGUN + 7),
        Opened(at_ms=BEGUN + 8),
        Saved(at_ms=BEGUN + 9),
        Opened(at_ms=BEGUN + 10),
        Answered(at_ms=BEGUN + 11),
    )
    assert (found.stage, found.opened_ms, found.saved_ms, found.ended_ms) == (
        Stage.ANSWERED,
        BEGUN + 8,
        BEGUN + 9,
        BEGUN + 11,
    )
    assert found.mailed_ms == (BEGUN, BEGUN + 7)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (Answered(at_ms=BEGUN + 2), "sent"),
        (Saved(at_ms=BEGUN + 2), "sent"),
        (Opened(at_ms=BEGUN + 2), "sent"),
        (Declined(at_ms=BEGUN + 2, reason="no-time"), "sent"),
        (Replaced(at_ms=BEGUN + 2), "sent"),
        (Bounced(at_ms=BEGUN + 2), "sent"),
        (Reminded(at_ms=BEGUN + 2), "sent"),
    ],
)
def test_what_was_answered_stays(event: Event, why: str) -> None:
    answered = told(Opened(at_ms=BEGUN + 1), Answered(at_ms=BEGUN + 1), standing=INVITED)
    done = step(answered, event)
    assert (done.standing, done.refused) == (answered, why)
    assert step(answered, WindowClosed(at_ms=END)).standing == answered


def test_the_window_ends_at_its_first_moment_outside() -> None:
    assert step(INVITED, Opened(at_ms=END - 1)).refused is None
    assert step(INVITED, Opened(at_ms=END)).refused == "over"
    assert step(INVITED, WindowClosed(at_ms=END - 1)).standing == INVITED
    over = step(INVITED, WindowClosed(at_ms=END)).standing
    assert over.stage is Stage.EXPIRED
    assert step(over, Opened(at_ms=END + 1)).refused == "over"


def test_mail_that_comes_back_ends_it_unless_the_link_was_opened() -> None:
    bounced = told(Bounced(at_ms=BEGUN + 1), standing=INVITED)
    assert bounced.stage is Stage.BOUNCED
    assert step(bounced, Reminded(at_ms=BEGUN + 2)).refused == "not-invited"
    assert told(Opened(at_ms=BEGUN + 2), standing=bounced).stage is Stage.OPENED
    opened = told(Opened(at_ms=BEGUN + 1), Bounced(at_ms=BEGUN + 2), standing=INVITED)
    assert (opened.stage, opened.is_quiet) == (Stage.OPENED, True)


def test_who_is_not_invited_can_do_nothing_yet() -> None:
    assert step(NEW, Opened(at_ms=BEGUN)).refused == "not-invited"
    assert step(INVITED, Invited(at_ms=BEGUN + 1)).refused == "sent"


def test_quiet_is_never_refused_and_ends_the_reminders() -> None:
    quiet = told(Quieted(at_ms=BEGUN + 1), standing=INVITED)
    assert reminder_due_ms(INVITED, POLICY) == BEGUN + 7 * DAY_MS
    assert reminder_due_ms(quiet, POLICY) is None
    assert told(Opened(at_ms=BEGUN + 2), standing=quiet).stage is Stage.OPENED


EVENTS = st.one_of(
    *(
        st.builds(kind, at_ms=st.integers(BEGUN, END + 10))
        for kind in (Invited, Reminded, Opened, Saved, Answered, Bounced, Quieted, Replaced, WindowClosed)
    ),
    st.builds(Declined, at_ms=st.integers(BEGUN, END + 10), reason=st.sampled_from(["no-time", "never-scanned"])),
)


@given(st.lists(EVENTS, max_size=12))
def test_whatever_happens_it_can_be_kept_and_an_answer_is_the_last_word(events: list[Event]) -> None:
    standing, answered = NEW, None
    for event in events:
        standing = step(standing, event).standing
        assert from_json(as_json(standing)) == standing
        seen_by_applicant(standing)
        if answered is not None:
            assert replace(standing, is_quiet=False) == replace(answered, is_quiet=False)
        elif standing.stage is Stage.ANSWERED:
            answered = standing


@pytest.mark.parametrize("document", [{}, {**as_json(NEW), "stage": "asleep"}, {**as_json(NEW), "closes_ms": "soon"}])
def test_what_is_no_standing_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(document)  # type: ignore[arg-type]  # that is the point


def members(*standings: Standing) -> list[Member]:
    return [Member(evaluator_id=f"e{n}", number=n, standing=one) for n, one in enumerate(standings, 1)]


def test_all_or_some_are_written_to_and_others_stand_by() -> None:
    three = members(NEW, NEW, NEW)
    assert plan(three, POLICY, BEGUN) == (
        Invite(evaluator_id="e1"),
        Invite(evaluator_id="e2"),
        Invite(evaluator_id="e3"),
    )
    two = POLICY.model_copy(update={"contacted": 2})
    assert plan(three, two, BEGUN) == (Invite(evaluator_id="e1"), Invite(evaluator_id="e2"))
    declined = told(Declined(at_ms=BEGUN + 1, reason="never-scanned"), standing=INVITED)
    assert plan(members(declined, INVITED, NEW), two, BEGUN + 2) == (Invite(evaluator_id="e3"),)
    assert wanted(members(declined, INVITED, NEW), two) == 1


def test_reminders_are_due_by_the_days_and_once_before_the_end() -> None:
    standing, days = INVITED, []
    while (due := reminder_due_ms(standing, POLICY)) is not None:
        assert plan(members(standing), POLICY, due - 1) == ()
        assert plan(members(standing), POLICY, due) == (Remind(evaluator_id="e1", number=standing.reminders + 1),)
        assert next_ms(members(standing), POLICY, BEGUN) == due
        days.append((due - BEGUN) // DAY_MS)
        standing = told(Reminded(at_ms=due), standing=standing)
    assert days == [7, 21, 45, 170]
    assert next_ms(members(standing), POLICY, BEGUN) == END


def test_a_hub_that_was_away_sends_one_reminder_and_not_all_that_were_missed() -> None:
    late = BEGUN + 60 * DAY_MS
    assert plan(members(INVITED), POLICY, late) == (Remind(evaluator_id="e1", number=1),)
    after = told(Reminded(at_ms=late), standing=INVITED)
    assert reminder_due_ms(after, POLICY) == END - 10 * DAY_MS


def test_reminders_never_lie_close_together_nor_after_the_end() -> None:
    late = told(Reminded(at_ms=BEGUN + 6 * DAY_MS), standing=INVITED)
    assert reminder_due_ms(late, POLICY) == BEGUN + 10 * DAY_MS
    at_the_end = told(Reminded(at_ms=END - 11 * DAY_MS), standing=INVITED)
    assert reminder_due_ms(at_the_end, POLICY) == END - 7 * DAY_MS
    short = replace(INVITED, closes_ms=BEGUN + 3 * DAY_MS)
    assert reminder_due_ms(short, POLICY) is None


def test_the_end_closes_who_has_not_ended() -> None:
    opened = told(Opened(at_ms=BEGUN + 1), standing=INVITED)
    answered = told(Answered(at_ms=BEGUN + 2), standing=opened)
    found = plan(members(NEW, opened, answered), POLICY, END)
    assert found == (Close(evaluator_id="e1"), Close(evaluator_id="e2"))
    assert next_ms(members(answered), POLICY, BEGUN) is None


def test_nobody_replaces_who_answered_or_is_answering() -> None:
    opened = told(Opened(at_ms=BEGUN + 1), standing=INVITED)
    answered = told(Answered(at_ms=BEGUN + 2), standing=opened)
    bounced = told(Bounced(at_ms=BEGUN + 1), standing=INVITED)
    three = members(answered, opened, bounced)
    assert [may_replace(three, f"e{n}", POLICY, BEGUN + 90 * DAY_MS) for n in (1, 2, 3)] == [False, False, True]
    silent = members(INVITED)
    assert not may_replace(silent, "e1", POLICY, BEGUN + 30 * DAY_MS - 1)
    assert may_replace(silent, "e1", POLICY, BEGUN + 30 * DAY_MS)
    assert not may_replace(silent, "e1", POLICY, END)
    assert not may_replace(silent, "unknown", POLICY, BEGUN)
    none = POLICY.model_copy(update={"most_replacements": 0})
    assert not may_replace(three, "e3", none, BEGUN)


def test_who_declined_is_replaced_and_asked_nothing_more() -> None:
    declined = told(Opened(at_ms=BEGUN + 1), Declined(at_ms=BEGUN + 2, reason="no-time"), standing=INVITED)
    assert step(declined, Opened(at_ms=BEGUN + 3)).refused == "declined"
    assert told(Replaced(at_ms=BEGUN + 3), standing=declined).stage is Stage.REPLACED
