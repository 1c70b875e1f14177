"""Whether a candidate is eligible for a certificate of an area, on a day (formats/programme 5). Pure.

Each requirement answers by itself: what is met, by which documents, until when; what is missing. What the documents say
counts; whether it is true is for the academy's audit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.answer import Answer, Finding, RuleRef, Standing, Told
from pocus_desktop.programme.days import days_after, first_day_within, years_after
from pocus_desktop.programme.documents.candidate import Attestation, CaseEntry, Credential
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.model import AttestationRule, CasesRule, Foundation, Way


def eligibility(portfolio: Portfolio, area: ContentArea, rules: Rules, on: date) -> Answer:
    """How it stands with an area.

    Raises:
        NoRuleError: Nothing is in force that day.
    """
    ground = foundation(portfolio.credentials, rules.foundation(on), on)
    return _answer(portfolio, portfolio.cases_of(area), area, rules, on, ground)


def eligibility_of_all(portfolio: Portfolio, rules: Rules, on: date) -> tuple[Answer, ...]:
    """How it stands with every area that has a rule that day, in the order of the areas."""
    ground = foundation(portfolio.credentials, rules.foundation(on), on)
    cases: dict[ContentArea, list[CaseEntry]] = defaultdict(list)
    for entry in portfolio.cases:
        cases[entry.area].append(entry)
    return tuple(_answer(portfolio, cases.get(area, ()), area, rules, on, ground) for area in rules.areas(on))


def _answer(
    portfolio: Portfolio, logged: Sequence[CaseEntry], area: ContentArea, rules: Rules, on: date, ground: Finding
) -> Answer:
    attested = (
        attestation(portfolio.attestations, row, area, rules, on) for row in rules.attestations(on, "application")
    )
    cases = count_cases(logged, rules.cases(area, on), on)
    return Answer(area=area, on=on, rules=rules.digest, findings=(ground, cases, *attested))


def foundation(credentials: Iterable[Credential], row: Foundation, on: date) -> Finding:
    """What must be held before anything else: any one way is enough; that which lasts longest is told first."""
    found: list[tuple[date, Credential, bool]] = []
    over: list[Told] = []
    for credential in credentials:
        ends = [end for way in row.any_of if (end := _speaks_until(credential, way)) is not None]
        if not ends:
            continue
        end = max(ends)
        if credential.issued_on <= on <= end:
            found.append((end, credential, end == date.max))
        elif on > end:
            over.append(Told.of("note.over", title=credential.title, day=end.isoformat()))
        else:
            over.append(Told.of("note.not-yet", title=credential.title, day=credential.issued_on.isoformat()))
    found.sort(key=lambda one: (-one[0].toordinal(), one[1].credential_id))
    return Finding(
        requirement="foundation",
        standing=Standing.MET if found else Standing.MISSING,
        rule=RuleRef.of(row),
        evidence=tuple(credential.credential_id for _, credential, _ in found),
        have=min(len(found), 1),
        need=1,
        missing=() if found else (Told.of("missing.foundation"), *map(_way, row.any_of)),
        notes=tuple(over),
        until=None if not found or found[0][2] else found[0][0],
    )


def _speaks_until(credential: Credential, way: Way) -> date | None:
    """The last day on which a credential meets a way; `date.max` for ever; None where it never does."""
    names = not way.credentials or credential.credential in way.credentials
    bodies = not way.bodies or credential.body in way.bodies
    if not names or not bodies or credential.credential in way.but_not or credential.status == "revoked":
        return None
    if way.passed_within_years is not None:
        return years_after(credential.issued_on, way.passed_within_years)
    if credential.status != "active":
        return None
    return credential.expires_on if credential.expires_on is not None else date.max


def _way(way: Way) -> Told:
    """A way in words."""
    names = " / ".join(name.upper() for name in (*way.credentials, *way.bodies))
    if way.passed_within_years is not None:
        return Told.of("way.passed", names=names, years=way.passed_within_years)
    return Told.of("way.current" if way.credentials else "way.any-of-body", names=names)


def attestation(
    made: Iterable[Attestation], row: AttestationRule, area: ContentArea | None, rules: Rules, on: date
) -> Finding:
    """Whether a statement was made, and counts that day.

    One made by the words of an earlier row counts as long as that row said; a row with other words does not undo it.
    """
    wanted = area if row.scope == "area" else None
    found: list[tuple[date, str]] = []
    for one in made:
        read = rules.named(one.rule_id)
        if not isinstance(read, AttestationRule) or read.statement != row.statement or one.area != wanted:
            continue
        end = days_after(one.made_on, read.valid_days)
        if one.made_on <= on <= end:
            found.append((end, one.attestation_id))
    found.sort(key=lambda one: (-one[0].toordinal(), one[1]))
    if wanted is None:
        lacking = Told.of("missing.attestation", statement=row.statement)
    else:
        lacking = Told.of("missing.attestation-area", statement=row.statement, area=str(wanted))
    return Finding(
        requirement=f"attestation.{row.statement}",
        standing=Standing.MET if found else Standing.MISSING,
        rule=RuleRef.of(row),
        evidence=tuple(one for _, one in found[:1]),
        have=min(len(found), 1),
        need=1,
        missing=() if found else (lacking,),
        until=found[0][0] if found else None,
    )


def weigh_cases(
    entries: Iterable[CaseEntry], row: CasesRule, on: date
) -> tuple[date, tuple[tuple[CaseEntry, str | None], ...]]:
    """The first day of the window that ends on a day, and each case of an area, the youngest first: why it is left out.

    A case counts that was both performed and interpreted, within the years before the day, and by one of the approaches
    where the row asks for them. The same study counts once.

    Returns:
        The day; and the cases, each with the end of the code of its note (`too-old`, `to-come`, `not-both`,
        `no-approach`, `twice`), or None where it counts.
    """
    first = first_day_within(row.within_years, on)
    studies: set[str] = set()
    weighed: list[tuple[CaseEntry, str | None]] = []
    for entry in sorted(entries, key=lambda one: (one.performed_on, one.case_entry_id), reverse=True):
        why = _left_out(entry, row, first, on)
        if why is None and entry.study is not None:
            why = "twice" if entry.study in studies else None
            studies.add(entry.study)
        weighed.append((entry, why))
    return first, tuple(weighed)


def count_cases(entries: Sequence[CaseEntry], row: CasesRule, on: date) -> Finding:
    """The cases of an area that count on a day (`weigh_cases`)."""
    _, weighed = weigh_cases(entries, row, on)
    counted = [entry for entry, why in weighed if why is None]
    left = Counter(why for _, why in weighed if why is not None)
    missing = []
    if len(counted) < row.count:
        missing.append(
            Told(
                code="missing.cases",
                params={
                    "more": row.count - len(counted),
                    "have": len(counted),
                    "need": row.count,
                    "area": str(row.area),
                },
            )
        )
    by_approach = Counter(entry.approach for entry in counted)
    missing += [
        Told(
            code="missing.approach",
            params={
                "more": row.at_least_each - by_approach[approach],
                "approach": str(approach),
                "area": str(row.area),
            },
        )
        for approach in row.approaches
        if by_approach[approach] < row.at_least_each
    ]
    notes = [Told.of(f"note.{why}", count=count) for why, count in sorted(left.items())]
    notes += [
        Told.of("note.approach", approach=str(approach), count=by_approach[approach]) for approach in row.approaches
    ]
    return Finding(
        requirement="cases",
        standing=Standing.MISSING if missing else Standing.MET,
        rule=RuleRef.of(row),
        evidence=tuple(entry.case_entry_id for entry in counted),
        have=len(counted),
        need=row.count,
        missing=tuple(missing),
        notes=tuple(notes),
        until=None if missing else _enough_until(counted, row),
    )


def _left_out(entry: CaseEntry, row: CasesRule, first: date, on: date) -> str | None:
    """Why a case does not count, as the end of its note's code; None where it does."""
    if entry.performed_on < first:
        return "too-old"
    if entry.performed_on > on:
        return "to-come"
    if not (entry.did_perform and entry.did_interpret):
        return "not-both"
    if row.approaches and entry.approach not in row.approaches:
        return "no-approach"
    return None


def _enough_until(counted: Sequence[CaseEntry], row: CasesRule) -> date:
    """The last day on which enough of the cases are young enough; they come youngest first."""
    end = years_after(counted[row.count - 1].performed_on, row.within_years)
    if row.at_least_each:
        for approach in row.approaches:
            of_it = [entry for entry in counted if entry.approach == approach]
            end = min(end, years_after(of_it[row.at_least_each - 1].performed_on, row.within_years))
    return end
