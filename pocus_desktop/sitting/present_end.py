"""Views after the hand-in: the receipt, the survey."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pocus_desktop.kernel import words
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.delivery import Delivery
from pocus_desktop.sitting.feedback import feedback_at_end
from pocus_desktop.sitting.receipt import Receipt, compact, place_of
from pocus_desktop.sitting.state import SittingState
from pocus_desktop.sitting.views import HandedInView, SurveyView

QUESTIONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("instructions", ("clear", "mostly", "unclear")),
    ("media", ("good", "acceptable", "poor")),
    ("time", ("too-much", "right", "too-little")),
    ("ease", ("easy", "fair", "hard")),
)
"""Questions of the survey with the names of their answers; the words stand in the table."""

DELIVERY: Final[Mapping[str, str]] = {
    "sealing": "sitting.delivery_sealing",
    "local": "sitting.delivery_local",
    "waiting": "sitting.delivery_waiting",
    "sending": "sitting.delivery_sending",
    "held": "sitting.delivery_held",
    "received": "sitting.delivery_received",
    "refused": "sitting.delivery_refused",
}


def handed_in(course: Course, state: SittingState, key: ScoringKey | None, delivery: Delivery | None) -> HandedInView:
    """Handed in: where the sealed result is, and whether the hub has it."""
    language = state.comfort.language
    known = delivery or Delivery(sealed_path="", sealed_digest="")
    name = known.state if known.sealed_digest else "sealing" if state.opened.is_sent else "local"
    told = words.explain(DELIVERY[name], {"reason": known.reason}, language)
    points, lines = feedback_at_end(course, state, key)
    return HandedInView(
        sealed_path=known.sealed_path,
        sealed_digest=known.sealed_digest,
        delivery=known.state,
        delivery_told=told,
        receipt_lines=receipt_lines(known, known.receipt, language) if known.receipt is not None else (),
        receipt_qr=compact(known.receipt_document).decode("utf-8") if known.receipt is not None else "",
        ended=_ended(state, language),
        is_void=state.is_void,
        score=points,
        score_lines=lines,
    )


def _ended(state: SittingState, language: str) -> Explanation | None:
    if state.ended is None:
        return None
    code = "sitting.ended_void" if state.is_void else "sitting.ended_by_proctor"
    return words.explain(code, {"who": state.ended.who, "reason": state.ended.reason}, language)


def survey(state: SittingState) -> SurveyView:
    """A few questions about the experience."""
    language = state.comfort.language
    return SurveyView(
        questions=tuple(
            (
                name,
                words.say(f"sitting.survey.{name}.question", language),
                tuple((answer, words.say(f"sitting.survey.{name}.{answer}", language)) for answer in answers),
            )
            for name, answers in QUESTIONS
        )
    )


def receipt_lines(delivery: Delivery, receipt: Receipt, language: str) -> tuple[tuple[str, str], ...]:
    """A receipt in words: label and value."""
    received = datetime.fromtimestamp(receipt.received_at_ms / 1000, tz=UTC)
    values = (
        ("sitting", receipt.sitting),
        ("digest", receipt.sealed_digest),
        ("events", str(receipt.last_seq)),
        ("received", f"{received:%Y-%m-%d %H:%M:%S} UTC"),
        ("key", receipt.key_id),
        *_log_lines(delivery, receipt, language),
    )
    return tuple((words.say(f"sitting.receipt.{name}", language), value) for name, value in values)


def _log_lines(delivery: Delivery, receipt: Receipt, language: str) -> tuple[tuple[str, str], ...]:
    """Where the receipt stands in the academy's log, counted from 1 as people do."""
    place = None if receipt.log is None else place_of(delivery.receipt_document)
    return () if place is None else (("log", words.say("sitting.receipt.place", language, number=place + 1)),)
