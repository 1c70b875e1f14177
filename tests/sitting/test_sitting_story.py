"""A sitting as the person in front of it meets it: what they do, and what the screen then shows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.admission import Accommodations, start_code_verifier
from pocus_desktop.admission.errors import WrongBundleError
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.registry import Response
from pocus_desktop.kernel import words
from pocus_desktop.sitting import events, intents, views
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.session import Sitting
from tests.sitting.world import World, choice, number, to_case, to_femoral, to_review


def screen(sitting: Sitting) -> Any:
    """What is shown now."""
    return sitting.view().screen


def codes(sitting: Sitting) -> list[str]:
    """The codes of what the candidate is told now."""
    return [notice.code for notice in sitting.view().chrome.notices]


def answer(sitting: Sitting, item: str, response: Response) -> None:
    """Answer an item."""
    sitting.handle(intents.Answer(item=item, response=response))


def test_the_way_from_sign_in_to_farewell(world: World) -> None:
    sitting = world.begin()
    seen = [type(screen(sitting))]
    sitting.on_view(lambda view: seen.append(type(view.screen)) if type(view.screen) is not seen[-1] else None)
    to_review(sitting)
    sitting.handle(intents.HandIn(is_confirmed=True))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.AnswerSurvey(answers=(("ease", "easy"),)))
    assert seen == [
        views.IdentityView,
        views.SystemCheckView,
        views.AgreementView,
        views.ComfortView,
        views.TutorialView,
        views.ReadyView,
        views.CaseView,
        views.ReviewView,
        views.HandedInView,
        views.SurveyView,
        views.FarewellView,
    ]


def test_the_clock_stands_until_the_case_starts(world: World) -> None:
    sitting = world.begin()
    world.clock.advance(ms=600_000)
    to_case(sitting)
    assert sitting.state.ledger.consumed_ms == 0
    world.clock.advance(ms=1_000)
    left = {time.scope: time.left_ms for time in sitting.view().chrome.times}
    assert left == {"case": 25 * 60_000 - 1_000, "assessment": 30 * 60_000 - 1_000}


def test_accommodations_multiply_every_limit(world: World) -> None:
    sitting = to_femoral(world.begin(accommodations=Accommodations(time_factor=1.5)))
    limits = {time.scope: time.limit_ms for time in sitting.view().chrome.times}
    assert limits == {"item": 90_000, "step": 135_000, "phase": 540_000, "case": 2_250_000, "assessment": 2_700_000}


def test_a_required_clip_is_started_before_going_on(world: World) -> None:
    sitting = to_case(world.begin())
    assert screen(sitting).next_refused is not None
    sitting.handle(intents.GoNext())
    assert (screen(sitting).step, codes(sitting)) == ("arrival", ["sitting.clip_first"])
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.GoNext())
    assert screen(sitting).step == "risk"


def test_required_items_ask_for_confirmation(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.GoNext())
    assert (screen(sitting).step, codes(sitting)) == ("risk", ["sitting.unanswered"])
    assert screen(sitting).unanswered == (1,)
    sitting.handle(intents.GoNext(is_confirmed=True))
    assert screen(sitting).step == "calf"


def test_a_second_click_does_not_skip_the_next_step(world: World) -> None:
    sitting = to_femoral(world.begin())
    for _ in range(2):
        sitting.handle(intents.GoNext(is_confirmed=True, step="femoral"))
    assert screen(sitting).step == "again"


def test_an_answer_is_shown_once_it_is_durable(world: World) -> None:
    sitting = to_femoral(world.begin())
    answer(sitting, "diameter", number("11", "mm"))
    shown = {item.item.id: item.response for item in screen(sitting).items}
    assert shown == {"compressible": None, "diameter": number("11", "mm")}
    assert sitting.view().chrome.saved == "saved"


def test_the_branch_follows_the_answer(world: World) -> None:
    sitting = to_femoral(world.begin())
    answer(sitting, "compressible", choice("yes"))
    sitting.handle(intents.GoNext())
    view = sitting.view()
    assert isinstance(view.screen, views.CaseView)
    (card,) = view.screen.stage
    assert isinstance(card, views.PatientCard)
    assert (view.screen.step, view.chrome.simulated_ms) == ("again", 1_800_000)
    assert (card.state.id, card.previous and card.previous.id) == ("worse", "stable")


def test_an_item_locks_when_its_time_is_over(world: World) -> None:
    sitting = to_femoral(world.begin())
    answer(sitting, "compressible", choice("yes"))
    world.clock.advance(ms=60_000)
    sitting.tick()
    assert codes(sitting) == ["sitting.item_time_over"]
    answer(sitting, "compressible", choice("no"))
    assert codes(sitting) == ["sitting.item_locked"]
    assert sitting.state.responses["compressible"] == choice("yes")
    assert [item.locked_reason is not None for item in screen(sitting).items] == [True, False]


@pytest.mark.parametrize(("late_ms", "is_taken"), [(-1, True), (0, False), (1, False)])
def test_the_stamp_on_arrival_decides_the_deadline(world: World, late_ms: int, *, is_taken: bool) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=90_000 + late_ms)
    answer(sitting, "diameter", number("11", "mm"))
    assert ("diameter" in sitting.state.responses) is is_taken
    assert ("sitting.item_closed" in codes(sitting)) is not is_taken
    assert screen(sitting).step == ("femoral" if is_taken else "again")


def test_limits_that_ran_out_while_nobody_looked_fire_each_at_its_time(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=6 * 60_000 + 5_000)
    sitting.tick()
    fired = [
        (one.event.timer, one.event.due_ms) for one in sitting.recorded if isinstance(one.event, events.TimerFired)
    ]
    assert fired == [("item:compressible", 60_000), ("step:femoral", 90_000), ("phase:interpretation", 360_000)]
    assert screen(sitting).step == "plan"
    assert sitting.state.ledger.spent(("step", "femoral")) == 90_000
    assert sitting.state.ledger.spent(("step", "again")) == 270_000
    assert sitting.state.ledger.spent(("step", "plan")) == 5_000


def test_a_step_of_a_nonlinear_phase_has_one_limit_for_all_visits(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.GoNext(is_confirmed=True))
    world.clock.advance(ms=90_000)
    sitting.handle(intents.GoBack())
    world.clock.advance(ms=50_000)
    sitting.handle(intents.GoNext(is_confirmed=True))
    (left,) = [time.left_ms for time in sitting.view().chrome.times if time.scope == "step"]
    assert left == 30_000


def test_there_is_no_way_back_in_a_linear_phase(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.handle(intents.GoBack())
    assert codes(sitting) == ["sitting.cannot_go_back"]
    sitting.handle(intents.GoTo(step="risk"))
    assert codes(sitting) == ["sitting.cannot_go_there"]


def test_back_and_forth_in_a_nonlinear_phase(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.GoNext(is_confirmed=True))
    assert screen(sitting).can_go_back
    sitting.handle(intents.GoBack())
    assert (screen(sitting).step, screen(sitting).visit) == ("risk", 2)


def test_the_review_leads_back_into_a_nonlinear_last_phase(world: World) -> None:
    sitting = to_review(world.begin())
    returnable = {line.item for line in screen(sitting).lines if line.can_return}
    assert returnable == {"treatment", "letter"}
    sitting.handle(intents.GoTo(step="plan"))
    answer(sitting, "treatment", choice("wait"))
    assert sitting.state.responses["treatment"] == choice("wait")
    sitting.handle(intents.GoNext())
    assert screen(sitting).is_last
    sitting.handle(intents.GoTo(step="notes"))
    sitting.handle(intents.GoNext())
    assert isinstance(screen(sitting), views.ReviewView)


def test_handing_in_asks_before_it_leaves_something_unanswered(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.handle(intents.HandIn())
    assert codes(sitting) == ["sitting.hand_in_unconfirmed"]
    sitting.handle(intents.HandIn(is_confirmed=True))
    assert isinstance(screen(sitting), views.HandedInView)


def test_plays_are_counted_at_start_and_given_back_when_they_fail(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    clip = screen(sitting).stage[0]
    assert (clip.plays_used, clip.plays_left, clip.is_started) == (1, 1, True)
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    assert screen(sitting).stage[0].plays_used == 1
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="failed", position_ms=0, reason="media.broken"))
    clip = screen(sitting).stage[0]
    assert (clip.plays_used, clip.plays_left, clip.failure) == (0, 2, "media.broken")
    assert codes(sitting) == ["sitting.play_given_back", "sitting.clock_waits"]
    for _ in range(2):
        sitting.handle(intents.PlayClip(clip="arrival.0"))
        sitting.handle(intents.ReportMedia(clip="arrival.0", what="ended", position_ms=9_000))
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    assert codes(sitting) == ["sitting.no_plays_left"]
    assert screen(sitting).stage[0].plays_used == 2


def test_media_and_cine_stand_where_they_were_left(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=4_200))
    sitting.close()
    again = world.again()
    clip = screen(again).stage[0]
    assert (clip.is_started, clip.position_ms, clip.plays_used) == (True, 4_200, 1)
    again.handle(intents.GoNext())
    again.handle(intents.GoNext(is_confirmed=True))
    again.handle(intents.GoNext())
    again.handle(intents.ReportCine(cine="femoral.0", frame=17))
    again.close()
    assert screen(world.again()).stage[0].frame == 17


def test_comfort_changes_the_language_and_costs_no_time(world: World) -> None:
    sitting = to_case(world.begin())
    comfort = replace(sitting.view().chrome.comfort, language="es", text_percent=150)
    sitting.handle(intents.SetComfort(**{name: getattr(comfort, name) for name in comfort.__slots__}))
    assert sitting.view().chrome.case_title == "Una pantorrilla hinchada"
    assert sitting.view().chrome.comfort == comfort


def test_warnings_come_at_ten_five_and_one_minute_and_go(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=29_999)
    assert codes(sitting) == []
    world.clock.advance(ms=1)
    assert codes(sitting) == ["sitting.minutes_left_1"]
    assert sitting.next_due_ms() == 1_000 + 500  # a sign of life is due long before
    sitting.tick()
    assert sitting.next_due_ms() == world.clock.read().monotonic_ms + 500
    world.clock.advance(ms=20_000)
    assert codes(sitting) == []


def test_a_candidate_pauses_only_where_it_is_allowed(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.handle(intents.Pause(reason="break"))
    assert codes(sitting) == ["sitting.cannot_pause"]
    sitting.record(events.Paused(reason="fire alarm", by="P. Roctor"))
    assert screen(sitting).can_resume is False
    world.clock.advance(ms=300_000)
    answer(sitting, "diameter", number("11", "mm"))
    assert codes(sitting) == ["sitting.paused_refused"]
    sitting.handle(intents.Resume())
    assert isinstance(screen(sitting), views.PausedView)
    sitting.record(events.Continued(by="P. Roctor"))
    assert (screen(sitting).step, sitting.state.ledger.consumed_ms) == ("femoral", 0)


def test_a_break_stops_the_clock(world: World) -> None:
    sitting = to_femoral(world.begin(accommodations=Accommodations(can_pause=True)))
    sitting.handle(intents.Pause(reason="break"))
    world.clock.advance(ms=300_000)
    sitting.tick()
    sitting.handle(intents.Resume())
    assert (screen(sitting).step, sitting.state.ledger.consumed_ms) == ("femoral", 0)


def test_granted_time_moves_a_deadline(world: World) -> None:
    sitting = to_femoral(world.begin())
    grant = events.TimeGranted(scope="step", scope_id="femoral", extra_ms=60_000, reason="noise", signer="P. Roctor")
    sitting.record(grant)
    assert codes(sitting) == ["sitting.time_granted"]
    world.clock.advance(ms=149_999)
    sitting.tick()
    assert screen(sitting).step == "femoral"
    world.clock.advance(ms=1)
    sitting.tick()
    assert screen(sitting).step == "again"


def test_a_raised_hand_is_seen_until_the_proctor_lowers_it(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.handle(intents.CallProctor(note="no sound"))
    assert sitting.view().chrome.is_hand_raised
    sitting.record(events.HandLowered())
    assert not sitting.view().chrome.is_hand_raised


def test_declining_the_agreement_ends_the_sitting_unused(world: World) -> None:
    sitting = world.begin()
    for intent in (intents.ConfirmIdentity(), intents.PassSystemCheck(), intents.DeclineAgreement()):
        sitting.handle(intent)
    assert screen(sitting) == views.FarewellView(is_declined=True)
    assert sitting.sealed is None


def test_a_live_sitting_needs_the_proctors_start_code(world: World) -> None:
    verifier = start_code_verifier("blue fox", admission_id="adm_1")
    sitting = world.begin(mode=Mode.LIVE, start_code=verifier)
    assert screen(sitting).needs_start_code
    for _ in range(3):
        sitting.handle(intents.ConfirmIdentity(start_code="red fox"))
        assert codes(sitting) == ["sitting.wrong_start_code"]
    sitting.handle(intents.ConfirmIdentity(start_code="Blue Fox"))
    assert codes(sitting) == ["sitting.start_code_wait"]
    world.clock.advance(ms=30_000)
    sitting.handle(intents.ConfirmIdentity(start_code="Blue Fox"))
    assert isinstance(screen(sitting), views.SystemCheckView)
    tried = [one.event for one in sitting.recorded if isinstance(one.event, events.StartCodeTried)]
    assert [(event.is_right, event.came_too_soon) for event in tried] == [
        (False, False),
        (False, False),
        (False, False),
        (False, True),
        (True, False),
    ]


def test_practice_says_at_once_whether_a_choice_is_right(world: World) -> None:
    sitting = world.begin(mode=Mode.PRACTICE, has_key=True, recipients=())
    for intent in (
        intents.ConfirmIdentity(),
        intents.PassSystemCheck(),
        intents.FinishComfort(),
        intents.FinishTutorial(),
        intents.StartCase(),
        intents.PlayClip(clip="arrival.0"),
        intents.GoNext(),
    ):
        sitting.handle(intent)
    assert screen(sitting).items[0].feedback is None
    answer(sitting, "risk-factors", choice("flight"))
    feedback = screen(sitting).items[0].feedback
    assert (feedback.verdict, feedback.points, feedback.correct) == ("partly", 1, "Long flight; Contraceptive")
    sitting.handle(intents.GoNext())
    answer(sitting, "calf-size", number("3", "cm"))
    assert screen(sitting).items[0].feedback is None
    sitting.handle(intents.GoNext())
    answer(sitting, "compressible", choice("yes"))
    feedback = screen(sitting).items[0].feedback
    assert feedback.rationale == "The walls do not meet.\nThey stay apart."
    assert (feedback.verdict, feedback.citations) == ("incorrect", ("A guideline, 2020",))
    sitting.handle(intents.HandIn(is_confirmed=True))
    end = screen(sitting)
    assert (end.score, end.sealed_path) == ((2.0, 7.0), "")
    verdicts = {line.split(".")[0]: told.verdict for line, told in end.score_lines}
    assert verdicts == {
        "1": "partly",
        "2": "correct",
        "3": "incorrect",
        "4": "unanswered",
        "6": "unanswered",
        "7": "unanswered",
    }


def test_a_trial_shows_no_score_even_if_a_key_is_there(world: World) -> None:
    sitting = to_review(world.begin(has_key=True))
    sitting.handle(intents.HandIn(is_confirmed=True))
    assert (screen(sitting).score, screen(sitting).score_lines) == (None, ())


def test_review_is_free_and_jumps_anywhere(world: World) -> None:
    sitting = world.begin(mode=Mode.REVIEW, has_key=True, recipients=())
    assert screen(sitting).step == "arrival"
    assert sitting.view().chrome.times == ()
    assert [name for name, _ in screen(sitting).jumps][:2] == ["arrival", "risk"]
    sitting.handle(intents.GoTo(step="femoral"))
    world.clock.advance(ms=10**7)
    sitting.tick()
    assert screen(sitting).step == "femoral"
    assert screen(sitting).items[0].feedback.verdict == "unanswered"
    sitting.handle(intents.GoTo(step="notes"))
    sitting.handle(intents.GoNext())
    assert isinstance(screen(sitting), views.ReviewView)
    sitting.handle(intents.GoTo(step="arrival"))
    assert screen(sitting).step == "arrival"


def test_only_review_takes_material_that_was_never_a_bundle(world: World, tmp_path: Path) -> None:
    material = Material.preview(world.assessment)
    with pytest.raises(WrongBundleError):
        Sitting.open(
            tmp_path / "x",
            admission=world.admit(minimum_version=1),
            material=material,
            station=world.station,
            clock=world.clock,
        )


def test_an_answer_that_no_screen_can_send_is_refused(world: World) -> None:
    sitting = to_femoral(world.begin())
    answer(sitting, "compressible", ChoiceResponse(choices=("yes", "no")))
    assert codes(sitting) == ["sitting.bad_response"]
    answer(sitting, "diameter", choice("yes"))
    assert codes(sitting) == ["sitting.bad_response"]
    assert not {"compressible", "diameter"} & set(sitting.state.responses)


def test_choices_are_shuffled_the_same_way_every_time(world: World) -> None:
    sitting = to_case(world.begin())
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.GoNext())
    order = screen(sitting).items[0].choice_order
    assert set(order) == {"flight", "pill", "sport", "none"}
    assert order[-1] == "none"
    sitting.close()
    assert screen(world.again()).items[0].choice_order == order


def test_the_receipt_and_survey_are_in_the_candidates_language(world: World) -> None:
    sitting = to_review(world.begin())
    sitting.handle(intents.HandIn(is_confirmed=True))
    assert sitting.sealed is not None
    sitting.note_delivery(sitting.sealed.sealed_digest, "refused", reason="sync.offline")
    assert "sync.offline" in screen(sitting).delivery_told.what
    sitting.handle(intents.GoNext())
    assert [name for name, _, _ in screen(sitting).questions] == ["instructions", "media", "time", "ease"]


@pytest.mark.parametrize("language", words.languages())
def test_every_screen_has_words_in_every_language(world: World, language: str) -> None:
    sitting = world.begin(name=language, accommodations=Accommodations(language=language))
    seen: list[views.View] = []
    sitting.on_view(seen.append)
    to_review(sitting)
    sitting.handle(intents.HandIn(is_confirmed=True))
    sitting.handle(intents.GoNext())
    told = repr(seen)
    assert "{" not in told.replace("mappingproxy({", "").replace("root={", "").replace("={}", "").replace(
        "captions={", ""
    )
    assert words.say("sitting.agreement.title", language) in told
    assert words.say("sitting.survey.time.question", language) in told
