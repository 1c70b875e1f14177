"""What identifies a result, which of several speaks, and what is said of a history that is in doubt."""

import json
from dataclasses import replace

import pytest

from pocus_desktop.appeals.appeal import NotTheBundleError, appeal
from pocus_desktop.appeals.axis import Axis, step_for
from pocus_desktop.appeals.document import document
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.several import SeveralSittingsError, speaking
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.sitting import events
from tests.appeals.eventful import eventful, with_grant
from tests.appeals.sealed import appeal_of, opened_of
from tests.sitting.world import World, choice, to_femoral


def test_the_result_with_the_most_events_speaks_and_supersedes_the_others(world: World) -> None:
    sitting = to_femoral(world.begin())
    partial = opened_of(world, sitting.recorded[:-2], is_partial=True)
    whole = opened_of(world, sitting.recorded)
    speaks, others = speaking([partial, whole])
    assert speaks is whole
    assert [(one.last_seq, one.is_partial, one.forks_at) for one in others] == [(partial.header.last_seq, True, 0)]


def test_of_two_histories_both_are_named_with_where_they_part(world: World) -> None:
    sitting = to_femoral(world.begin())
    recorded = sitting.recorded
    other = replace(recorded[-2], event=events.Answered(item="calf-size", response=choice("no")))
    fork = opened_of(world, (*recorded[:-2], other))
    found = appeal([fork, opened_of(world, recorded)], material=world.material(), hubs=[world.hub.public])
    (doubt,) = found.timeline.doubts
    assert (doubt.code, dict(doubt.params)) == ("appeals.forked", {"digest": fork.digest, "seq": recorded[-2].seq})


def test_the_result_that_the_hub_lets_speak_does_though_another_goes_further(world: World) -> None:
    recorded = to_femoral(world.begin()).recorded
    short, longer = opened_of(world, recorded[:-2]), opened_of(world, recorded)
    speaks, others = speaking([longer, short], chosen=short.digest)
    assert speaks is short
    assert [(one.digest, one.forks_at) for one in others] == [(longer.digest, short.header.last_seq + 1)]


def test_results_of_two_sittings_are_refused(world: World) -> None:
    one, other = to_femoral(world.begin(name="sitting")), to_femoral(world.begin(name="other"))
    first = opened_of(world, one.recorded)
    second = replace(first, header=first.header.model_copy(update={"sitting": other.state.opened.sitting}))
    with pytest.raises(SeveralSittingsError):
        speaking([first, second])


def test_another_bundle_is_refused_and_another_build_of_the_same_too(world: World) -> None:
    opened = opened_of(world, to_femoral(world.begin()).recorded)
    for changes in ({"bundle_version": 4}, {"manifest_digest": "cd" * 32}, {"bundle_id": "lung"}):
        with pytest.raises(NotTheBundleError):
            appeal([opened], material=world.material(**changes), hubs=[world.hub.public])


def test_an_admission_by_another_academy_is_shown_with_its_doubt(world: World) -> None:
    opened = opened_of(world, to_femoral(world.begin()).recorded)
    found = appeal([opened], material=world.material(), hubs=[SigningKey.generate().public])
    assert [one.code for one in found.timeline.doubts] == ["appeals.unvouched"]


def test_a_partial_result_says_so(world: World) -> None:
    partial = opened_of(world, to_femoral(world.begin()).recorded, is_partial=True)
    found = appeal([partial], material=None, hubs=[world.hub.public])
    assert [one.code for one in found.timeline.doubts] == ["appeals.partial", "appeals.no_content"]


def test_the_document_is_the_same_each_time_and_leaves_the_candidate_out_where_asked(world: World) -> None:
    opened = opened_of(world, with_grant(eventful(world)))
    found, again = (appeal([opened], material=world.material(), hubs=[world.hub.public]) for _ in range(2))
    told = json.dumps(document(found))
    assert told == json.dumps(document(again))
    assert "Ana Roe" in told
    blind = json.dumps(document(found, is_blind=True))
    assert "Ana Roe" not in blind
    assert "C-17" not in blind


def test_the_document_names_what_the_format_names(world: World) -> None:
    found = document(appeal_of(world, with_grant(eventful(world))))
    assert set(found) == {
        "format", "result", "accommodations", "has_content", "doubts", "totals", "spent", "screens", "clock", "plays",
        "answers", "events", "ledger",
    }  # fmt: skip
    assert found["format"] == 1


def test_moments_are_found_on_every_axis(world: World) -> None:
    found = appeal_of(world, with_grant(eventful(world)))
    axis = Axis(found.timeline)
    pause = next(one for one in found.timeline.clock if one.reasons == ("pause",))
    middle = axis.at(pause.begin.elapsed_ms + 10_000)
    assert middle.exam_ms == pause.begin.exam_ms
    assert middle.wall_ms == pause.begin.wall_ms + 10_000
    assert axis.elapsed_at(pause.begin.exam_ms - 1_000) == pause.begin.elapsed_ms - 1_000
    assert axis.elapsed_at(10**9) == axis.length_ms
    assert axis.at(-5) == found.timeline.begin


@pytest.mark.parametrize(
    ("span_ms", "at_most", "step_ms"), [(60_000, 6, 10_000), (3_600_000, 12, 300_000), (5, 10, 1_000)]
)
def test_rulers_count_in_steps_that_people_count_in(span_ms: int, at_most: int, step_ms: int) -> None:
    assert step_for(span_ms, at_most=at_most) == step_ms


def test_no_character_that_steers_stays_unseen() -> None:
    assert plain("a\u202eb\x1b[31m\x00") == "a⟨U+202E⟩b⟨U+001B⟩[31m⟨U+0000⟩"
    assert plain("\ufffc\ufdd0") == "⟨U+FFFC⟩⟨U+FDD0⟩"
    assert plain("one\r\ntwo\u2028three\rfour", keeps_lines=True) == "one\ntwo\nthree\nfour"
    assert plain("one\ntwo") == "one two"
    assert plain("<b>é</b> 試験") == "<b>é</b> 試験"


def test_time_granted_is_told_with_who_granted_it(world: World) -> None:
    found = appeal_of(world, with_grant(eventful(world))).timeline
    assert found.totals.granted_ms == 300_000
    grant = next(one for one in found.marks if one.kind == "time-granted")
    assert dict(grant.fields)["signer"] == "Proctor <North>"
