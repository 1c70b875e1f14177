"""From what a person asks for to what is journalled."""

from typing import assert_never

from pocus_desktop.admission.proctor_order import ProctorOrder, VerifiedOrder
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.events import Event
from pocus_desktop.sitting.fold_orders import out_of_turn
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.orders import find
from pocus_desktop.sitting.state import SittingState, Stage


def event_of(intent: Intent, state: SittingState) -> Event | None:
    """The event to journal; None where there is nothing to write down (an answer that stands already so).

    `ConfirmIdentity` and `UseCode` are the runner's own: it may have to check a code first.
    """
    match intent:
        case intents.ConfirmIdentity():
            return events.IdentityConfirmed()
        case intents.UseCode():
            return None
        case intents.PassSystemCheck(findings=findings):
            return events.SystemCheckPassed(findings=findings)
        case intents.AcceptAgreement(version=version):
            return events.AgreementAccepted(version=version)
        case intents.DeclineAgreement():
            return events.AgreementDeclined()
        case intents.SetComfort():
            return _comfort(intent)
        case intents.FinishComfort():
            return events.ComfortFinished()
        case intents.FinishTutorial():
            return events.TutorialFinished()
        case intents.StartCase():
            return events.CaseStarted()
        case intents.Answer(item=item, response=response):
            stands = state.responses.get(item) == response and state.stage is Stage.CASE
            return None if stands else events.Answered(item=item, response=response)
        case intents.Flag(item=item, is_flagged=is_flagged):
            return events.Flagged(item=item, is_flagged=is_flagged)
        case intents.GoNext(is_confirmed=is_confirmed, step=step):
            if state.is_over:
                return events.LeftReceipt()
            return events.WentOn(is_confirmed=is_confirmed, step=step)
        case intents.GoBack():
            return events.WentBack()
        case intents.GoTo(step=step):
            return events.WentTo(step=step)
        case intents.PlayClip(clip=clip):
            return events.PlayStarted(clip=clip)
        case intents.ReportMedia(clip=clip, what=what, position_ms=position_ms, reason=reason):
            return events.MediaReported(clip=clip, what=what, position_ms=max(position_ms, 0), reason=reason)
        case intents.ReportCine(cine=cine, frame=frame):
            return None if state.cines.get(cine, 0) == frame else events.CineLeft(cine=cine, frame=max(frame, 0))
        case intents.Pause(reason=reason):
            return events.Paused(reason=reason)
        case intents.Resume():
            return events.Continued()
        case intents.EndBreak():
            return None if state.rest is None else events.BreakEnded()
        case intents.Leave():
            return None if state.is_over else events.Left()
        case intents.CallProctor(note=note):
            return events.ProctorCalled(note=note)
        case intents.SeeWord(order_id=order_id):
            is_new = any(word.order_id == order_id for word in state.unseen_words)
            return events.WordSeen(order_id=order_id) if is_new else None
        case intents.NoteIntegrity(what=what, detail=detail):
            return events.IntegrityNoted(what=what, detail=detail)
        case intents.HandIn(is_confirmed=is_confirmed):
            return events.HandedIn(is_confirmed=is_confirmed)
        case intents.AnswerSurvey(answers=answers):
            return events.SurveyAnswered(answers=answers)
        case _:
            assert_never(intent)


def event_of_order(verified: VerifiedOrder, state: SittingState) -> Event | None:
    """The event to journal; None for an order that came before, comes too early, or for a sitting that is over.

    One that comes too late, or does not apply, is journalled: that it was refused is worth knowing later.
    """
    return None if not_taken(verified.order, state) else events.Ordered(order=verified.envelope)


def not_taken(order: ProctorOrder, state: SittingState) -> str:
    """Why an order is not journalled: the code of it, empty where it is."""
    if find(state.orders, order.order_id) is not None:
        return "order.came_before"
    if state.is_over:
        return "order.sitting_over"
    return "order.gap" if out_of_turn(state, order) == "order.gap" else ""


def _comfort(intent: intents.SetComfort) -> events.ComfortSet:
    return events.ComfortSet(
        text_percent=min(max(intent.text_percent, 50), 400),
        theme=intent.theme,
        captions=intent.captions,
        caption_percent=min(max(intent.caption_percent, 50), 400),
        volume_percent=min(max(intent.volume_percent, 0), 100),
        language=intent.language,
        is_reduced_motion=intent.is_reduced_motion,
        is_clock_hidden=intent.is_clock_hidden,
    )
