"""Credits as a MedBiquitous Activity Report, ANSI/MEDBIQ AR.10.1-2009 (formats/activity-report). Pure.

It is the candidate's own record and says so: a provider reports what it issued, this reports what somebody has noted.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import (
    Element,
    SubElement,
    indent,
    register_namespace,
    tostring,
)

from pocus_desktop.programme.cme.errors import NothingToReportError
from pocus_desktop.programme.documents.candidate import Account, CmeCredit, Credential
from pocus_desktop.programme.values import format_credits

REPORT: Final = "http://ns.medbiq.org/activityreport/v1/"
MEMBER: Final = "http://ns.medbiq.org/member/v1/"
NAME: Final = "http://ns.medbiq.org/name/v1/"
CREDITS: Final = "http://ns.medbiq.org/lom/extend/v1/"

_PREFIXES: Final = {"": REPORT, "m": MEMBER, "n": NAME, "hx": CREDITS}
for _prefix, _namespace in _PREFIXES.items():
    register_namespace(_prefix, _namespace)

_STATUS: Final = {"active": "Active", "lapsed": "Expired", "revoked": "Revoked"}
_EMAIL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^`{}|~._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""What the standard takes for an address; another is left out."""

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold."""


def activity_report(
    account: Account, credentials: Iterable[Credential], credits_: Iterable[CmeCredit], *, now_ms: int
) -> bytes:
    """The report.

    Args:
        account: Whose it is.
        credentials: What they hold, told beside their name.
        credits_: What is reported, in the order in which it was completed.
        now_ms: When it is made.

    Raises:
        NothingToReportError: There are no credits; the standard knows no report without an activity.
    """
    ordered = sorted(credits_, key=lambda one: (one.completed_on, one.credit_id))
    if not ordered:
        raise NothingToReportError
    root = Element(_tag(REPORT, "ActivityReports"))
    _add(root, REPORT, "DateTimeCreated", f"{datetime.fromtimestamp(now_ms // 1000, tz=UTC):%Y-%m-%dT%H:%M:%SZ}")
    report = SubElement(root, _tag(REPORT, "ActivityReport"))
    _add(report, REPORT, "ReportingOrganization", f"Self-reported: {account.name}")
    _member(SubElement(report, _tag(REPORT, "Member")), account, tuple(credentials))
    for one in ordered:
        _activity(report, one)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _member(member: Element, account: Account, credentials: tuple[Credential, ...]) -> None:
    if account.candidate_id is not None:
        _add(member, MEMBER, "UniqueID", account.candidate_id, domain="pocus-academy")
    for one in credentials:
        if one.number is not None:
            _add(member, MEMBER, "UniqueID", one.number, domain=one.body)
    name = SubElement(member, _tag(MEMBER, "Name"))
    _add(name, NAME, "FormattedName", account.name)
    for one in credentials:
        info = SubElement(member, _tag(MEMBER, "CertificationInfo"))
        _add(info, MEMBER, "CertificationOrganization", one.body.upper())
        _add(info, MEMBER, "CertificateStatus", _STATUS[one.status])
        certificate = SubElement(info, _tag(MEMBER, "CertificateInfo"))
        _add(certificate, MEMBER, "CertificateName", one.title)
        issuance = SubElement(certificate, _tag(MEMBER, "CertificateIssuance"))
        if one.number is not None:
            _add(issuance, MEMBER, "CertificationID", one.number)
        _add(issuance, MEMBER, "CertificationIssueDate", one.issued_on.isoformat())
        if one.expires_on is not None:
            _add(issuance, MEMBER, "CertificationExpireDate", one.expires_on.isoformat())
    if _EMAIL.fullmatch(account.email):
        _add(SubElement(member, _tag(MEMBER, "PersonalInfo")), MEMBER, "EmailAddress", account.email)


def _activity(report: Element, one: CmeCredit) -> None:
    activity = SubElement(report, _tag(REPORT, "Activity"))
    if one.activity_id is not None:
        activity.set("activityID", _xml(one.activity_id))
    _add(activity, REPORT, "ProviderOrganization", one.provider_name)
    _add(activity, REPORT, "ActivityName", one.activity)
    module = SubElement(activity, _tag(REPORT, "Module"))
    _add(module, REPORT, "ModuleName", one.activity)
    _add(module, REPORT, "Status", "Completed")
    _add(module, REPORT, "CompletedDateTime", f"{one.completed_on.isoformat()}T00:00:00")
    for body in one.approvals or ("",):
        certificate = SubElement(module, _tag(REPORT, "CreditCertificate"))
        received = SubElement(certificate, _tag(REPORT, "CreditReceived"))
        if body:
            _add(received, CREDITS, "accreditingBody", body.upper())
        _add(received, CREDITS, "creditUnit", "Credit")
        _add(received, CREDITS, "accreditedProvider" if body else "nonAccreditedProvider", one.provider_name)
        _add(received, CREDITS, "numberOfCredits", format_credits(one.credits))
        for subject in one.subjects:
            focus = SubElement(received, _tag(REPORT, "CreditFocus"))
            _add(focus, REPORT, "Description", subject)
            _add(focus, REPORT, "NumberOfCredits", format_credits(one.credits))
        _add(certificate, REPORT, "CreditID", f"urn:pocus:{one.credit_id}" + (f":{body}" if body else ""))


def _add(parent: Element, namespace: str, name: str, text: str, **attributes: str) -> None:
    element = SubElement(parent, _tag(namespace, name), attributes)
    element.text = _xml(text)


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _tag(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"
