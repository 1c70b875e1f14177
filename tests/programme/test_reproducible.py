"""What was decided comes out the same by every later book that a hub takes (formats/programme 1.7)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.programme.cme.cycles import cycles
from pocus_desktop.programme.eligibility import eligibility_of_all
from pocus_desktop.programme.errors import KeptRulesUnreadError, NotTheAcademysError, RewritesHistoryError
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.keeping import take_rules
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.model import RuleBook
from pocus_desktop.programme.rules.signed import require_succession, sign_rules
from tests.programme.samples import credential, ready

_KEY = SigningKey.generate()
_FIELDS = shipped_rules().book.model_dump(mode="json", by_alias=True, exclude_defaults=True)
_PUBLISHED = shipped_rules().book.published
_NEW_LEVELS = ("gold", "certified", None)


def _longer(changed: dict[str, Any], since: date, published: date = _PUBLISHED, **fields: Any) -> Rules:
    added = changed | {"id": "added", "from": since.isoformat()} | fields
    return Rules(
        RuleBook.model_validate(_FIELDS | {"published": published.isoformat(), "rules": [*_FIELDS["rules"], added]})
    )


def _ruled(rules: Rules, papers: Portfolio, on: date) -> object:
    answers = [
        (answer.area, answer.until, [(one.standing, one.rule, one.evidence, one.until) for one in answer.findings])
        for answer in eligibility_of_all(papers, rules, on)
    ]
    happened = [rules.window(on), rules.certificate(on), rules.appeal(on)]
    passing = [rules.pass_rule(area, on) for area in rules.areas(on)]
    return (
        answers,
        happened,
        passing,
        rules.attestations(on, "renewal"),
        rules.providers(on),
        cycles(papers.credentials, rules, on),
    )


@settings(max_examples=50)
@given(
    st.sampled_from(_FIELDS["rules"]),
    st.integers(1, 3000),
    st.integers(-700, 3000),
    st.integers(0, 3000),
    st.sampled_from(_NEW_LEVELS),
    st.integers(0, 12),
)
def test_a_book_that_a_hub_may_take_on_a_day_answers_for_every_day_until_it_as_before(
    row: dict[str, Any], begins_after: int, asked_before: int, taken_after: int, level: str | None, years: int
) -> None:
    taken_on = _PUBLISHED + timedelta(days=taken_after)
    fields: dict[str, Any] = {"level": level} if row["kind"] == "cme" else {}
    if row["kind"] in {"cases", "cme"}:
        fields |= {"count": 1} if row["kind"] == "cases" else {"credits": "1", "years": 1, "of_which": []}
    longer = _longer(row, taken_on + timedelta(days=begins_after), **fields)
    require_succession(shipped_rules(), longer, decided_until=taken_on)
    on = max(taken_on - timedelta(days=max(asked_before, 0)), date(2020, 1, 1))
    held = tuple(credential("x", f"{2024 - years}-06-15", body=body, level=level) for body in ("ardms", "arrt", "cci"))
    papers = ready(on)
    papers = replace(papers, credentials=(*papers.credentials, *held))
    assert _ruled(longer, papers, on) == _ruled(shipped_rules(), papers, on)


@pytest.mark.parametrize("level", ["registered", None])
def test_a_cycle_from_before_a_bodys_first_row_keeps_the_rule_of_that_row_when_its_level_gets_one(
    level: str | None,
) -> None:
    arrt = next(row for row in _FIELDS["rules"] if row["kind"] == "cme" and row["body"] == "arrt")
    held = (credential("rt", "2018-06-15", body="arrt", level=level),)
    longer = _longer(arrt, date(2027, 1, 1), level="registered", credits="1")
    until = date(2030, 1, 1)
    before, after = cycles(held, shipped_rules(), until), cycles(held, longer, until)
    assert before[0].first < date(2020, 1, 1)
    assert [one for one in after if one.first < date(2027, 1, 1)] == [
        one for one in before if one.first < date(2027, 1, 1)
    ]


_BEGINS = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("taken_on", "is_taken"),
    [(_BEGINS - timedelta(days=1), True), (_BEGINS, False), (date(2027, 6, 1), False), (None, True)],
)
def test_a_hub_takes_no_book_whose_new_rows_began_before_it_decided_by_them(
    taken_on: date | None,
    is_taken: bool,
    tmp_path: Path,
) -> None:
    row = next(row for row in _FIELDS["rules"] if row["id"] == "cases-lung-2020")
    kept, book = tmp_path / "rules.json", sign_rules(_longer(row, _BEGINS, published=date(2026, 12, 1), count=9), _KEY)

    def take() -> Rules:
        return take_rules(kept, book, [_KEY.public], decided_until=taken_on)

    if is_taken:
        assert take().book.published == date(2026, 12, 1)
        return
    with pytest.raises(RewritesHistoryError) as refused:
        take()
    assert refused.value.params == {"what": "added", "published": str(taken_on)}
    assert not kept.exists()


@pytest.mark.parametrize("harm", ["cut short", "revoked"])
def test_a_hub_whose_kept_book_does_not_verify_forgets_no_history(harm: str, tmp_path: Path) -> None:
    own = Rules(RuleBook.model_validate(_FIELDS | {"book_id": "own"}))
    shorter = Rules(RuleBook.model_validate(_FIELDS | {"book_id": "own", "rules": _FIELDS["rules"][1:]}))
    kept, today, later = tmp_path / "rules.json", SigningKey.generate(), date(2027, 3, 1)
    take_rules(kept, sign_rules(own, _KEY), [_KEY.public])
    if harm == "cut short":
        kept.write_bytes(kept.read_bytes()[:-20])
    before, short = kept.read_bytes(), sign_rules(shorter, today)
    with pytest.raises(KeptRulesUnreadError):
        take_rules(kept, short, [today.public], decided_until=later)
    if harm == "revoked":
        with pytest.raises(RewritesHistoryError):
            take_rules(kept, short, [today.public], decided_until=later, kept_by=[_KEY.public])
        with pytest.raises(NotTheAcademysError):  # what the revoked key signs is taken no more
            take_rules(kept, sign_rules(own, _KEY), [today.public], decided_until=later, kept_by=[_KEY.public])
        assert kept.read_bytes() == before
        again = take_rules(kept, sign_rules(own, today), [today.public], decided_until=later, kept_by=[_KEY.public])
        assert again.digest == own.digest
        return
    assert kept.read_bytes() == before
    assert take_rules(kept, short, [today.public]).digest == shorter.digest, "as with --late"
