"""Education as a MedBiquitous Activity Report: by its profile's schema, and read back."""

from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from pocus_desktop.programme.cme.activity_report import CREDITS, MEMBER, NAME, REPORT, activity_report
from pocus_desktop.programme.cme.errors import NothingToReportError
from pocus_desktop.programme.documents.candidate import Account, CmeCredit, Credential
from tests.programme.samples import account, credential, credit

_SCHEMA = etree.XMLSchema(
    etree.parse(Path(__file__).parents[2] / "docs/formats/schemas/activity-report/activity-report.xsd")
)
_NOW_MS = 1_795_680_000_123
_NAMES = {"a": REPORT, "m": MEMBER, "n": NAME, "hx": CREDITS}


def _report(*credits_: CmeCredit, of: Account | None = None, held: tuple[Credential, ...] = ()) -> Element:
    data = activity_report(of or account(), held, credits_, now_ms=_NOW_MS)
    _SCHEMA.assertValid(etree.fromstring(data))
    root: Element = fromstring(data)
    return root


def _texts(root: Element, path: str) -> list[str | None]:
    return [one.text for one in root.findall(path, _NAMES)]


def test_a_report_says_who_and_what() -> None:
    held = (
        credential("rdms", "2020-02-29", number="R-77", expires_on="2027-12-31"),
        credential("rt-s", "2021-01-01", body="arrt", status="lapsed"),
    )
    later = credit("2026-05-01", "1.25", activity="B", activity_id="L-1", approvals=["ardms", "accme"])
    first = credit("2026-02-28", "10", activity="A & <b>", approvals=[], subjects=["lung", "vascular"])
    root = _report(later, first, held=held)
    assert _texts(root, "a:DateTimeCreated") == ["2026-11-26T08:00:00Z"]
    assert _texts(root, ".//a:ReportingOrganization") == ["Self-reported: Ana Ruiz"]
    ids = root.findall(".//m:UniqueID", _NAMES)
    assert [(one.get("domain"), one.text) for one in ids] == [("pocus-academy", "C-1001"), ("ardms", "R-77")]
    assert _texts(root, ".//n:FormattedName") == ["Ana Ruiz"]
    assert _texts(root, ".//m:CertificateStatus") == ["Active", "Expired"]
    assert _texts(root, ".//a:ActivityName") == ["A & <b>", "B"]
    assert [one.get("activityID") for one in root.findall(".//a:Activity", _NAMES)] == [None, "L-1"]
    assert _texts(root, ".//a:CompletedDateTime") == ["2026-02-28T00:00:00", "2026-05-01T00:00:00"]
    assert _texts(root, ".//hx:accreditingBody") == ["ARDMS", "ACCME"]
    assert _texts(root, ".//hx:numberOfCredits") == ["10", "1.25", "1.25"]
    assert len(_texts(root, ".//hx:nonAccreditedProvider")) == 1
    assert _texts(root, ".//a:CreditFocus/a:Description") == ["lung", "vascular"]
    assert len(set(_texts(root, ".//a:CreditID"))) == 3


def test_nobody_reports_nothing() -> None:
    with pytest.raises(NothingToReportError):
        activity_report(account(), (), (), now_ms=_NOW_MS)


@pytest.mark.parametrize("email", ["josé@example.org", "a@exämple.org"])
def test_an_address_that_the_standard_does_not_know_is_left_out(email: str) -> None:
    assert not _texts(_report(credit("2026-02-28"), of=account(email=email)), ".//m:EmailAddress")


_LINE = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(_LINE, _LINE, st.none() | _LINE)
@example("a\ufffeb", "\uffff", "\ufffe")  # characters of text that no XML document can hold
def test_whatever_people_write_is_xml(name: str, activity: str, number: str | None) -> None:
    root = _report(credit("2026-02-28", activity=activity, activity_id=number), of=account(name=name))
    if "\ufffe" not in activity and "\uffff" not in activity:
        assert _texts(root, ".//a:ActivityName") == [activity]
