"""How a certificate stands, in words: what the academy told, what its file says, and of when the lists are."""

from dataclasses import dataclass
from typing import Final

from pocus_desktop.programme.certificate.verify import Verdict
from pocus_desktop.programme.documents.academy import CertificateHeld
from pocus_desktop.programme.own.certificates import KeptCertificate
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.validity import CertificateState, validity
from pocus_desktop.ui.portfolio.page import day_in, moment_in
from pocus_desktop.ui.words import Words

_GOOD: Final = frozenset({CertificateState.VALID, CertificateState.RENEWABLE, CertificateState.RENEWED})
_ENDS: Final = {Verdict.REVOKED: "refused", Verdict.SUSPENDED: "missing"}
"""Verdicts of a file that say more than the document does that told of it, each with its sign."""

_SIGNS: Final = {**_ENDS, Verdict.EXPIRED: "refused", Verdict.VALID: "met"}
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A certificate as a line shows it.

    Attributes:
        certificate_id: Which one.
        sign: Of the line.
        what: How it stands.
        lines: Below it.
        is_here: Whether its file is.
    """

    certificate_id: str
    sign: str
    what: str
    lines: tuple[str, ...]
    is_here: bool


def standings(view: PortfolioView, words: Words) -> tuple[Standing, ...]:
    """Every certificate, the newest first."""
    told = {one.certificate_id: one for one in view.portfolio.certificates}
    here = {one.certificate_id: one for one in view.kept}
    begun_ms = {one.certificate_id: one.certificate.valid_from_ms for one in view.kept}
    both = sorted(told, key=lambda name: told[name].issued_on, reverse=True)
    both += sorted(here.keys() - told.keys(), key=begun_ms.__getitem__, reverse=True)
    return tuple(_standing(name, told.get(name), here.get(name), view, words) for name in both)


def _standing(
    name: str, told: CertificateHeld | None, here: KeptCertificate | None, view: PortfolioView, words: Words
) -> Standing:
    if told is not None:
        found = validity(told, view.portfolio.certificates, view.rules, view.on)
        whose, sign, state = words(f"portfolio.area.{told.area}"), "met", words(f"portfolio.state.{found.state}")
        if found.state not in _GOOD:
            sign = "waits" if found.state is CertificateState.NOT_YET else "refused"
        elif here is not None and here.verdict in _ENDS:
            sign, state = _ENDS[here.verdict], words(f"portfolio.verdict.{here.verdict}")
        dates = {"first": day_in(told.issued_on, words), "last": day_in(told.last_on, words)}
        lines = [words("portfolio.assess.valid", **dates)]
    else:
        assert here is not None  # noqa: S101 - it is told of, or here
        areas = [words(f"portfolio.area.{area}") for area in here.certificate.areas]
        whose, state, lines = ", ".join([here.holder, *areas]), words(f"portfolio.verdict.{here.verdict}"), []
        sign = _SIGNS.get(here.verdict, "info")
    lines += [words("portfolio.assess.number", number=name), *_of_file(here, view.now_ms, words)]
    return Standing(
        certificate_id=name, sign=sign, what=f"{whose}: {state}", lines=tuple(lines), is_here=here is not None
    )


def _of_file(here: KeptCertificate | None, now_ms: int, words: Words) -> list[str]:
    """What is known by the file, and of when."""
    if here is None:
        return [words("portfolio.assess.no_file")]
    if here.as_of_ms is None:
        return [words("portfolio.assess.file_here"), words("portfolio.assess.no_lists")]
    moment = moment_in(here.as_of_ms, words)
    age = _age(now_ms - here.as_of_ms, words)
    is_old = here.verdict is Verdict.STATUS_OLD
    key = "lists_old" if is_old else "lists"
    return [words("portfolio.assess.file_here"), words(f"portfolio.assess.{key}", moment=moment, age=age)]


def _age(ms: int, words: Words) -> str:
    if ms < _HOUR_MS:
        return words("portfolio.age.now")
    if ms < 2 * _DAY_MS:
        return words("portfolio.age.hours", count=ms // _HOUR_MS)
    return words("portfolio.age.days", count=ms // _DAY_MS)
