"""Assessment, case, phase and step: the standard template as data.

Names follow the case language (docs/formats/case.md): an assessment is the ordered cases a candidate sits for
one content area; a case is one clinical encounter; a phase groups steps; a step shows a stage and asks items.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from pocus_desktop.case.conditions import Action, Branch, Number
from pocus_desktop.case.items.registry import Item
from pocus_desktop.case.media import Stage
from pocus_desktop.case.patient import Patient
from pocus_desktop.case.values import Duration, Language, Model, Name, Text, refuse_repeated

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


class Assessment(Model):
    """The ordered cases of one content area; the compiled content of a bundle (`case.json`).

    Step, phase, item and case ids are unique throughout an assessment.
    """

    format: Literal[1] = FORMAT
    id: Name
    title: Text
    area: ContentArea
    languages: tuple[Language, ...] = Field(min_length=1)
    time_limit_ms: Duration | None = Field(default=None, alias="time_limit")
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
        """The compiled form; `from_json` gives an equal assessment back."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Assessment":
        """Read the compiled form.

        Raises:
            pydantic.ValidationError: The bytes are not a compiled assessment.
        """
        return cls.model_validate_json(data)
