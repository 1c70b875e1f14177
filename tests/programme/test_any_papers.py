"""Whatever part of a candidate's papers there is, on whatever day it is asked about: everything can be told."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.programme.calendar_file import calendar
from pocus_desktop.programme.cme.progress import counts_for, progress
from pocus_desktop.programme.documents.registry import AnyDocument, parse_document, read_document
from pocus_desktop.programme.eligibility import eligibility_of_all
from pocus_desktop.programme.next_steps import next_steps
from pocus_desktop.programme.portfolio import gather
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.validity import validity
from pocus_desktop.programme.voucher import life

_GOLDEN = Path(__file__).parents[1] / "golden" / "programme" / "documents.v1.jsonl"
_PAPERS = [parse_document(line) for line in _GOLDEN.read_bytes().splitlines()]
_DAYS_LATER = (0, 0, 0, 1, -1, 366, -400, 3000, -6000)


def _moved(document: AnyDocument, days: int) -> AnyDocument:
    """The same document, all of whose days and moments lie so much later."""
    fields = document.model_dump(mode="json")
    for name, value in fields.items():
        if name.endswith("_ms"):
            fields[name] = max(value + days * 86_400_000, 0)
        elif isinstance(value, str) and name.endswith(("_on", "_by", "cycle_from")):
            fields[name] = (date.fromisoformat(value) + timedelta(days=days)).isoformat()
    return read_document(fields)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(_PAPERS), st.sampled_from([0, 0, 0, 1, -1, 366, -400, 3000, -6000])), max_size=25
    ),
    st.integers(1_578_000_000, 4_733_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC)),
    st.sampled_from(["en", "es"]),
)
def test_it_can_be_told(some: list[tuple[AnyDocument, int]], now: datetime, language: str) -> None:
    papers, rules = gather(_moved(document, days) for document, days in some), shipped_rules()
    now_ms = round(now.timestamp() * 1000)
    steps = next_steps(papers, rules, now_ms)
    assert json.dumps([step.as_json(language) for step in steps])
    assert "{" not in "".join(step.told(language) for step in steps)  # every parameter of the words is given
    assert calendar(steps, account_id="", now_ms=now_ms, language=language).endswith(b"END:VCALENDAR\r\n")
    answers = eligibility_of_all(papers, rules, now.date())
    assert json.dumps([answer.as_json(language) for answer in answers])
    for answer in answers:
        for finding in answer.findings:
            assert "{" not in "".join(one(language) for one in (*finding.missing, *finding.notes))
            assert finding.is_met != bool(finding.missing)
            assert finding.requirement == "cases" or (finding.have, finding.need) == (int(finding.is_met), 1)
            assert finding.until is None or (finding.is_met and finding.until >= now.date())
    found = progress(papers, rules, now.date())
    assert json.dumps([one.as_json(language) for one in found])
    assert set(counts_for(found)) <= {one.credit_id for one in papers.credits}
    for one in papers.certificates:
        validity(one, papers.certificates, rules, max(now.date(), one.issued_on))
    for voucher in papers.vouchers:
        told = life(voucher.voucher_id, papers, rules, now_ms)
        assert all(error.explain(language).what for error in told.refusals.values())
        if told.window is not None:
            assert told.window.is_open(told.window.ends_at_ms - 1)
            assert not told.window.is_open(told.window.ends_at_ms)


@settings(max_examples=20, deadline=None)
@given(st.permutations(_PAPERS))
def test_the_order_of_papers_changes_nothing(papers: list[AnyDocument]) -> None:
    now_ms = round(datetime(2026, 11, 26, tzinfo=UTC).timestamp() * 1000)
    assert gather(papers) == gather(_PAPERS)
    assert next_steps(gather(papers), shipped_rules(), now_ms) == next_steps(gather(_PAPERS), shipped_rules(), now_ms)
