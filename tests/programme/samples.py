"""Documents for tests, with ids that count."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.documents.candidate import Account, Attestation, CaseEntry, CmeCredit, Credential
from pocus_desktop.programme.portfolio import Portfolio

_NUMBERS = count(1)


def an_id(prefix: str) -> str:
    return f"{prefix}_{next(_NUMBERS):020d}"


def account(**fields: Any) -> Account:
    said = {
        "account_id": an_id("acc"),
        "candidate_id": "C-1001",
        "name": "Ana Ruiz",
        "email": "ana@example.org",
        "zone": "America/Bogota",
        "made_at_ms": 0,
    }
    return Account.model_validate(said | fields)


def credential(name: str, issued: str, *, body: str = "ardms", **fields: Any) -> Credential:
    said = {
        "credential_id": an_id("crd"),
        "body": body,
        "credential": name,
        "title": name.upper(),
        "issued_on": issued,
    }
    return Credential.model_validate(said | fields)


def credit(day: str | date, value: str = "1", **fields: Any) -> CmeCredit:
    """One that ARDMS takes."""
    said = {
        "credit_id": an_id("cme"),
        "activity": an_id("act"),
        "provider_name": "Gulfcoast Ultrasound Institute",
        "way": "online",
        "topic": "advanced-imaging",
        "approvals": ["ardms"],
        "completed_on": str(day),
        "credits": value,
    }
    return CmeCredit.model_validate(said | fields)


def case(performed: str | date, area: str = "lung", **fields: Any) -> CaseEntry:
    said = {"case_entry_id": an_id("log"), "performed_on": str(performed), "area": area}
    return CaseEntry.model_validate(said | fields)


def cases(how_many: int, last: date, area: str = "lung", **fields: Any) -> tuple[CaseEntry, ...]:
    """So many cases, one a day, up to the last day."""
    return tuple(case(last - timedelta(days=back), area, **fields) for back in range(how_many))


def attested(rule_id: str, made: str, area: str | None = None) -> Attestation:
    return Attestation.model_validate(
        {"attestation_id": an_id("ats"), "rule_id": rule_id, "area": area, "made_on": made, "language": "en"}
    )


def attestations(made: str, area: str = "lung") -> tuple[Attestation, ...]:
    return (
        attested("in-practice-2020", made),
        attested("good-standing-2020", made),
        attested("in-area-2020", made, area),
        attested("experience-2020", made, area),
    )


def ready(on: date, area: ContentArea = ContentArea.LUNG, how_many: int = 20) -> Portfolio:
    """A portfolio with all that an area needs on a day."""
    return Portfolio(
        account=account(),
        credentials=(credential("pocus-fundamentals", "2021-05-05", body="pocus-academy"),),
        cases=cases(how_many, on, str(area)),
        attestations=attestations(on.isoformat(), str(area)),
    )
