"""Rules as dated rows: what is in force, what is refused with its line, and that a later row changes no earlier day."""

import json
import tomllib
from datetime import date, timedelta

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import assets
from pocus_desktop.programme.errors import BadRulesError, NoRuleError
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import parse_rules, shipped_rules
from pocus_desktop.programme.rules.model import CasesRule, RuleBook
from pocus_desktop.programme.rules.schema import FILE, rules_schema

_ON = date(2026, 11, 26)
_HEAD = 'format = 1\nbook_id = "test"\npublished = 2026-01-01\n'
_SOURCE = 'source = { words = "w", where = "x", read = 2026-01-01 }\n'


def _cases(row_id: str, since: str, count: int, rest: str = "") -> str:
    return (
        f'[[rule]]\nid = "{row_id}"\nkind = "cases"\nfrom = {since}\narea = "lung"\ncount = {count}\n'
        f"within_years = 2\n{rest}{_SOURCE}"
    )


def test_the_shipped_rules_hold_the_counts_of_every_area() -> None:
    counts = {str(area): shipped_rules().cases(area, _ON).count for area in ContentArea}
    assert counts == {
        "cardiac": 30,
        "gastrointestinal": 25,
        "hepatobiliary-spleen": 25,
        "obstetrics-first-trimester": 25,
        "abdominal-trauma": 20,
        "lower-extremity-dvt": 20,
        "lung": 20,
        "msk-soft-tissue": 20,
        "renal-genitourinary": 20,
        "abdominal-aortic-aneurysm": 15,
    }


def test_the_shipped_rules_hold_what_the_bodies_ask() -> None:
    rules = shipped_rules()
    asked = {
        (body, level): (int(row.credits), row.years)
        for body, level in [("ardms", None), ("arrt", None), ("cci", "registered"), ("cci", "certified")]
        if (row := rules.cme(body, level, _ON)) is not None
    }
    assert asked == {
        ("ardms", None): (30, 3),
        ("arrt", None): (24, 2),
        ("cci", "registered"): (36, 3),
        ("cci", "certified"): (16, 3),
    }
    assert rules.cme("cci", None, _ON) is None  # a level must be said
    assert rules.cme("ardms", "any", _ON) == rules.cme("ardms", None, _ON)


def test_every_shipped_row_is_in_force_today_and_says_where_it_comes_from() -> None:
    rules = shipped_rules()
    assert set(rules.in_force(_ON)) == set(rules.book.rules)
    assert all(row.source.where.startswith("https://") or row.source.where for row in rules.book.rules)
    assert len(rules.providers(_ON)) == 8


def test_a_row_holds_from_its_day_until_another_begins() -> None:
    text = _HEAD + _cases("b", "2027-01-01", 30) + _cases("a", "2026-01-01", 20)
    rules = parse_rules(text.encode(), "rules.toml").demand()
    assert [
        rules.cases(ContentArea.LUNG, day).count
        for day in (date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1), date(2999, 1, 1))
    ] == [20, 20, 30, 30]
    with pytest.raises(NoRuleError) as refused:
        rules.cases(ContentArea.LUNG, date(2025, 12, 31))
    assert refused.value.params == {"what": "cases lung", "on": "2025-12-31"}


def test_a_row_may_end_its_subject_and_another_may_begin_it_again() -> None:
    text = (
        _HEAD
        + _cases("a", "2026-01-01", 20)
        + _cases("b", "2027-01-01", 20, "is_ended = true\n")
        + _cases("c", "2028-01-01", 40)
    )
    rules = parse_rules(text.encode(), "rules.toml").demand()
    assert [rules.areas(date(year, 6, 1)) for year in (2026, 2027, 2028)] == [("lung",), (), ("lung",)]
    assert [row.id for row in rules.in_force(date(2027, 6, 1))] == []
    with pytest.raises(NoRuleError):
        rules.cases(ContentArea.LUNG, date(2027, 6, 1))


def _pass(row_id: str, since: str, percent: int, rest: str = "") -> str:
    return f'[[rule]]\nid = "{row_id}"\nkind = "pass"\nfrom = {since}\n{rest}at_least_percent = {percent}\n{_SOURCE}'


def test_an_area_with_a_row_of_its_own_passes_by_that_and_the_others_by_the_one_for_all() -> None:
    text = _HEAD + _pass("all", "2026-01-01", 70)
    text += _pass("lung", "2027-01-01", 80, 'area = "lung"\n')
    rules = parse_rules(text.encode(), "rules.toml").demand()
    days = (date(2020, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [rules.pass_rule(ContentArea.LUNG, day).at_least_percent for day in days] == [70, 70, 80]
    assert [rules.pass_rule(ContentArea.CARDIAC, day).at_least_percent for day in days] == [70, 70, 70]


def test_what_happened_before_a_first_row_is_judged_by_it_and_what_comes_after_a_last_by_none() -> None:
    ended = _pass("all", "2026-01-01", 70)
    ended += _pass("over", "2027-01-01", 70, "is_ended = true\n")
    rules = parse_rules((_HEAD + ended).encode(), "rules.toml").demand()
    assert rules.pass_rule(ContentArea.LUNG, date(1999, 1, 1)).id == "all"
    with pytest.raises(NoRuleError):
        rules.pass_rule(ContentArea.LUNG, date(2027, 1, 1))
    with pytest.raises(NoRuleError):
        rules.window(date(2026, 6, 1))  # nobody wrote one


def test_a_provider_is_known_by_its_name_from_its_first_day() -> None:
    [named] = [row for row in shipped_rules().providers(_ON) if row.provider == "aium"]
    assert shipped_rules().provider("aium", _ON) == named
    assert shipped_rules().provider("aium", named.since - timedelta(days=1)) is None
    assert shipped_rules().provider("nobody", _ON) is None


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 4000), st.integers(1, 500))
def test_a_later_row_changes_no_earlier_day(on: date, later_by: int, count: int) -> None:
    book = shipped_rules().book
    old = shipped_rules().cases(ContentArea.LUNG, on)
    added = CasesRule.model_validate(
        old.model_dump(by_alias=True) | {"id": "added", "from": on + timedelta(days=later_by), "count": count}
    )
    longer = Rules(RuleBook.model_validate(book.model_dump(by_alias=True) | {"rules": [*book.rules, added]}))
    assert longer.in_force(on) == shipped_rules().in_force(on)
    assert longer.cases(ContentArea.LUNG, added.since).count == count


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (_HEAD + "[[rule]\n", 4, "rules.not_toml"),
        (_HEAD + _cases("a", "2026-02-30", 20), 7, "rules.not_toml"),
        (_HEAD + _cases("a", "2026-01-01T10:00:00Z", 20), 7, "rules.value_error"),
        (_HEAD + _cases("a", "2026-01-01", 0), 9, "rules.greater_than_equal"),
        (_HEAD + _cases("A", "2026-01-01", 20), 5, "rules.value_error"),
        (_HEAD + _cases("a", "2026-01-01", 20, "cuont = 3\n"), 11, "rules.extra_forbidden"),
        (_HEAD + _cases("a", "2026-01-01", 20, "at_least_each = 3\n"), 4, "rules.value_error"),
        (_HEAD + _cases("a", "2026-01-01", 20).replace(_SOURCE, ""), 4, "rules.missing"),
        (_HEAD + _cases("a", "2026-01-01", 20).replace('"lung"', '"spleen"'), 8, "rules.enum"),
        (_HEAD + _cases("a", "2026-01-01", 20).replace('"cases"', '"case"'), 4, "rules.union_tag_invalid"),
        (_HEAD + _cases("a", "2026-01-01", 20) + _cases("a", "2027-01-01", 20), 0, "rules.value_error"),
        (_HEAD + _cases("a", "2026-01-01", 20) + _cases("b", "2026-01-01", 30), 0, "rules.value_error"),
        (_HEAD, 0, "rules.value_error"),
        (_HEAD.replace("format = 1", "format = 2") + _cases("a", "2026-01-01", 20), 1, "rules.literal_error"),
    ],
)
def test_a_slip_is_told_with_its_line(text: str, line: int, code: str) -> None:
    loaded = parse_rules(text.encode(), "rules.toml")
    assert [(problem.line, problem.code) for problem in loaded.problems] == [(line, code)]
    with pytest.raises(BadRulesError):
        loaded.demand()


def test_all_slips_are_told_at_once() -> None:
    text = _HEAD + _cases("a", "2026-01-01", 0) + _cases("b", "2027-01-01", 0)
    assert [problem.line for problem in parse_rules(text.encode(), "r").problems] == [9, 17]


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_refused(data: bytes) -> None:
    assert parse_rules(data, "rules.toml").problems


def test_bytes_that_are_not_text_are_told_with_their_line() -> None:
    [problem] = parse_rules(b"format = 1\n# \xff\n", "r").problems
    assert (problem.line, problem.code) == (2, "rules.not_utf8")


def test_a_file_without_end_is_refused() -> None:
    [problem] = parse_rules(b"#" * (4 * 1024 * 1024 + 1), "r").problems
    assert problem.code == "rules.too_large"


def test_the_digest_is_of_what_the_rules_say_not_of_how_they_are_written() -> None:
    data = assets.folder("programme", "rules.toml").read_bytes()
    assert parse_rules(data + b"\n# a word\n", "r").demand().digest == shipped_rules().digest
    fewer = data.replace(b"count = 30", b"count = 31")
    assert parse_rules(fewer, "r").demand().digest != shipped_rules().digest


def test_the_schema_beside_the_shipped_rules_is_that_of_the_models_and_takes_them() -> None:
    """`pocus programme rules schema > assets/programme/rules.schema.json` renews it."""
    schema = json.loads(assets.folder("programme", FILE).read_text(encoding="utf-8"))
    assert schema == rules_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    shipped = tomllib.loads(assets.folder("programme", "rules.toml").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(json.dumps(shipped, default=str)), schema, cls=jsonschema.Draft202012Validator)
    shipped["rule"][0]["any"] = shipped["rule"][0].pop("any_of")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(json.dumps(shipped, default=str)), schema)
