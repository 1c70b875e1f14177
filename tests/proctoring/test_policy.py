"""What a proctor may grant: checked where an order is signed, with a way beyond that leaves a report."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.documents import BadDocumentError, checked
from pocus_desktop.admission.proctor_order import Act, AddTime, Break, End, Message, RemoveTime, Void
from pocus_desktop.admission.room_policy import (
    NotTheAcademysPolicyError,
    OlderPolicyError,
    PolicyOfOtherCentreError,
    RoomPolicy,
    issue_policy,
    read_policy,
)
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.policy import (
    FILE,
    BeyondPolicyError,
    Given,
    beyond,
    exceeded,
    given,
    held_policy,
    keep_policy,
)
from tests.ui.proctor.incidents import ACADEMY, draft, open_room

STATION = f"x25519-{1:032x}"
MIN_MS = 60_000


def policy(**changes: Any) -> RoomPolicy:
    fields: dict[str, Any] = {
        "policy_id": "pol_" + "0" * 20,
        "centre_id": "north",
        "made_at_ms": 5,
        "extra_once_minutes": 10,
        "extra_total_minutes": 15,
        "breaks": 1,
        "break_minutes": 10,
        "void_by": ("Ada Head",),
    }
    return checked(RoomPolicy, fields | changes)


@pytest.mark.parametrize(
    ("act", "before", "codes"),
    [
        pytest.param(AddTime(extra_ms=10 * MIN_MS), Given(), [], id="within"),
        pytest.param(AddTime(extra_ms=10 * MIN_MS + 1), Given(), ["extra_once"], id="too much at once"),
        pytest.param(AddTime(extra_ms=10 * MIN_MS), Given(extra_ms=6 * MIN_MS), ["extra_total"], id="too much in all"),
        pytest.param(RemoveTime(extra_ms=60 * MIN_MS), Given(), [], id="taking back is never beyond"),
        pytest.param(Break(minutes=10), Given(), [], id="a break"),
        pytest.param(Break(minutes=11), Given(breaks=1), ["breaks", "break_minutes"], id="a second, longer break"),
        pytest.param(Void(), Given(), ["void_who"], id="voiding by another"),
        pytest.param(End(), Given(), [], id="ending by anyone"),
        pytest.param(Message(text="hello"), Given(), [], id="a message"),
    ],
)
def test_what_is_beyond_the_policy(act: Act, before: Given, codes: list[str]) -> None:
    assert [one.code for one in beyond(policy(), act, before, who="P. Roctor")] == codes


def test_names_are_compared_as_people_do_and_nobody_is_nobody() -> None:
    assert beyond(policy(), Void(), Given(), who=" ada head ") == ()
    assert [one.code for one in beyond(policy(void_by=()), Void(), Given(), who="Ada Head")] == ["void_nobody"]
    held = beyond(policy(may_hold_clock=False), Break(minutes=5), Given(), who="x")
    assert [one.code for one in held] == ["break_holds"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_that_can_be_beyond_has_words(language: str) -> None:
    for code in (
        *("extra_once", "extra_total", "breaks", "break_minutes", "break_holds"),
        *("void_who", "void_nobody", "end_who", "end_nobody"),
    ):
        assert words.has(f"policy.{code}", language), code


@over(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 5))
def test_what_was_within_is_never_exceeded(before_ms: int, more_ms: int, breaks: int) -> None:
    so_far = Given(extra_ms=before_ms, breaks=breaks)
    if more_ms and not beyond(policy(), AddTime(extra_ms=min(more_ms, 7_200_000)), so_far, who="x"):
        after = Given(extra_ms=before_ms + min(more_ms, 7_200_000), breaks=0)
        assert exceeded(policy(), after) == ()


# in the room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[LiveRoom]:
    keep_policy(tmp_path, issue_policy(policy(), ACADEMY.signing), (ACADEMY.signing.public,), centre_id="north")
    made = open_room(tmp_path, ManualClock(), stations=2)
    yield made
    made.close()


def test_an_order_beyond_the_policy_is_not_signed_and_says_what_to_do(room: LiveRoom) -> None:
    with pytest.raises(BeyondPolicyError) as caught:
        room.order(STATION, AddTime(extra_ms=20 * MIN_MS), who="P. Roctor", reason="alarm")
    assert room.state.orders == {}
    assert "20 min" in caught.value.explain().what
    assert "incident" in caught.value.explain().next
    told = caught.value.explain("es").what
    limits = [words.say("policy.extra_once", one, asked=20, allowed=10) for one in ("es", "en")]
    assert [one in told for one in limits] == [True, False]


def test_what_was_granted_counts_and_what_was_taken_back_does_not(room: LiveRoom) -> None:
    room.order(STATION, AddTime(extra_ms=10 * MIN_MS), who="P. Roctor", reason="alarm")
    with pytest.raises(BeyondPolicyError):
        room.order(STATION, AddTime(extra_ms=10 * MIN_MS), who="P. Roctor", reason="alarm")
    room.order(STATION, RemoveTime(extra_ms=8 * MIN_MS), who="P. Roctor", reason="too much")
    room.order(STATION, AddTime(extra_ms=10 * MIN_MS), who="P. Roctor", reason="alarm")
    assert given(room.state, "adm-1").extra_ms == 12 * MIN_MS


def test_an_open_incident_is_the_way_beyond_and_stands_in_its_report(room: LiveRoom, tmp_path: Path) -> None:
    desk = IncidentDesk.of(room, tmp_path, clock=ManualClock())
    filed = desk.file(draft(), [STATION])
    room.order(
        STATION, AddTime(extra_ms=20 * MIN_MS), who="P. Roctor", reason=f"alarm, {filed.reference.replace(' ', '-')}"
    )
    later = desk.amend(filed.reference, draft(told="20 minutes given."), [STATION]).report.incident
    assert room.policy is not None
    assert later.last.policy == room.policy.digest
    assert any("20 min" in one for one in later.last.beyond)
    desk.amend(filed.reference, draft(told="Settled.", is_closed=True))
    with pytest.raises(BeyondPolicyError):
        room.order(STATION, AddTime(extra_ms=20 * MIN_MS), who="P. Roctor", reason=f"again {filed.reference}")


@pytest.mark.parametrize("reason", ["482 7105 9363", "123 4567 8901", "call 555-1234-5678"])
def test_a_number_that_is_no_open_incident_of_the_room_opens_nothing(room: LiveRoom, reason: str) -> None:
    with pytest.raises(BeyondPolicyError):
        room.order(STATION, Void(), who="P. Roctor", reason=reason)


def test_without_a_policy_each_order_needs_no_more_than_its_reason(tmp_path: Path) -> None:
    room = open_room(tmp_path, ManualClock(), stations=1)
    try:
        assert room.policy is None
        room.order(STATION, AddTime(extra_ms=120 * MIN_MS), who="P. Roctor", reason="alarm")
    finally:
        room.close()


# the document


def test_only_the_academys_policy_for_this_centre_is_taken(tmp_path: Path) -> None:
    hubs = (ACADEMY.signing.public,)
    with pytest.raises(NotTheAcademysPolicyError):
        read_policy(issue_policy(policy(), SigningKey.generate()), hubs, centre_id="north")
    with pytest.raises(PolicyOfOtherCentreError):
        read_policy(issue_policy(policy(), ACADEMY.signing), hubs, centre_id="south")
    with pytest.raises(BadDocumentError):
        policy(extra_once_minutes=-1)
    newer = keep_policy(tmp_path, issue_policy(policy(made_at_ms=9), ACADEMY.signing), hubs, centre_id="north")
    with pytest.raises(OlderPolicyError):
        keep_policy(tmp_path, issue_policy(policy(made_at_ms=8), ACADEMY.signing), hubs, centre_id="north")
    assert held_policy(tmp_path, hubs, centre_id="north") == newer


@pytest.mark.parametrize("cut", [0, 1, 40, 200])
def test_a_policy_that_was_spoilt_locks_nobody_out(tmp_path: Path, cut: int) -> None:
    envelope = issue_policy(policy(), ACADEMY.signing)
    (tmp_path / FILE).write_bytes(envelope[:cut])
    assert held_policy(tmp_path, (ACADEMY.signing.public,), centre_id="north") is None


def test_another_academys_keys_count_for_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(issue_policy(policy(), AcademyKeys.generate().signing))
    assert held_policy(tmp_path, (ACADEMY.signing.public,), centre_id="north") is None
