"""The course of a case: the scenario engine in the words of a sitting.

Everything here is a pure function of a configuration; what the chart understands stands in `scenario.vocabulary`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.registry import Item, Response
from pocus_desktop.case.models import Assessment
from pocus_desktop.scenario import engine, vocabulary
from pocus_desktop.scenario.compile import compile_assessment
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.effects import Event, ResponseRefused
from pocus_desktop.scenario.vocabulary import Place
from pocus_desktop.sitting.events import Opened
from pocus_desktop.sitting.ledger import Scope
from pocus_desktop.sitting.plan import Plan

REFUSALS: Final = {"scenario.item_locked": "sitting.item_locked", "scenario.item_closed": "sitting.item_closed"}
"""What the engine says of a response that it does not take, and what the candidate is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit whose timer is armed.

    Attributes:
        timer: The engine's name for it.
        scope: What it limits.
        armed_ms: Exam time when it was armed.
        after_ms: As authored, without accommodations.
    """

    timer: str
    scope: Scope
    armed_ms: int
    after_ms: int


class Course:
    """An assessment compiled for one sitting.

    Args:
        assessment: As it was built.
        can_jump: Whether every step may be gone to (review mode).
        seed: The sitting's, as its first event has it; it orders the cases where their order is seeded.

    Raises:
        ScenarioError: The assessment names what it does not have.
    """

    def __init__(self, assessment: Assessment, *, can_jump: bool, seed: int) -> None:
        self.plan: Final = Plan(assessment, seed=seed)
        self.can_jump: Final = can_jump
        self._chart = compile_assessment(self.assessment, can_jump=can_jump)

    @classmethod
    def of(cls, assessment: Assessment, opened: Opened) -> Self:
        """As the sitting takes it that this event opened; in review mode in the order written, without breaks.

        Raises:
            ScenarioError: As the constructor.
        """
        is_review = opened.mode is Mode.REVIEW
        taken = assessment.model_copy(update={"order": "fixed", "breaks": ()}) if is_review else assessment
        return cls(taken, can_jump=is_review, seed=opened.seed)

    @property
    def assessment(self) -> Assessment:
        """What is sat, its cases in the order in which they are."""
        return self.plan.assessment

    def begin(self, *, now: int) -> Configuration:
        """The first step of the first case."""
        return engine.start(self._chart, now=now).configuration

    def answer(
        self, configuration: Configuration, item: Item, response: Response, *, now: int
    ) -> tuple[Configuration, str | None]:
        """Give a response; the code of the refusal where the item is closed or locked."""
        step = engine.step(self._chart, configuration, vocabulary.answered(item.id, response), now=now)
        refused = next((effect for effect in step.effects if isinstance(effect, ResponseRefused)), None)
        return step.configuration, None if refused is None else REFUSALS[refused.code]

    def go_on(self, configuration: Configuration, *, now: int) -> Configuration:
        """To what follows the present step."""
        return self._step(configuration, vocabulary.NEXT, now)

    def go_to(self, configuration: Configuration, step: str, *, now: int) -> Configuration:
        """To a step; see `can_go_to`."""
        event = vocabulary.jump(step) if self.can_jump else vocabulary.visit(step)
        return self._step(configuration, event, now)

    def fire(self, configuration: Configuration, timer: str, *, now: int) -> Configuration:
        """A timer is due."""
        return self._step(configuration, vocabulary.timer_fired(timer), now)

    def stop(self, configuration: Configuration, *, now: int) -> Configuration:
        """The assessment ends here."""
        return self._step(configuration, vocabulary.STOP, now)

    def previous(self, configuration: Configuration, place: Place) -> str | None:
        """The step that Back leads to: the nearest one before, of the same nonlinear phase, that was visited."""
        if place.step is None:
            return None
        here = self.plan.places[place.step]
        if here.phase.navigation != "nonlinear" and not self.can_jump:
            return None
        steps = list(here.case.steps()) if self.can_jump else list(here.phase.steps)
        before = steps[: [step.id for step in steps].index(place.step)]
        names = [step.id for step in before if self.can_jump or self.visits(configuration, step.id)]
        return names[-1] if names else None

    def can_go_to(self, configuration: Configuration, place: Place, step: str) -> bool:
        """Whether a step may be gone to: any step in review mode, else one visited of this nonlinear phase."""
        there = self.plan.places.get(step)
        if there is None or place.step is None:
            return False
        if self.can_jump:
            return True
        here = self.plan.places[place.step]
        is_same_phase = here.phase.id == there.phase.id and here.phase.navigation == "nonlinear"
        return is_same_phase and self.visits(configuration, step) > 0

    def can_return_after(self, place: Place) -> bool:
        """Whether going on from here to the end leaves the way back open (a nonlinear last phase, or review mode)."""
        return place.step is not None and (
            self.can_jump or self.plan.places[place.step].phase.navigation == "nonlinear"
        )

    def ends_next(self, configuration: Configuration, *, now: int) -> bool:
        """Whether going on from here, answers as they are, ends the assessment."""
        return self.go_on(configuration, now=now).is_finished

    def visits(self, configuration: Configuration, step: str) -> int:
        """How often a step was entered."""
        return configuration.memory.visits.get(vocabulary.step_state(step), 0)

    def is_open(self, configuration: Configuration, item: str) -> bool:
        """Whether an item takes a response now."""
        memory = configuration.memory
        return item in memory.open_items and item not in memory.locked_items

    def is_locked(self, configuration: Configuration, item: str) -> bool:
        """Whether an item never takes a response again."""
        return item in configuration.memory.locked_items

    def shown_items(self, configuration: Configuration | None) -> tuple[str, ...]:
        """The items of all steps that were entered, in their order."""
        if configuration is None:
            return ()
        asked: Iterable[str] = (
            name
            for step in self.plan.places.values()
            if self.visits(configuration, step.step.id)
            for name in step.step.ask
        )
        return tuple(dict.fromkeys(asked))

    def limits(self, configuration: Configuration | None) -> tuple[Limit, ...]:
        """The limits that run, in the order in which they were armed."""
        if configuration is None:
            return ()
        return tuple(
            Limit(timer=timer.id, scope=scope, armed_ms=timer.due_ms - timer.after_ms, after_ms=timer.after_ms)
            for timer in sorted(configuration.timers.values(), key=lambda timer: timer.serial)
            if timer.clock == "exam" and (scope := self.scope_of(timer.id)) is not None
        )

    def scope_of(self, timer: str) -> Scope | None:
        """What a timer limits; None for the patient's."""
        limit = vocabulary.limit_of(timer)
        if limit is None:
            return None
        level, name = limit
        return level, name or self.assessment.id

    def scopes(self, place: Place) -> tuple[Scope, ...]:
        """What time is charged to at a place, widest first."""
        found: list[Scope] = [("assessment", self.assessment.id)]
        if place.case is not None:
            found.append(("case", place.case))
        if place.phase is not None:
            found.append(("phase", place.phase))
        if place.step is not None:
            found.append(("step", place.step))
            found += [("item", item) for item in self.plan.places[place.step].step.ask]
        return tuple(found)

    def _step(self, configuration: Configuration, event: Event, now: int) -> Configuration:
        return engine.step(self._chart, configuration, event, now=now).configuration
