"""How long a certificate is valid, and when it may be renewed (formats/programme 8). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pocus_desktop.programme.answer import RuleRef
from pocus_desktop.programme.days import days_after, years_after
from pocus_desktop.programme.documents.academy import CertificateHeld
from pocus_desktop.programme.rules.choose import Rules


class CertificateState(StrEnum):
    """How a certificate stands on a day."""

    NOT_YET = "not-yet"
    VALID = "valid"
    RENEWABLE = "renewable"
    """Valid, and near enough to its end to be renewed."""
    RENEWED = "renewed"
    """Valid, and another goes on from it."""
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """A certificate on a day.

    Attributes:
        renew_from: The first day on which renewal may begin.
        last: The last day on which it is valid, and may be renewed.
    """

    certificate_id: str
    state: CertificateState
    renew_from: date
    last: date
    rule: RuleRef


def last_day(issued_on: date, rules: Rules) -> date:
    """The last day of a certificate that is issued on a day.

    Raises:
        NoRuleError: Nothing is in force that day.
    """
    return years_after(issued_on, rules.certificate(issued_on).valid_years)


def renewed_from(before: CertificateHeld, renewed_on: date, rules: Rules) -> tuple[date, date]:
    """The first and last day of a certificate that goes on from another, so that who renews early loses no day.

    Raises:
        NoRuleError: Nothing is in force on the day of renewal.
    """
    row = rules.certificate(renewed_on)
    if renewed_on > before.last_on:
        return renewed_on, years_after(renewed_on, row.valid_years)
    return days_after(before.last_on, 1), years_after(before.last_on, row.valid_years)


def validity(certificate: CertificateHeld, others: Iterable[CertificateHeld], rules: Rules, on: date) -> Validity:
    """How a certificate stands.

    Args:
        certificate: Which one.
        others: All of the candidate, among which one may go on from it.
        rules: The book; the row of the day it was issued says when renewal may begin.
        on: The day.

    Raises:
        NoRuleError: Nothing was in force when it was issued.
    """
    row = rules.certificate(certificate.issued_on)
    renew_from = max(certificate.last_on - timedelta(days=row.renew_from_days), certificate.issued_on)
    is_renewed = any(
        one.renewal_of == certificate.certificate_id and (one.revoked_on is None or on < one.revoked_on)
        for one in others
    )
    if certificate.revoked_on is not None and on >= certificate.revoked_on:
        state = CertificateState.REVOKED
    elif on < certificate.issued_on:
        state = CertificateState.NOT_YET
    elif on > certificate.last_on:
        state = CertificateState.ENDED
    elif is_renewed:
        state = CertificateState.RENEWED
    else:
        state = CertificateState.RENEWABLE if on >= renew_from else CertificateState.VALID
    return Validity(
        certificate_id=certificate.certificate_id,
        state=state,
        renew_from=renew_from,
        last=certificate.last_on,
        rule=RuleRef.of(row),
    )
