"""A certificate as PDF: PDF/A-3a and PDF/UA-1, fonts inside, the credential attached (formats/certificate 7).

The typesetter checks both standards itself and refuses what does not conform. A name is data to it, never markup.
"""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, Final

import segno

from pocus_desktop.kernel import words
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate.document import Certificate
from pocus_desktop.programme.certificate.errors import PaperFailedError
from pocus_desktop.programme.certificate.printed import printed_text
from pocus_desktop.programme.days import day_told
from pocus_desktop.programme.typesetting import CannotSetError, set_pdf

LANGUAGES: Final = ("en", "es")
_NAME_SIZES: Final = ((28, 34), (40, 28), (60, 20))
"""Up to so many characters, this size in points; smaller still for the longest."""

_SMALLEST_PT: Final = 15
_MASK: Final = 3
"""One of the eight patterns that a code may be overlaid with: to weigh all of them takes longer than the page."""


def to_pdf(certificate: Certificate, credential: bytes, *, language: str) -> bytes:
    """The PDF of a certificate.

    Args:
        certificate: What the credential says.
        credential: Signed; it goes inside as it is.
        language: `en` or `es`.

    Raises:
        PaperFailedError: The typesetter refuses.
    """
    said = _said(certificate, credential, language)
    try:
        return set_pdf("certificate", said, standards=["a-3a", "ua-1"], credential=credential.decode())
    except CannotSetError as problem:
        raise PaperFailedError(reason=str(problem)) from problem


def _said(certificate: Certificate, credential: bytes, language: str) -> dict[str, Any]:
    def say(key: str, **params: object) -> str:
        return words.say(f"certificate.{key}", language, **params)

    begins, ends = _day(certificate.valid_from_ms), _day(certificate.valid_until_ms)
    rules = ", ".join(
        say("paper.rule", rule=rule.rule_id, since=day_told(rule.since, language)) for rule in certificate.rules
    )
    return {
        "language": language,
        "document-title": f"{say('title')}: {certificate.holder}",
        "date": [begins.year, begins.month, begins.day],
        "issuer": certificate.issuer,
        "title": say("title"),
        "certifies": say("paper.certifies"),
        "holder": certificate.holder,
        "name-size": next((size for most, size in _NAME_SIZES if len(certificate.holder) <= most), _SMALLEST_PT),
        "has-shown": say("paper.has-shown"),
        "areas": [documents.area_name(area, language) for area in certificate.areas],
        "facts": [
            [say("paper.valid"), say("paper.dates", begins=day_told(begins, language), ends=day_told(ends, language))],
            [say("paper.number"), certificate.certificate_id],
            [say("paper.rules"), rules],
            [say("paper.verify"), certificate.url],
        ],
        "inside": say("paper.inside"),
        "attachment": say("paper.attachment"),
        "qr": _qr(printed_text(certificate, credential)),
        "qr-alt": say("paper.qr", address=certificate.url),
    }


def _day(wall_ms: int) -> date:
    return datetime.fromtimestamp(wall_ms / 1000, tz=UTC).date()


def _qr(text: str) -> str:
    drawn = BytesIO()
    segno.make_qr(text, error="m", mask=_MASK).save(
        drawn, kind="svg", border=0, dark="#14202b", xmldecl=False, svgclass=None
    )
    return drawn.getvalue().decode()
