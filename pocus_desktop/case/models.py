"""Assessment, case, phase and step: the standard template as data.

Names follow the case language (docs/formats/case.md): an assessment is the ordered cases a candidate sits for
one content area; a case is one clinical encounter; a phase groups steps; a step shows a stage and asks items.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pocus_desktop.case.conditions import Action, Branch, Number
from pocus_desktop.case.items.registry import Item
from pocus_desktop.case.media import Stage
from pocus_desktop.case.patient import Patient
from pocus_desktop.case.values import Duration, Language, Model, Name, Text, refuse_repeated
from pocus_desktop.kernel.ids import NAME

FORMAT: Literal[1] = 1
"""The version of the case format."""

_STAGE_KINDS = ("patient", "clip", "cine", "image")


class ContentArea(StrEnum):
    """The content areas of the clinical certificates."""

    CARDIAC = "cardiac"
    GASTROINTESTINAL = "gastrointestinal"
    HEPATOBILIARY_SPLEEN = "hepatobiliary-spleen"
    OBSTETRICS_FIRST_TRIMESTER = "obstetrics-first-trimester"
    ABDOMINAL_TRAUMA = "abdominal-trauma"
    LOWER_EXTREMITY_DVT = "lower-extremity-dvt"
    LUNG = "lung"
    MSK_SOFT_TISSUE = "msk-soft-tissue"
    RENAL_GENITOURINARY = "renal-genitourinary"
    ABDOMINAL_AORTIC_ANEURYSM = "abdominal-aortic-aneurysm"


class Step(Model):
    """What the candidate sees at once: a stage beside its questions.

    Written with `clip:`, `cine:`, `image:` or `patient: true` for single things, or with `stage:`.
    """

    id: Name
    title: Text
    text: Text | None = None
    stage: tuple[Stage, ...] = ()
    ask: tuple[Name, ...] = ()
    time_limit_ms: Duration | None = Field(default=None, alias="time_limit")
    on_enter: tuple[Action, ...] = ()
    then: tuple[Branch, ...] = ()
    on_timeout: Branch | None = Field(default=None, description="Without it, as if the candidate had gone on.")

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not any(kind in value for kind in _STAGE_KINDS):
            return value
        if "stage" in value:
            raise ValueError("write either stage: or the short forms clip:, cine:, image:, patient:, not both")
        rest = {key: inner for key, inner in value.items() if key not in _STAGE_KINDS}
        stage: list[object] = []
        for kind in _STAGE_KINDS:
            inner = value.get(kind)
            if kind == "patient" and inner is True:
                inner = {}
            if inner is not None and inner is not False:
                stage.append({**inner, "kind": kind} if isinstance(inner, dict) else inner)
        return {**rest, "stage": stage}


class Phase(Model):
    """A part of the encounter (presentation, history, …) with its steps in order.

    `navigation` is QTI's navigation mode: in a `nonlinear` phase a candidate may return to its visited steps and change
    answers until the phase's time or the case is over.
    """

    id: Name
    title: Text
    steps: tuple[Step, ...] = Field(min_length=1)
    navigation: Literal["linear", "nonlinear"] = "linear"
    time_limit_ms: Duration | None = Field(default=None, alias="time_limit")
    on_timeout: Branch | None = Field(default=None, description="Without it, the next phase.")


def _web_address(value: str) -> str:
    if not value.startswith(("https://", "http://")) or not value.isprintable() or " " in value:
        raise ValueError("write a web address that begins with https://")
    return value


class Reference(Model):
    """A guideline or paper that the case rests on."""

    id: Name
    citation: str
    url: Annotated[str, AfterValidator(_web_address)] | None = None


class Case(Model):
    """One clinical encounter."""

    id: Name
    title: Text
    area: ContentArea
    time_limit_ms: Duration | None = Field(default=None, alias="time_limit")
    variables: dict[Name, Number] = Field(default_factory=dict)
    patient: Patient | None = None
    phases: tuple[Phase, ...] = Field(min_length=1)
    items: tuple[Item, ...] = ()
    references: tuple[Reference, ...] = ()

    def steps(self) -> Iterator[Step]:
        """All steps in document order."""
        for phase in self.phases:
            yield from phase.steps

    def item(self, item_id: str) -> Item:
        """The item with this id.

        Raises:
            KeyError: There is none.
        """
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)


def _after(value: object) -> object:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if not is_count and not (isinstance(value, str) and NAME.fullmatch(value)):
        raise ValueError("name the case that comes before, or say how many cases do, such as 2")
    return value


class Break(Model):
    """A scheduled rest between two cases (formats/case 8.3): `{after: 2, length: 10m}`.

    The exam clock stands still for `length`, and then runs again, whoever is there. An optional one may be ended at any
    moment; one that is not lasts its whole length.
    """

    after: Annotated[int | str, BeforeValidator(_after)] = Field(
        description="The id of a case, or how many cases come before it."
    )
    length_ms: Duration = Field(alias="length")
    optional: bool = True

    @model_validator(mode="after")
    def _lasts(self) -> "Break":
        if self.length_ms == 0:
            raise ValueError("a break lasts a while; give it a length such as 10m")
        return self


class Assessment(Model):
    """The ordered cases of one content area; the compiled content of a bundle (`case.json`).

    Step, phase, item and case ids are unique throughout an assessment. `order` and `pinned` say in which order the
    cases are sat (formats/case 8.2), `breaks` where candidates rest between them.
    """

    format: Literal[1] = FORMAT
    id: Name
    title: Text
    area: ContentArea
    languages: tuple[Language, ...] = Field(min_length=1)
    time_limit_ms: Duration | None = Field(default=None, alias="time_limit")
    order: Literal["fixed", "seeded"] = "fixed"
    pinned: dict[Name, Literal["first", "last"]] = Field(
        default_factory=dict, description="In seeded order: the cases that keep to the beginning or the end."
    )
    breaks: tuple[Break, ...] = ()
    cases: tuple[Case, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _languages_once(self) -> "Assessment":
        refuse_repeated(self.languages, "languages")
        return self

    def steps(self) -> Iterator[Step]:
        """All steps of all cases in document order."""
        for case in self.cases:
            yield from case.steps()

    def items(self) -> Iterator[Item]:
        """All items of all cases."""
        for case in self.cases:
            yield from case.items

    def to_json(self) -> bytes:
        """The compiled form; `from_json` gives an equal assessment back.

        An order, pins and breaks that were not written are left out, so that programs from before them read the rest.
        """
        unsaid = {name for name in ("order", "pinned", "breaks") if name not in self.model_fields_set}
        return self.model_dump_json(by_alias=True, exclude_none=True, exclude=unsaid).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Assessment":
        """Read the compiled form.

        Raises:
            pydantic.ValidationError: The bytes are not a compiled assessment.
        """
        return cls.model_validate_json(data)
