"""What was stored and what was decided stays: documents and rules of the first format, and all that was told of them.

The golden files are kept for ever. A change of code that tells something else of the same papers, by the same rules, on
the same day, changes old decisions.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pocus_desktop.kernel import canonical
from pocus_desktop.programme.cme.progress import progress
from pocus_desktop.programme.documents.registry import KINDS, encode_document, parse_document
from pocus_desktop.programme.eligibility import eligibility_of_all
from pocus_desktop.programme.next_steps import next_steps
from pocus_desktop.programme.portfolio import gather
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.model import RuleBook
from pocus_desktop.programme.rules.signed import require_succession
from pocus_desktop.programme.voucher import life

GOLDEN = Path(__file__).parents[1] / "golden" / "programme"
_DAYS = (date(2026, 9, 21), date(2026, 11, 26), date(2028, 2, 29), date(2029, 3, 1))


def _rules() -> Rules:
    return Rules(RuleBook.model_validate(canonical.decode((GOLDEN / "rules.v1.json").read_bytes())))


def _without_words(value: Any) -> Any:
    """What is computed, without the sentences: those may be mended, and those of rules stand in the rules."""
    if isinstance(value, dict):
        return {key: _without_words(one) for key, one in value.items() if key not in {"told", "words", "where"}}
    return [_without_words(one) for one in value] if isinstance(value, list) else value


def told() -> dict[str, Any]:
    """All that is told of the golden papers, on days at edges."""
    rules = _rules()
    lines = (GOLDEN / "documents.v1.jsonl").read_bytes().splitlines()
    papers = gather(parse_document(line) for line in lines)
    found: dict[str, Any] = {}
    for day in _DAYS:
        now_ms = round(datetime(day.year, day.month, day.day, 17, tzinfo=UTC).timestamp() * 1000)
        windows = [life(one.voucher_id, papers, rules, now_ms) for one in papers.vouchers]
        found[day.isoformat()] = {
            "eligibility": [answer.as_json() for answer in eligibility_of_all(papers, rules, day)],
            "cme": [one.as_json() for one in progress(papers, rules, day)],
            "steps": [step.as_json() for step in next_steps(papers, rules, now_ms)],
            "vouchers": [
                {"state": str(one.state), "last": str(one.window.last), "ends_at_ms": one.window.ends_at_ms}
                for one in windows
                if one.window is not None
            ],
        }
    stripped = _without_words(found)
    assert isinstance(stripped, dict)
    return stripped


def test_documents_of_the_first_format_are_read_and_written_as_they_were() -> None:
    lines = (GOLDEN / "documents.v1.jsonl").read_bytes().splitlines()
    documents = [parse_document(line) for line in lines]
    assert [encode_document(one) for one in documents] == lines
    assert {one.kind for one in documents} == set(KINDS)


def test_what_was_told_is_told_again() -> None:
    assert told() == json.loads((GOLDEN / "told.v1.json").read_text(encoding="utf-8"))


def test_the_shipped_rules_change_nothing_that_was_decided_by_the_first() -> None:
    first = _rules()
    assert first.digest == canonical.digest((GOLDEN / "rules.v1.json").read_bytes())
    require_succession(first, shipped_rules())
