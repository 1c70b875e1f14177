"""Findings about the course of a case: each row has one cause, names its code and the place."""

from typing import Any

import pytest

from pocus_desktop.case.models import Case
from pocus_desktop.scenario.check import check_case


def a_case(*steps: dict[str, Any], phase: dict[str, Any] | None = None, **rest: Any) -> Case:
    named = [{"title": "t", **step} for step in steps]
    first = {"id": "p", "title": "p", "steps": named, **(phase or {})}
    last = {"id": "r", "title": "r", "steps": [{"id": "z", "title": "z"}]}
    head = {"id": "one", "title": "one", "area": "lung", "phases": [first, last]}
    return Case.model_validate({**head, **rest})


def a_patient(*states: dict[str, Any]) -> dict[str, Any]:
    vitals = [{"title": "t", "vitals": {}, **state} for state in states]
    return {"name": "A", "age_years": 50, "sex": "female", "complaint": "c", "states": vitals}


def a_patient_in_a_case(*states: dict[str, Any]) -> Case:
    return a_case(A_STEP, patient=a_patient(*states))


ANSWERED = {"answered": "q"}
SEEN = {"visited": "a"}
A_STEP = {"id": "a"}
ADVANCING = {"id": "a", "on_enter": [{"advance": "1m"}]}


@pytest.mark.parametrize(
    ("code", "name", "path", "case"),
    [
        ("unreachable_step", "b", "phases.0.steps.1", a_case({"id": "a", "then": [{"go": "z"}]}, {"id": "b"})),
        ("step_cannot_end", "z", "phases.1.steps.0", a_case(A_STEP, phases=[
            {"id": "p", "title": "p", "steps": [{"id": "a", "title": "a", "then": [{"when": SEEN, "go": "end"}]}]},
            {"id": "r", "title": "r", "steps": [{"id": "z", "title": "z", "then": [{"go": "z"}]}]},
        ])),
        ("branch_never_taken", "a", "phases.0.steps.0.then.1", a_case({"id": "a", "then": [{}, {"when": SEEN}]})),
        ("branch_never_taken", "a", "phases.0.steps.0.then.1", a_case({"id": "a", "then": [
            {"when": SEEN}, {"when": SEEN, "go": "z"},
        ]})),
        ("branch_never_taken", "a", "phases.0.steps.0.then.1", a_case({"id": "a", "then": [
            {"when": {"any": [SEEN, ANSWERED]}}, {"when": {"all": [ANSWERED, {"simulated": "1m"}]}, "go": "z"},
        ]})),
        ("branch_never_taken", "a", "phases.0.steps.0.then.1", a_case({"id": "a", "then": [
            {"when": {"elapsed": "a", "at_least": "1m"}}, {"when": {"elapsed": "a", "at_least": "2m"}, "go": "z"},
        ]})),
        ("timeout_without_limit", "a", "phases.0.steps.0.on_timeout", a_case({"id": "a", "on_timeout": {"go": "z"}})),
        ("timeout_without_limit", "p", "phases.0.on_timeout", a_case(A_STEP, phase={"on_timeout": {"go": "r"}})),
        ("limit_starts_again", "a", "phases.0.steps.0.then.0", a_case(
            {"id": "a", "time_limit": "1m", "then": [{"when": ANSWERED, "go": "a"}]},
        )),
        ("limit_starts_again", "a", "phases.0.steps.0.then.0", a_case(
            {"id": "a", "then": [{"when": ANSWERED, "go": "p"}]}, phase={"time_limit": "5m"},
        )),
        ("unreachable_patient_state", "w", "patient.states.1", a_patient_in_a_case({"id": "s"}, {"id": "w"})),
        ("patient_never_settles", "s", "patient.states.0", a_patient_in_a_case({"id": "s", "then": [{"go": "s"}]})),
        ("clock_stands_still", "s", "patient.states.0.then.0", a_patient_in_a_case(
            {"id": "s", "then": [{"after": "1m", "go": "w"}]}, {"id": "w"},
        )),
    ],
)  # fmt: skip
def test_a_finding(code: str, name: str, path: str, case: Case) -> None:
    (finding,) = check_case(case)
    where = ".".join(str(part) for part in finding.path)
    assert (finding.code, finding.id, where) == (f"course.{code}", name, path)


def test_a_circle_of_steps_is_found_at_each_of_them() -> None:
    case = a_case({"id": "a", "then": [{"when": ANSWERED}, {"go": "b"}]}, {"id": "b", "then": [{"go": "a"}]})
    assert [finding.code for finding in check_case(case)] == ["course.unreachable_step"] + [
        "course.loop_without_exit"
    ] * 2


@pytest.mark.parametrize(
    "case",
    [
        a_case(A_STEP),
        a_case({"id": "a", "then": [{"when": ANSWERED, "go": "z"}, {"go": "a"}]}),
        a_case(
            {"id": "a", "then": [{"go": "c"}], "time_limit": "1m", "on_timeout": {"go": "b"}}, {"id": "b"}, {"id": "c"},
        ),
        a_case({"id": "a", "then": [{"go": "a"}]}, phase={"time_limit": "1m"}),
        a_case({"id": "a", "then": [
            {"when": {"elapsed": "a", "at_least": "2m"}}, {"when": {"elapsed": "a", "at_least": "1m"}},
        ]}),
        a_case(ADVANCING, patient=a_patient({"id": "s", "then": [{"after": "1m", "go": "w"}]}, {"id": "w"})),
        a_case(ADVANCING, patient=a_patient({"id": "s", "then": [{"when": ANSWERED, "go": "s"}]})),
    ],
)  # fmt: skip
def test_a_sound_course_has_no_findings(case: Case) -> None:
    assert check_case(case) == ()
