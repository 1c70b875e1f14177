"""An answer as people read it."""

from pocus_desktop.kernel import words
from pocus_desktop.programme.peers.questionnaire import UNSEEN, Choice, Question, Questionnaire, Rated, Statement


def answer_told(questionnaire: Questionnaire, question: Question, answer: str, language: str) -> str:
    """In words; empty where there is none."""
    if not answer:
        return ""
    match question:
        case Rated() if answer == UNSEEN:
            return words.say("peers.unseen", language)
        case Rated():
            points = questionnaire.scale(question).points
            return next(point.label.told(language) for point in points if str(point.value) == answer)
        case Choice():
            return next(option.label.told(language) for option in question.options if option.id == answer)
        case Statement():
            return words.say("peers.review.yes", language)
        case _:
            return answer
