"""Conditions and actions of a case: structured data, never text that is evaluated."""

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Strict, Tag, model_validator

from pocus_desktop.case.values import Duration, Model, Name

_EXACT: Final = 2**53 - 1


def _exact(value: float) -> float:
    if not -_EXACT <= value <= _EXACT:
        raise ValueError(f"write a number between -{_EXACT} and {_EXACT}")
    return value


Number: TypeAlias = Annotated[Annotated[int, Strict()] | Annotated[float, Strict()], AfterValidator(_exact)]
"""A number that JSON carries exactly, and nothing that could pass for one: neither true nor a text."""


class ResponseIs(Model):
    """What was answered to an item: `{response: compressible, includes: not-compressible}`.

    `includes` asks for a choice or hotspot region among those selected; `equals` for exactly these; `at_least` and
    `at_most` bound a number that was entered.
    """

    response: Name
    includes: Name | None = None
    equals: tuple[Name, ...] | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _something_asked(self) -> "ResponseIs":
        if self.includes is None and self.equals is None and self.at_least is None and self.at_most is None:
            raise ValueError("say what the response must be: includes, equals, at_least or at_most")
        return self


class Answered(Model):
    """Whether an item has an answer: `{answered: vein-diameter}`."""

    answered: Name


class VariableIs(Model):
    """How large a variable is: `{variable: delay, at_least: 1}`."""

    variable: Name
    equals: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _something_asked(self) -> "VariableIs":
        if self.equals is None and self.at_least is None and self.at_most is None:
            raise ValueError("say what the variable must be: equals, at_least or at_most")
        return self


class Elapsed(Model):
    """How much exam time a step, phase or case has consumed since entry: `{elapsed: history, at_least: 2m}`."""

    elapsed: Name
    at_least: Duration


class SimulatedTime(Model):
    """How far the case's own clock is: `{simulated: 45m}` holds from 45 simulated minutes on."""

    simulated: Duration


class Visited(Model):
    """Whether a step was entered before: `{visited: repeat-view}`."""

    visited: Name


class PatientIs(Model):
    """Which state the patient is in: `{patient: deteriorated}`."""

    patient: Name


class All(Model):
    """Holds when all hold."""

    all: tuple["Condition", ...] = Field(min_length=1)


class Any_(Model):  # noqa: N801 - `Any` is typing's
    """Holds when one holds."""

    any: tuple["Condition", ...] = Field(min_length=1)


class Not(Model):
    """Holds when the other does not."""

    not_: "Condition" = Field(alias="not")


_BY_KEY = {
    "response": "response",
    "answered": "answered",
    "variable": "variable",
    "elapsed": "elapsed",
    "simulated": "simulated",
    "visited": "visited",
    "patient": "patient",
    "all": "all",
    "any": "any",
    "not": "not",
    "not_": "not",
}


def _which(value: Any) -> str | None:
    """The one kind of condition that the keys name; none where they name several."""
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", {})
    named = [tag for key, tag in _BY_KEY.items() if key in keys]
    return named[0] if len(named) == 1 else None


Condition: TypeAlias = Annotated[
    Annotated[ResponseIs, Tag("response")]
    | Annotated[Answered, Tag("answered")]
    | Annotated[VariableIs, Tag("variable")]
    | Annotated[Elapsed, Tag("elapsed")]
    | Annotated[SimulatedTime, Tag("simulated")]
    | Annotated[Visited, Tag("visited")]
    | Annotated[PatientIs, Tag("patient")]
    | Annotated[All, Tag("all")]
    | Annotated[Any_, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(
        _which,
        custom_error_type="condition_unknown",
        custom_error_message="write exactly one of response, answered, variable, elapsed, simulated, visited, patient, "
        "all, any, not; several conditions are joined in a list under all or any",
    ),
]
"""A structured condition."""


class SetVariables(Model):
    """Give variables a value: `{set: {delay: 0}}`."""

    set: dict[Name, Number]


class AddToVariables(Model):
    """Add to variables: `{add: {delay: 1}}`."""

    add: dict[Name, Number]


class AdvanceTime(Model):
    """Move the case's own clock on: `{advance: 30m}`."""

    advance: Duration


def _which_action(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", {})
    named = [key for key in ("set", "add", "advance") if key in keys]
    return named[0] if len(named) == 1 else None


Action: TypeAlias = Annotated[
    Annotated[SetVariables, Tag("set")]
    | Annotated[AddToVariables, Tag("add")]
    | Annotated[AdvanceTime, Tag("advance")],
    Discriminator(
        _which_action,
        custom_error_type="action_unknown",
        custom_error_message="write exactly one of set, add, advance; each action is an entry of its own",
    ),
]
"""Something a branch does."""


class Branch(Model):
    """One way on: taken when `when` holds (always, without one). Without `go`, the next step in document order."""

    when: Condition | None = None
    go: Name | None = Field(default=None, description="A step, a phase, or `end` to end the case.")
    do: tuple[Action, ...] = ()


END: Literal["end"] = "end"
"""The target that ends a case."""
