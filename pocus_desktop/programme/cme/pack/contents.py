"""What an audit pack says, as the typesetter's template reads it (formats/audit-pack 2). Pure.

Every text is data: the template sets it as characters, and reads none of it as markup.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from pocus_desktop.kernel import words
from pocus_desktop.programme.answer import spoken
from pocus_desktop.programme.cme.progress import Progress, counts_for
from pocus_desktop.programme.days import day_told
from pocus_desktop.programme.documents.candidate import CmeCredit, Credential
from pocus_desktop.programme.documents.parts import EvidenceFile
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.values import format_credits

Said: TypeAlias = dict[str, Any]
_OTHER: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page of evidence.

    Attributes:
        path: Its name beside the template.
        width_mm: How wide what it shows is; 0 where nobody knows.
    """

    path: str
    width_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What became of a file of evidence.

    Attributes:
        file: Which.
        stored: Its name beside the template; empty where its bytes are not here.
        pages: What is shown of it.
        problem: Why it is not shown whole: a key below `pack.problem.`; empty where it is.
        is_attached: Whether it goes into the pack as it is.
    """

    file: EvidenceFile
    stored: str = ""
    pages: tuple[Picture, ...] = ()
    problem: str = ""
    is_attached: bool = True


def claimed(claims: Iterable[Progress], portfolio: Portfolio) -> tuple[CmeCredit, ...]:
    """The credits that count in any of some cycles, in the order in which they were completed."""
    counted = {credit_id for one in claims for credit_id in one.counted}
    found = [one for one in portfolio.credits if one.credit_id in counted]
    return tuple(sorted(found, key=lambda one: (one.completed_on, one.credit_id)))


def contents(
    claims: Sequence[Progress],
    portfolio: Portfolio,
    rules: Rules,
    shown: Mapping[str, Sequence[Shown]],
    *,
    on: date,
    language: str,
) -> Said:
    """All that the template sets.

    Args:
        claims: The cycles that are claimed.
        portfolio: Whose they are.
        rules: Whose providers' approvals count.
        shown: By credit, what became of its files.
        on: The day the pack is made.
        language: `en` or `es`.
    """
    teller = _Teller(language, rules)
    numbers = {one.credit_id: number for number, one in enumerate(claimed(claims, portfolio), 1)}
    account = portfolio.account
    holder = account.name if account is not None else "-"
    bodies = ", ".join(dict.fromkeys(one.cycle.body.upper() for one in claims))
    facts = [
        (teller("holder"), holder),
        (teller("number"), (account.candidate_id if account is not None else None) or "-"),
        (teller("made"), teller.day(on)),
    ]
    return {
        "language": language,
        "document-title": teller("document-title", holder=holder, bodies=bodies),
        "title": teller("title"),
        "subtitle": bodies,
        "author": holder,
        "date": [on.year, on.month, on.day],
        "facts": facts,
        "note": teller("note"),
        "page-of": teller("page-of"),
        "continued": teller("continued"),
        "claims": [_claim(one, portfolio, numbers, teller) for one in claims],
        "evidence-title": teller("evidence"),
        "evidence": [
            _evidence(one, numbers[one.credit_id], shown.get(one.credit_id, ()), claims, teller)
            for one in claimed(claims, portfolio)
        ],
        "report-told": teller("report"),
    }


class _Teller:
    """Sentences below `pack.`, and days, in one language."""

    def __init__(self, language: str, rules: Rules) -> None:
        self.language = language
        self._rules = rules

    def __call__(self, key: str, **params: object) -> str:
        return words.say(f"pack.{key}", self.language, **params)

    def day(self, day: date) -> str:
        return day_told(day, self.language)

    def approvals(self, one: CmeCredit) -> str:
        """By whom it was approved: as its certificate says, and as its provider had it that day."""
        named = [name.upper() for name in one.approvals]
        row = self._rules.provider(one.provider, one.completed_on) if one.provider is not None else None
        more = [name.upper() for name in row.approvals if name not in one.approvals] if row is not None else []
        return ", ".join(named + [self("by-provider", name=name) for name in more]) or "-"

    def short(self, day: date) -> str:
        """In a table; digits in an order that nobody mistakes."""
        return day.isoformat()


def _claim(one: Progress, portfolio: Portfolio, numbers: Mapping[str, int], teller: _Teller) -> Said:
    cycle, rule, credits_ = one.cycle, one.cycle.rule, {credit.credit_id: credit for credit in portfolio.credits}
    held = [credential for credential in portfolio.credentials if credential.credential_id in cycle.credentials]
    counted_from = teller("stated" if cycle.is_stated else "from-issue")
    span = teller("span", first=teller.day(cycle.first), last=teller.day(cycle.last))
    facts = [
        (teller("cycle"), f"{span} {counted_from}"),
        (teller("kept"), "; ".join(_credential(credential, teller) for credential in held)),
        (teller("rule"), teller("rule-row", rule=rule.id, since=teller.day(rule.since), asked=_asked(one, teller))),
        (teller("source"), f"{rule.source.words} ({rule.source.where}, {teller.short(rule.source.read)})"),
    ]
    have, need = format_credits(one.have), format_credits(one.need)
    rows = [
        _row(credits_[credit_id], numbers[credit_id], value, teller)
        for credit_id, value in sorted(one.counted.items(), key=lambda item: numbers[item[0]])
    ]
    if one.carried:
        rows.append(["", "", teller("carried"), "", format_credits(one.carried), ""])
    shares = [
        teller(
            "share",
            subject=spoken(share.subject, teller.language),
            have=format_credits(share.have),
            need=format_credits(share.need),
        )
        for share in one.shares
    ]
    in_order = sorted(one.left.items(), key=lambda item: (credits_[item[0]].completed_on, item[0]))
    left = [_left(credits_[credit_id], why, teller) for credit_id, why in in_order]
    return {
        "title": teller("claim", body=cycle.body.upper(), number=cycle.number),
        "facts": facts,
        "is-met": one.is_met,
        "standing": teller("met" if one.is_met else "missing", have=have, need=need, more=format_credits(one.missing)),
        "shares": shares,
        "heads": [teller(f"column.{name}") for name in ("number", "day", "activity", "approvals", "credits", "file")],
        "rows": rows,
        "total": [teller("total"), have],
        "left-title": teller("left"),
        "left": left,
        "left-heads": [teller(f"column.{name}") for name in ("day", "activity", "credits", "why")],
        "nothing": teller("nothing"),
    }


def _asked(one: Progress, teller: _Teller) -> str:
    rule = one.cycle.rule
    level = f" ({rule.level})" if rule.level else ""
    accepts = ", ".join(name.upper() for name in rule.accepts)
    credits_ = format_credits(rule.credits)
    return teller("asked", body=rule.body.upper(), level=level, credits=credits_, years=rule.years, accepts=accepts)


def _credential(one: Credential, teller: _Teller) -> str:
    number = f", {one.number}" if one.number else ""
    return teller("credential", title=one.title, number=number, day=teller.day(one.issued_on))


def _row(one: CmeCredit, number: int, value: Decimal, teller: _Teller) -> list[str]:
    files = teller("files", count=len(one.evidence)) if one.evidence else teller("no-file")
    activity = f"{one.activity}\n{one.provider_name}"
    return [
        str(number),
        teller.short(one.completed_on),
        activity,
        teller.approvals(one),
        format_credits(value),
        files,
    ]


def _left(one: CmeCredit, why: str, teller: _Teller) -> list[str]:
    told = words.say(f"programme.left.{why}", teller.language)
    return [teller.short(one.completed_on), f"{one.activity}\n{one.provider_name}", format_credits(one.credits), told]


def _evidence(one: CmeCredit, number: int, shown: Sequence[Shown], claims: Sequence[Progress], teller: _Teller) -> Said:
    bodies = counts_for(claims)[one.credit_id]
    said = words.say
    facts = [
        (teller("column.day"), teller.day(one.completed_on)),
        (teller("column.credits"), format_credits(one.credits)),
        (teller("provider"), one.provider_name),
        (teller("activity-number"), one.activity_id or "-"),
        (teller("column.approvals"), teller.approvals(one)),
        (teller("subjects"), ", ".join(one.subjects) or "-"),
        (teller("way"), said(f"programme.name.{one.way}", teller.language) if one.way else "-"),
        (teller("counts-for"), ", ".join(dict.fromkeys(body.upper() for body in bodies))),
    ]
    files = [_file(file, number, at, teller) for at, file in enumerate(shown, 1)]
    return {
        "title": f"{number}. {one.activity}",
        "facts": facts,
        "files": files,
        "nothing": teller("no-evidence"),
    }


def _file(one: Shown, number: int, at: int, teller: _Teller) -> Said:
    notes = [teller(f"problem.{one.problem}")] if one.problem else []
    if one.stored and not one.is_attached:
        notes.append(teller("not-attached"))
    return {
        "name": one.file.name,
        "facts": teller("file", name=one.file.name, bytes=one.file.size_bytes, sha256=one.file.sha256),
        "notes": notes,
        "pages": [
            {
                "path": page.path,
                "width-mm": page.width_mm,
                "caption": teller("page", name=one.file.name, page=nth, count=len(one.pages)),
                "alt": teller("alt", name=one.file.name, page=nth, count=len(one.pages)),
            }
            for nth, page in enumerate(one.pages, 1)
        ],
        "stored": one.stored if one.is_attached else "",
        "attached-as": f"{number:02}-{at} {one.file.name}",
        "media-type": one.file.media_type or _OTHER,
        "description": teller("attached", number=number, name=one.file.name),
    }
