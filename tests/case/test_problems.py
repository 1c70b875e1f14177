"""Problems and the refusal that carries them."""

from pocus_desktop.case.problems import CaseRefusedError, Problem, Severity

FIRST = Problem(file="case.yaml", line=3, column=5, code="case.unknown_field", what="No field x.", fix="Take it out.")
SECOND = Problem(
    file="a.vtt", line=1, column=1, code="captions.overlap", what="A.", fix="B.", severity=Severity.WARNING
)


def test_a_refusal_carries_all_problems_and_tells_the_first() -> None:
    error = CaseRefusedError(iter([FIRST, SECOND]))
    assert error.problems == (FIRST, SECOND)
    assert error.params == {
        "count": 2,
        "first": "case.yaml:3:5: error case.unknown_field: No field x. Take it out.",
    }
    assert "2 problem" in error.explain("en").what
    assert error.as_json()["code"] == "case.refused"


def test_a_problem_is_printed_with_all_its_parts() -> None:
    assert SECOND.as_json() == {
        "file": "a.vtt",
        "line": 1,
        "column": 1,
        "code": "captions.overlap",
        "what": "A.",
        "fix": "B.",
        "severity": "warning",
    }
