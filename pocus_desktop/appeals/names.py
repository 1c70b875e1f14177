"""What things are called: by the assessment's own titles where it is at hand, by their ids where it is not."""

from typing import Final

from pocus_desktop.case.items.choice import ChoiceItem, ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.hotspot import HotspotItem, HotspotResponse
from pocus_desktop.case.items.registry import Item, Response
from pocus_desktop.case.items.select_point import SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.kernel import words
from pocus_desktop.scenario.vocabulary import limit_of
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.ledger import Scope

_LONGEST_PROMPT: Final = 90
SHORT_PROMPT: Final = 36
"""As much of a prompt as a list has room for beside the answer."""


class Names:
    """Names in one language.

    Args:
        course: The assessment; None where it is not at hand.
        language: The reader's, not the candidate's.
        longest_prompt: How much of a question's prompt is its name.
    """

    def __init__(self, course: Course | None, language: str, *, longest_prompt: int = _LONGEST_PROMPT) -> None:
        self._course = course
        self._longest = longest_prompt
        self.language: Final = language

    def case(self, name: str) -> str:
        """A case."""
        cases = self._course.assessment.cases if self._course is not None else ()
        found = next((one for one in cases if one.id == name), None)
        return name if found is None else found.title(self.language)

    def phase(self, name: str) -> str:
        """A phase."""
        places = self._course.plan.places.values() if self._course is not None else ()
        found = next((one.phase for one in places if one.phase.id == name), None)
        return name if found is None else found.title(self.language)

    def step(self, name: str) -> str:
        """A step."""
        place = self._course.plan.places.get(name) if self._course is not None else None
        return name if place is None else place.step.title(self.language)

    def patient(self, case: str, name: str) -> str:
        """A state of a case's patient."""
        cases = self._course.assessment.cases if self._course is not None else ()
        found = next((one.patient for one in cases if one.id == case), None)
        states = found.states if found is not None else ()
        return next((one.title(self.language) for one in states if one.id == name), name)

    def clip(self, key: str) -> str:
        """A clip, by its stage key: its title, or the step that shows it."""
        clip = self._course.plan.clips.get(key) if self._course is not None else None
        if clip is None:
            return key
        return clip.title(self.language) if clip.title is not None else self.step(key.rpartition(".")[0])

    def item(self, name: str) -> str:
        """A question: its number and the beginning of its prompt."""
        item = self._item(name)
        if item is None or self._course is None:
            return name
        prompt = " ".join(item.prompt(self.language).split())
        cut = prompt if len(prompt) <= self._longest else prompt[: self._longest - 1].rstrip() + "…"
        return f"{self._course.plan.numbers[name]}. {cut}"

    def scope(self, scope: Scope) -> str:
        """What time is charged to, with its kind."""
        kind, name = scope
        match kind:
            case "assessment":
                called = self._course.assessment.title(self.language) if self._course is not None else name
            case "case":
                called = self.case(name)
            case "phase":
                called = self.phase(name)
            case "step":
                called = self.step(name)
            case _:
                called = self.item(name)
        return words.say(f"appeals.scope.{kind}", self.language, name=called)

    def timer(self, name: str) -> str:
        """What a timer limits."""
        limit = limit_of(name)
        if limit is None:
            return name
        level, called = limit
        assessment = self._course.assessment.id if self._course is not None else ""
        return self.scope((level, called or assessment))

    def response(self, name: str, response: Response | None) -> str:
        """What was answered, in words; ids where the assessment is not at hand."""
        if response is None:
            return words.say("appeals.answer.none", self.language)
        if response.is_empty:
            return words.say("appeals.answer.empty", self.language)
        item = self._item(name)
        match response:
            case ChoiceResponse(choices=chosen):
                offered = item.choices if isinstance(item, ChoiceItem) else ()
                labels = {one.id: one.text(self.language) for one in offered}
                return "; ".join(labels.get(one, one) for one in chosen)
            case HotspotResponse(regions=chosen):
                regions = item.regions if isinstance(item, HotspotItem) else ()
                labels = {one.id: one.label(self.language) for one in regions}
                return "; ".join(labels.get(one, one) for one in chosen)
            case TextEntryResponse(text=text, unit=unit):
                return f"{text} {unit}" if unit else text
            case ExtendedTextResponse(text=text):
                return text
            case SelectPointResponse(points=points):
                return "; ".join(self._point(one.x_px, one.y_px, one.frame) for one in points)

    def _point(self, x: float, y: float, frame: int | None) -> str:
        key = "appeals.answer.point" if frame is None else "appeals.answer.point_on_frame"
        return words.say(key, self.language, x=f"{x:g}", y=f"{y:g}", frame=frame)

    def _item(self, name: str) -> Item | None:
        return self._course.plan.items.get(name) if self._course is not None else None
