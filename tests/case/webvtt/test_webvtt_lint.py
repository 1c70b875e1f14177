"""The captions linter: each fault alone, with its place, its code and a fix."""

import pytest

from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.case.webvtt.lint import lint
from pocus_desktop.case.webvtt.lint_report import Limits

HEAD = "WEBVTT\n\n"
GOOD = """WEBVTT

NOTE Captions of the arrival

STYLE
::cue { color: lime }

REGION
id:low
lines:2

one
00:00:01.000 --> 00:00:03.000 region:low
<v Dr Ruiz>Good morning.</v>

00:00:03.000 --> 00:00:06.000 align:start line:90%,end
Where does it <b>hurt</b>?
Here, in the <00:00:04.500>calf.
"""
CUE = "00:01.000 --> 00:03.000"


def test_good_captions_have_no_problem() -> None:
    assert lint(GOOD.encode(), duration_ms=6000) == ()
    assert lint(GOOD.replace("\n", "\r\n").encode(), duration_ms=6000) == ()


@pytest.mark.parametrize(
    ("code", "text", "line", "column"),
    [
        ("no_signature", "00:01.000 --> 00:02.000\nx\n", 1, 1),
        ("no_signature", "WEBVTTX\n\n", 1, 1),
        ("no_cues", "WEBVTT\n", 1, 1),
        ("no_blank_line", f"WEBVTT\n{CUE}\nhello\n", 2, 1),
        ("no_blank_line", f"{HEAD}{CUE}\nhello\n00:03.000 --> 00:05.000\nyou\n", 5, 1),
        ("bad_timestamp", f"{HEAD}{CUE}\nhello\n\n00:03,000 --> 00:05,000\nyou\n", 6, 6),
        ("bad_timestamp", f"{HEAD}{CUE}\nhello\n\n00:03.000 -> 00:05.000 -->\nyou\n", 6, 11),
        ("bad_timestamp", f"{HEAD}{CUE}\nhello\n\n00:03.000 --> 0:05.000\nyou\n", 6, 19),
        ("bad_timestamp", f"{HEAD}{CUE}line:1\nhello\n", 3, 24),
        ("bad_timestamp", f"{HEAD}{CUE}\nhel<00:02,500>lo\n", 4, 10),
        ("bad_timestamp", f"{HEAD}{CUE}\nhel<00:02.500 >lo\n", 4, 14),
        ("text_outside_cue", f"{HEAD}{CUE}\nhello\n\nlost words\n", 6, 1),
        ("late_block", f"{HEAD}{CUE}\nhello\n\nSTYLE\n::cue {{}}\n", 6, 1),
        ("empty_block", f"{HEAD}STYLE\n\n{CUE}\nhello\n", 3, 1),
        ("no_duration", f"{HEAD}00:01.000 --> 00:01.000\nhello\n", 3, 15),
        ("too_brief", f"{HEAD}00:01.000 --> 00:01.300\nhello\n", 3, 15),
        ("past_the_end", f"{HEAD}00:01.000 --> 00:09.000\nhello\n", 3, 15),
        ("out_of_order", f"{HEAD}00:02.000 --> 00:03.000\nhello\n\n{CUE}\nyou\n", 6, 1),
        ("overlap", f"{HEAD}{CUE}\nhello\n\n00:02.500 --> 00:04.000\nyou\n", 6, 1),
        ("flicker", f"{HEAD}{CUE}\nhello\n\n00:03.040 --> 00:04.000\nyou\n", 6, 1),
        ("repeated_id", f"{HEAD}a\n{CUE}\nhello\n\na\n00:03.000 --> 00:04.000\nyou\n", 7, 1),
        ("unknown_setting", f"{HEAD}{CUE} colour:red\nhello\n", 3, 25),
        ("bad_setting", f"{HEAD}{CUE} align:middle\nhello\n", 3, 25),
        ("bad_setting", f"{HEAD}{CUE} bold\nhello\n", 3, 25),
        ("bad_setting", f"{HEAD}REGION\nid:a width:50\n\n{CUE}\nhello\n", 4, 6),
        ("unknown_setting", f"{HEAD}REGION\nid:a wide:1\n\n{CUE}\nhello\n", 4, 6),
        ("region_without_id", f"{HEAD}REGION\nlines:2\n\n{CUE}\nhello\n", 3, 1),
        ("repeated_id", f"{HEAD}REGION\nid:a\n\nREGION\nid:a\n\n{CUE}\nhello\n", 6, 1),
        ("repeated_setting", f"{HEAD}{CUE} size:9% size:8%\nhello\n", 3, 33),
        ("unknown_region", f"{HEAD}{CUE} region:nowhere\nhello\n", 3, 25),
        ("region_dropped", f"{HEAD}REGION\nid:a\n\n{CUE} region:a line:1\nhello\n", 6, 24),
        ("empty_cue", f"{HEAD}{CUE}\n\n", 4, 1),
        ("too_fast", f"{HEAD}{CUE}\nTwenty letters a second,\nand then a few more.\n", 4, 1),
        ("line_too_long", f"{HEAD}00:01.000 --> 00:08.000\n{'abcd ' * 9}\n", 4, 43),
        ("too_many_lines", f"{HEAD}{CUE}\na\nb\nc\n", 6, 1),
        ("unknown_tag", f"{HEAD}{CUE}\na <font>b\n", 4, 3),
        ("unclosed_tag", f"{HEAD}{CUE}\na\nb <i>c\n", 5, 3),
        ("unfinished_tag", f"{HEAD}{CUE}\na </b\n", 4, 3),
        ("stray_end_tag", f"{HEAD}{CUE}\na</b>\n", 4, 2),
        ("rt_outside_ruby", f"{HEAD}{CUE}\na<rt>b\n", 4, 2),
        ("tag_says_nothing", f"{HEAD}{CUE}\n<v>b\n", 4, 1),
        ("timestamp_outside_cue", f"{HEAD}{CUE}\na<00:05.000>b\n", 4, 2),
        ("timestamp_goes_back", f"{HEAD}{CUE}\na<00:02.000>b<00:01.500>c\n", 4, 14),
    ],
)
def test_one_fault_is_told_with_its_place(code: str, text: str, line: int, column: int) -> None:
    problems = lint(text, file="captions/en.vtt", duration_ms=8000)
    found = [problem for problem in problems if problem.code == f"captions.{code}"]
    assert [(problem.line, problem.column) for problem in found] == [(line, column)], problems
    assert found[0].file == "captions/en.vtt"
    assert found[0].what.endswith(".")
    assert found[0].fix.endswith(".")
    others = [problem.code for problem in problems if problem not in found and problem.severity is Severity.ERROR]
    assert others == [], "a vector has one cause"


def test_bytes_that_are_not_utf8_are_told_with_their_place() -> None:
    problems = lint(GOOD.encode().replace(b"calf", b"pantorrilla \xf1"), limits=Limits(line_characters=60))
    assert [(problem.code, problem.line, problem.column) for problem in problems] == [("captions.not_utf8", 18, 40)]


def test_problems_stand_in_the_order_of_the_file() -> None:
    problems = lint(f"WEBVTT\n{CUE} x:1\n<q>{'long ' * 30}\nb\nc\n\nlost\n")
    assert [(each.line, each.column) for each in problems] == sorted((each.line, each.column) for each in problems)
    assert len(problems) >= 5


def test_limits_can_be_changed() -> None:
    text = f"{HEAD}{CUE}\na\nb\nc\n"
    assert lint(text, limits=Limits(cue_lines=3)) == ()


def test_a_comma_before_the_milliseconds_is_told_as_such() -> None:
    (problem,) = (each for each in lint(f"{HEAD}00:01,000 --> 00:03,000\nx\n") if each.severity is Severity.ERROR)
    assert "full stop" in problem.fix
    assert isinstance(problem, Problem)
