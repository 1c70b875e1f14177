"""What an order would do, said before it is given."""

from typing import Any, get_args

import pytest

from pocus_desktop.admission.proctor_order import Kind
from pocus_desktop.proctoring.order_plan import plan
from pocus_desktop.proctoring.room_state import SILENT_MS
from tests.proctoring.reports import STATION, sitting
from tests.proctoring.test_room import Story, begun

KINDS: tuple[Kind, ...] = get_args(Kind)


@pytest.mark.parametrize(
    ("kind", "changes", "why"),
    [
        pytest.param("pause", {}, None, id="pause-who-works"),
        pytest.param("pause", {"pause": "a rest"}, None, id="pause-who-paused-by-themselves"),
        pytest.param("pause", {"pause": "fire", "paused_by": "P."}, "paused-already", id="pause-twice"),
        pytest.param("resume", {}, "not-paused", id="resume-who-works"),
        pytest.param("resume", {"pause": "fire", "paused_by": "P."}, None, id="resume"),
        pytest.param("lower-hand", {}, "no-hand", id="answer-no-hand"),
        pytest.param("lower-hand", {"is_hand_raised": True}, None, id="answer-a-hand"),
        pytest.param("authorise", {}, "nothing-to-authorise", id="authorise-who-works"),
        pytest.param("authorise", {"stage": "identity"}, None, id="authorise-the-start"),
        pytest.param("authorise", {"is_barred": True}, None, id="authorise-to-go-on"),
        pytest.param("add-time", {"stage": "tutorial"}, "no-time", id="add-time-before-the-clock"),
        pytest.param("add-time", {}, None, id="add-time"),
        pytest.param("remove-time", {"stage": "identity"}, "no-time", id="remove-time-before-the-clock"),
        pytest.param("break", {"stage": "ready"}, "no-time", id="break-before-the-clock"),
        pytest.param("end", {"stage": "handed-in"}, "handed-in", id="end-what-is-over"),
        pytest.param("end", {}, None, id="end"),
        pytest.param("void", {"stage": "handed-in"}, "handed-in", id="void-what-is-over"),
        pytest.param("message", {"stage": "survey"}, "handed-in", id="message-after-the-hand-in"),
    ],
)
def test_an_order_goes_where_it_means_something(kind: Kind, changes: dict[str, Any], why: str | None) -> None:
    story = begun().reported(number=2, sitting=sitting(**changes))
    found = plan(story.state, kind, [STATION, STATION, "x25519-unknown"], now_ms=story.now_ms)
    assert [one.why for one in found.left_out] == ([] if why is None else [why])
    assert [one.candidate for one in found.targets] == (["A. Candidate"] if why is None else [])


def test_who_is_not_of_the_room_or_has_nobody_is_left_out() -> None:
    stranger = Story().opened().came(is_ours=False)
    assert [one.why for one in plan(stranger.state, "message", [STATION], now_ms=0).left_out] == ["not-in"]
    empty = Story().opened().came().reported(number=1)
    assert [one.why for one in plan(empty.state, "message", [STATION], now_ms=0).left_out] == ["no-sitting"]


def test_a_silent_station_is_named_as_one_that_may_hear_late() -> None:
    story = begun()
    assert [one.is_late for one in plan(story.state, "pause", [STATION], now_ms=story.now_ms).targets] == [False]
    later = story.now_ms + SILENT_MS + 1
    assert [one.is_late for one in plan(story.state, "pause", [STATION], now_ms=later).targets] == [True]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_order_says_what_it_does_and_what_is_seen_of_it(kind: Kind, language: str) -> None:
    found = plan(begun().state, kind, [STATION], now_ms=0)
    assert found.does(language) != found.is_seen(language)
    assert all("{" not in one.told(language) for one in found.left_out)
    assert found.needs_reason is (kind in {"pause", "add-time", "remove-time", "break", "end", "void"})
