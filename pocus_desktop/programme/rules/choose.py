"""Which row holds on a day (formats/programme 1.3). Pure.

Of the rows of a subject, the one that began last, that day or before, unless it ends the subject. A row that begins
later changes no day before it. What happened before the first row of its kind (an entry by a clock of 1970, a
certificate of a paper register) is judged by that row; whether somebody is eligible on such a day is not.
"""

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from typing import Final, TypeVar

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import canonical
from pocus_desktop.programme.errors import NoRuleError
from pocus_desktop.programme.rules.model import (
    AppealRule,
    AttestationRule,
    CasesRule,
    CertificateRule,
    CmeRule,
    Foundation,
    PassRule,
    ProviderRow,
    Rule,
    RuleBook,
    Subject,
    WindowRule,
)

_R = TypeVar("_R", bound=Rule)
_UNKNOWN: Final = ""


def encode_book(book: RuleBook) -> bytes:
    """The canonical bytes of a book; a field that a later program adds with a default changes none of them."""
    return canonical.encode(book.model_dump(mode="json", by_alias=True, exclude_defaults=True))


class Rules:
    """A book, ready to be asked.

    Args:
        book: Its rows.
    """

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.digest = canonical.digest(encode_book(book))
        by_subject: dict[Subject, list[Rule]] = defaultdict(list)
        for row in sorted(book.rules, key=lambda row: row.since):
            by_subject[row.subject].append(row)
        self._rows = {subject: tuple(rows) for subject, rows in by_subject.items()}
        self._days = {subject: tuple(row.since for row in rows) for subject, rows in by_subject.items()}
        self._subjects: dict[str, list[Subject]] = defaultdict(list)
        for subject in self._rows:
            self._subjects[subject[0]].append(subject)
        self._by_id = {row.id: row for row in book.rules}

    def named(self, rule_id: str) -> Rule | None:
        """The row of an id, whenever it holds."""
        return self._by_id.get(rule_id)

    def in_force(self, on: date) -> tuple[Rule, ...]:
        """Every row that holds on a day, by subject."""
        found = (self._row(subject, on) for subject in sorted(self._rows))
        return tuple(row for row in found if row is not None)

    def foundation(self, on: date) -> Foundation:
        """What must be held before anything else. Raises NoRuleError where nothing holds, as all below do."""
        return self._demand(Foundation, ("foundation",), on)

    def cases(self, area: ContentArea, on: date) -> CasesRule:
        """How many cases an area needs."""
        return self._demand(CasesRule, ("cases", str(area)), on)

    def areas(self, on: date) -> tuple[ContentArea, ...]:
        """The areas that a certificate can be had for that day."""
        return tuple(area for area in ContentArea if self._row(("cases", str(area)), on) is not None)

    def window(self, on: date) -> WindowRule:
        """How long assessments and peer evaluation may take."""
        return self._demand(WindowRule, ("window",), on, or_first=True)

    def pass_rule(self, area: ContentArea, on: date) -> PassRule:
        """What passes an area: its own row, else the one for all."""
        own = self._row(("pass", str(area)), on)
        return own if isinstance(own, PassRule) else self._demand(PassRule, ("pass", ""), on, or_first=True)

    def certificate(self, on: date) -> CertificateRule:
        """How long a certificate is valid."""
        return self._demand(CertificateRule, ("certificate",), on, or_first=True)

    def appeal(self, on: date) -> AppealRule:
        """Until when an appeal may be made."""
        return self._demand(AppealRule, ("appeal",), on, or_first=True)

    def attestations(self, on: date, at: str) -> tuple[AttestationRule, ...]:
        """What is attested at a step, in the order of the book."""
        found = [row for row in self._in_force_of("attestation", on) if isinstance(row, AttestationRule)]
        return tuple(row for row in found if row.at == at)

    def cme(self, body: str, level: str | None, on: date) -> CmeRule | None:
        """What a body asks at a level: the level's own row, else the body's; None where it asks nothing here."""
        own = self._row(("cme", body, level or _UNKNOWN), on)
        row = own if own is not None else self._row(("cme", body, _UNKNOWN), on)
        return row if isinstance(row, CmeRule) else None

    def first_cme(self, body: str, level: str | None, on: date, until: date) -> CmeRule | None:
        """For a day before any row of a body and level: the first, where it began until another day.

        Of the level's own and the body's, that which began first: a level that gets a row later changes nothing before.
        """
        names = dict.fromkeys((level or _UNKNOWN, _UNKNOWN))
        rows = [rows[0] for name in names if (rows := self._rows.get(("cme", body, name)))]
        first = min(rows, key=lambda row: row.since, default=None)
        return first if isinstance(first, CmeRule) and on < first.since <= until else None

    def cme_levels(self, body: str, on: date) -> tuple[str, ...]:
        """The levels of a body that asks by level alone; none where it asks of everyone, or nothing."""
        rows = [one for one in self._in_force_of("cme", on) if isinstance(one, CmeRule) and one.body == body]
        levels = sorted({one.level for one in rows if one.level is not None})
        return tuple(levels) if len(levels) == len(rows) else ()

    def providers(self, on: date) -> tuple[ProviderRow, ...]:
        """Who offers continuing education that day, by name."""
        found = [row for row in self._in_force_of("provider", on) if isinstance(row, ProviderRow)]
        return tuple(sorted(found, key=lambda row: (row.name("en").casefold(), row.id)))

    def provider(self, name: str, on: date) -> ProviderRow | None:
        """One of them."""
        row = self._row(("provider", name), on)
        return row if isinstance(row, ProviderRow) else None

    def _in_force_of(self, kind: str, on: date) -> list[Rule]:
        found = [self._row(subject, on) for subject in self._subjects.get(kind, ())]
        return [row for row in found if row is not None]

    def _row(self, subject: Subject, on: date) -> Rule | None:
        days = self._days.get(subject)
        at = bisect_right(days, on) if days else 0
        row = self._rows[subject][at - 1] if at else None
        return None if row is None or row.is_ended else row

    def _demand(self, kind: type[_R], subject: Subject, on: date, *, or_first: bool = False) -> _R:
        """The row that holds; of what happened before anybody wrote one, the first, where that is asked for."""
        row = self._row(subject, on)
        if row is None and or_first and subject in self._rows and on < self._days[subject][0]:
            row = self._rows[subject][0]
        if not isinstance(row, kind):
            raise NoRuleError(what=" ".join(part for part in subject if part), on=on.isoformat())
        return row
