"""The life of a voucher: issued, entered, extended, refunded, run out (formats/programme 6, docs/adr/0202). Pure.

1. A voucher counts once. Of several entries of it the one counts that the academy received first; entries of one
   candidate for one application are one entry, and the earliest moment counts.
2. The moment of an entry is what the computer's clock said, but no earlier than the voucher was issued and no later
   than the entry reached the academy.
3. The window is the days of the rule of the day of entry, and what was granted on top up to the rule's most. The day
   of entry is not counted, the last day is, to its end in the zone that the entry names.
4. What the academy says of an entry comes before all that is computed from what is known here: it knows of entries that
   others made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias

from pocus_desktop.admission.admission import same_candidate
from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.answer import RuleRef, Told
from pocus_desktop.programme.days import days_after, end_of_day_ms, local_day
from pocus_desktop.programme.documents.academy import EntryRefusal, Voucher, VoucherExtension, VoucherRefund
from pocus_desktop.programme.documents.candidate import Application, VoucherEntry
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.voucher_code import read_code, voucher_id_of


class VoucherError(PocusError):
    """A voucher cannot be entered; always one of the classes below."""

    code: ClassVar[str] = "voucher.refused"
    blame: ClassVar[Blame] = Blame.USER


class OtherCandidateError(VoucherError):
    """The voucher names another candidate."""

    code = "voucher.other_candidate"


class OtherAreasError(VoucherError):
    """The voucher pays for no area of the application."""

    code = "voucher.other_areas"


class EnteredAlreadyError(VoucherError):
    """The voucher was entered already."""

    code = "voucher.entered_already"


class EnteredTooLateError(VoucherError):
    """The voucher's last day for being entered is over."""

    code = "voucher.too_late"


class RefundedError(VoucherError):
    """The voucher was refunded."""

    code = "voucher.refunded"


class UnknownVoucherError(VoucherError):
    """The academy knows no voucher of this code."""

    code = "voucher.unknown"


_BY_CODE: Final[Mapping[str, type[VoucherError]]] = MappingProxyType(
    {
        one.code: one
        for one in (
            OtherCandidateError,
            OtherAreasError,
            EnteredAlreadyError,
            EnteredTooLateError,
            RefundedError,
            UnknownVoucherError,
        )
    }
)


class VoucherState(StrEnum):
    """How a voucher stands."""

    ISSUED = "issued"
    ENTERED = "entered"
    RUN_OUT = "run-out"
    REFUNDED = "refunded"
    LAPSED = "lapsed"
    """Not entered until its last day for that."""
    REFUSED = "refused"
    """Entered here, and the academy said that no entry of it here counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that an entry opened.

    Attributes:
        entered_at_ms: The moment that counts.
        first: The day of entry, in the zone of the entry.
        last: The last day.
        ends_at_ms: The first moment after it.
        granted_days: On top of the rule's.
        notes: What else is to be known, such as a clock that cannot be right.
    """

    entry_id: str
    voucher_id: str
    application_id: str
    entered_at_ms: int
    zone: str
    first: date
    last: date
    ends_at_ms: int
    granted_days: int
    rule: RuleRef
    notes: tuple[Told, ...] = ()

    def is_open(self, now_ms: int) -> bool:
        """Whether something may still be done in it."""
        return self.entered_at_ms <= now_ms < self.ends_at_ms

    def days_left(self, now_ms: int) -> int:
        """Whole days after today; 0 on the last day, and negative once it is over."""
        return (self.last - local_day(now_ms, self.zone)).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An entry, and when the academy received it; None while it has not."""

    entry: VoucherEntry
    at_ms: int | None = None


Refusals: TypeAlias = Mapping[str, VoucherError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A voucher, and what became of it.

    Attributes:
        voucher: None where only its code was entered and the academy has not told of it yet.
        refusals: By entry, why it does not count.
    """

    voucher_id: str
    voucher: Voucher | None
    state: VoucherState
    window: Window | None = None
    refusals: Refusals = field(default_factory=dict)


def life(
    voucher_id: str, papers: Portfolio, rules: Rules, now_ms: int, received: Mapping[str, int] = MappingProxyType({})
) -> Life:
    """How a voucher stands.

    Args:
        voucher_id: Which one.
        papers: What is known of it: of one candidate, or at the academy of all who entered it.
        rules: The book.
        now_ms: Never earlier than the latest moment that was seen.
        received: By entry, when the academy received it.

    Raises:
        NoRuleError: No rule of a window was in force on the day of entry.
    """
    voucher = next((one for one in papers.vouchers if one.voucher_id == voucher_id), None)
    refund = next((one for one in papers.refunds if one.voucher_id == voucher_id), None)
    entries = [Received(entry=one, at_ms=received.get(one.entry_id)) for one in papers.entries]
    own = [one for one in entries if one.entry.voucher_id == voucher_id]
    said = {one.entry_id: _refusal(one) for one in papers.entry_refusals if one.voucher_id == voucher_id}
    left = [one for one in own if one.entry.entry_id not in said]
    chosen, refusals = choose_entry(voucher, left, papers.applications, refund)
    refusals = {**refusals, **said}
    window = None
    state = VoucherState.ISSUED
    if chosen is not None:
        granted = [one for one in papers.extensions if one.voucher_id == voucher_id]
        window = window_of(chosen, granted, rules, issued_at_ms=voucher.issued_at_ms if voucher is not None else None)
        state = VoucherState.ENTERED if now_ms < window.ends_at_ms else VoucherState.RUN_OUT
    elif said:
        state = VoucherState.REFUSED
    elif voucher is not None and voucher.enter_by is not None and local_day(now_ms, papers.zone) > voucher.enter_by:
        state = VoucherState.LAPSED
    if refund is not None:
        state = VoucherState.REFUNDED
    return Life(voucher_id=voucher_id, voucher=voucher, state=state, window=window, refusals=refusals)


def _refusal(one: EntryRefusal) -> VoucherError:
    """What the academy said, as the error that it is."""
    params = {"day": one.day.isoformat() if one.day is not None else None, "reason": one.reason}
    return _BY_CODE[one.code](**{name: value for name, value in params.items() if value is not None})


def enter(code: str, application: Application, papers: Portfolio, *, entry_id: str, now_ms: int) -> VoucherEntry:
    """Enter a voucher in an application, as far as this computer can know that it may be: the academy decides.

    Args:
        code: As it was typed.
        application: Which one it pays for.
        papers: What is known here of the voucher and of what was entered.
        entry_id: A fresh id.
        now_ms: Never earlier than the latest moment that was seen.

    Raises:
        BadVoucherCodeError: It is no code.
        VoucherError: The voucher may not be entered.
    """
    plain = read_code(code)
    voucher_id = voucher_id_of(plain)
    for entry in papers.entries:
        if entry.voucher_id == voucher_id:
            raise EnteredAlreadyError(day=local_day(entry.entered_at_ms, entry.zone).isoformat())
    for refund in papers.refunds:
        if refund.voucher_id == voucher_id:
            raise RefundedError(reason=refund.reason)
    for voucher in papers.vouchers:
        if voucher.voucher_id == voucher_id:
            _require_holder(voucher, application.candidate_id)
            _require_in_time(voucher, local_day(now_ms, papers.zone))
            _require_areas(voucher, application)
    return VoucherEntry(
        entry_id=entry_id,
        voucher_id=voucher_id,
        code=plain,
        application_id=application.application_id,
        candidate_id=application.candidate_id,
        entered_at_ms=now_ms,
        zone=papers.zone,
    )


def choose_entry(
    voucher: Voucher | None,
    entries: Sequence[Received],
    applications: Iterable[Application],
    refund: VoucherRefund | None,
) -> tuple[Received | None, Refusals]:
    """Which entry of a voucher counts (rule 1), and why each other does not.

    An entry after a refund does not count; one before it did, and its window stays told.
    """
    by_id = {application.application_id: application for application in applications}
    refusals: dict[str, VoucherError] = {}
    fitting: list[Received] = []
    for one in entries:
        try:
            _require_counts(voucher, one, by_id.get(one.entry.application_id), refund)
        except VoucherError as error:
            refusals[one.entry.entry_id] = error
        else:
            fitting.append(one)
    if not fitting:
        return None, refusals
    first = min(fitting, key=_by_arrival)
    same = [one for one in fitting if _is_same(one.entry, first.entry)]
    chosen = min(same, key=lambda one: (counted_ms(one, voucher), one.entry.entry_id))
    for one in fitting:
        if one not in same:
            day = local_day(first.entry.entered_at_ms, first.entry.zone).isoformat()
            refusals[one.entry.entry_id] = EnteredAlreadyError(day=day)
    return chosen, refusals


def counted_ms(one: Received, voucher: Voucher | None) -> int:
    """The moment of an entry that counts (rule 2)."""
    at = one.entry.entered_at_ms
    if one.at_ms is not None:
        at = min(at, one.at_ms)
    return max(at, voucher.issued_at_ms) if voucher is not None else at


def window_of(
    one: Received, extensions: Iterable[VoucherExtension], rules: Rules, *, issued_at_ms: int | None = None
) -> Window:
    """The window of an entry (rules 2 and 3).

    Raises:
        NoRuleError: No rule was in force on the day of entry.
    """
    entry = one.entry
    at = entry.entered_at_ms
    notes: list[Told] = []
    if one.at_ms is not None and at > one.at_ms:
        at = one.at_ms
        notes.append(Told.of("note.clock-ahead"))
    if issued_at_ms is not None and at < issued_at_ms:
        at = issued_at_ms
        notes.append(Told.of("note.clock-behind"))
    first = local_day(at, entry.zone)
    row = rules.window(first)
    asked = sum(
        extension.days for extension in {extension.extension_id: extension for extension in extensions}.values()
    )
    granted = min(asked, row.most_extension_days)
    if asked > granted:
        notes.append(Told.of("note.extension-cut", days=granted))
    last = days_after(first, row.days + granted)
    return Window(
        entry_id=entry.entry_id,
        voucher_id=entry.voucher_id,
        application_id=entry.application_id,
        entered_at_ms=at,
        zone=entry.zone,
        first=first,
        last=last,
        ends_at_ms=end_of_day_ms(last, entry.zone),
        granted_days=granted,
        rule=RuleRef.of(row),
        notes=tuple(notes),
    )


def paid_areas(voucher: Voucher, application: Application) -> tuple[ContentArea, ...]:
    """The areas of an application that a voucher pays for."""
    return tuple(area for area in application.areas if area in voucher.areas)


def _require_counts(
    voucher: Voucher | None, one: Received, application: Application | None, refund: VoucherRefund | None
) -> None:
    entry = one.entry
    if refund is not None and counted_ms(one, voucher) >= refund.made_at_ms:
        raise RefundedError(reason=refund.reason)
    if application is not None and not same_candidate(application.candidate_id, entry.candidate_id):
        raise OtherCandidateError
    if voucher is not None:
        day = local_day(counted_ms(one, voucher), entry.zone)
        _require_holder(voucher, entry.candidate_id)
        _require_in_time(voucher, day)
        if application is not None:
            _require_areas(voucher, application)


def _require_holder(voucher: Voucher, candidate_id: str) -> None:
    if voucher.candidate_id is not None and not same_candidate(voucher.candidate_id, candidate_id):
        raise OtherCandidateError


def _require_in_time(voucher: Voucher, day: date) -> None:
    if voucher.enter_by is not None and day > voucher.enter_by:
        raise EnteredTooLateError(day=voucher.enter_by.isoformat())


def _require_areas(voucher: Voucher, application: Application) -> None:
    if not paid_areas(voucher, application):
        raise OtherAreasError


def _by_arrival(one: Received) -> tuple[bool, int, int, str]:
    """What the academy has comes before what it has not; then what was entered earlier."""
    return one.at_ms is None, one.at_ms or 0, one.entry.entered_at_ms, one.entry.entry_id


def _is_same(one: VoucherEntry, other: VoucherEntry) -> bool:
    return one.application_id == other.application_id and same_candidate(one.candidate_id, other.candidate_id)
