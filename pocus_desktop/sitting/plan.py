"""The plan of an assessment: where each step, item and stage part stands. Worked out once, looked up always."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final

from pocus_desktop.case.conditions import AdvanceTime
from pocus_desktop.case.items.registry import Item
from pocus_desktop.case.media import Cine, Clip, Stage
from pocus_desktop.case.models import Assessment, Break, Case, Phase, Step
from pocus_desktop.scenario.order import as_sat, breaks_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a step stands.

    Attributes:
        number: Within its case, from 1, in document order.
        count: How many steps its case has.
        phase_index: Which phase of its case, from 0.
    """

    case: Case
    phase: Phase
    step: Step
    number: int
    count: int
    phase_index: int


class Plan:
    """An assessment as one sitting takes it, with its look-up tables.

    Args:
        assessment: As it was built.
        seed: The sitting's, which orders the cases where their order is seeded.

    Raises:
        CaseUnfitError: It pins or rests after what it does not have.
    """

    def __init__(self, assessment: Assessment, *, seed: int) -> None:
        self.assessment: Final = as_sat(assessment, seed)
        self._breaks: Final = breaks_after(self.assessment)

    def break_between(self, before: str | None, case: str | None) -> Break | None:
        """The break that comes when the sitting goes on from one case to the next; None where none does."""
        ids = [one.id for one in self.assessment.cases]
        if before not in ids or case not in ids or ids.index(case) <= ids.index(before):
            return None
        return self._breaks.get(before)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Step id to its place, in document order."""
        found: dict[str, Place] = {}
        for case in self.assessment.cases:
            count = sum(len(phase.steps) for phase in case.phases)
            number = 0
            for index, phase in enumerate(case.phases):
                for step in phase.steps:
                    number += 1
                    found[step.id] = Place(
                        case=case, phase=phase, step=step, number=number, count=count, phase_index=index
                    )
        return found

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Item id to item, in the order in which steps ask them."""
        by_id = {item.id: item for item in self.assessment.items()}
        asked = dict.fromkeys(name for step in self.assessment.steps() for name in step.ask if name in by_id)
        return {name: by_id[name] for name in asked}

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Item id to its number within the assessment, from 1."""
        return {name: number for number, name in enumerate(self.items, start=1)}

    @cached_property
    def asked_at(self) -> Mapping[str, str]:
        """Item id to the first step that asks it."""
        found: dict[str, str] = {}
        for step in self.assessment.steps():
            for name in step.ask:
                found.setdefault(name, step.id)
        return found

    @cached_property
    def clips(self) -> Mapping[str, Clip]:
        """Stage key to clip."""
        return {key: part for step in self.assessment.steps() for key, part in stage_of(step) if isinstance(part, Clip)}

    @cached_property
    def cines(self) -> Mapping[str, Cine]:
        """Stage key to cine."""
        return {key: part for step in self.assessment.steps() for key, part in stage_of(step) if isinstance(part, Cine)}

    @cached_property
    def _with_own_clock(self) -> frozenset[str]:
        return frozenset(case.id for case in self.assessment.cases if any(_advances(case)))

    def moves_time(self, case: Case) -> bool:
        """Whether a case moves its own clock."""
        return case.id in self._with_own_clock

    def choice_order(self, item: Item, seed: int) -> tuple[str, ...]:
        """The order in which an item's choices or regions are shown: shuffled by the sitting's seed where asked."""
        if item.type == "hotspot":
            return tuple(region.id for region in item.regions)
        if item.type != "choice":
            return ()
        names = [choice.id for choice in item.choices]
        if not item.shuffle:
            return tuple(names)
        loose = [choice.id for choice in item.choices if not choice.fixed]
        Random(f"{seed}/{item.id}").shuffle(loose)
        taken = iter(loose)
        return tuple(choice.id if choice.fixed else next(taken) for choice in item.choices)


def stage_of(step: Step) -> tuple[tuple[str, Stage], ...]:
    """The parts of a step's stage with their keys, `step.index`."""
    return tuple((f"{step.id}.{index}", part) for index, part in enumerate(step.stage))


def _advances(case: Case) -> Iterator[bool]:
    for phase in case.phases:
        branches = [phase.on_timeout, *(branch for step in phase.steps for branch in (*step.then, step.on_timeout))]
        done = [action for branch in branches if branch is not None for action in branch.do]
        done += [action for step in phase.steps for action in step.on_enter]
        yield any(isinstance(action, AdvanceTime) for action in done)
