"""By what a requirement is met, in words: the documents that a finding names by their ids. Pure.

Candidates read it beside each answer, and whoever decides on an application reads the same.
"""

from collections.abc import Iterable

from pocus_desktop.programme.answer import Finding, Told
from pocus_desktop.programme.portfolio import Portfolio


def grounds(portfolio: Portfolio, findings: Iterable[Finding]) -> tuple[tuple[Told, ...], ...]:
    """For each finding a sentence for each credential or statement, and one for all cases together; in their order.

    Args:
        portfolio: The one that was asked about. What it does not hold is passed over.
        findings: Of its answer.
    """
    by_id: dict[str, Told] = {
        one.credential_id: Told.of(
            "ground.credential", title=one.title, body=one.body.upper(), day=one.issued_on.isoformat()
        )
        for one in portfolio.credentials
    }
    by_id |= {
        one.attestation_id: Told.of("ground.attestation", day=one.made_on.isoformat()) for one in portfolio.attestations
    }
    days = {one.case_entry_id: one.performed_on for one in portfolio.cases}

    def of(finding: Finding) -> tuple[Told, ...]:
        cases = [days[one] for one in finding.evidence if one in days]
        if cases:
            first, last = min(cases).isoformat(), max(cases).isoformat()
            return (Told.of("ground.cases", count=len(cases), first=first, last=last),)
        return tuple(by_id[one] for one in finding.evidence if one in by_id)

    return tuple(map(of, findings))
