"""Vouchers at the academy: issued, entered, extended, refunded (formats/academy 5; formats/programme 6).

1. A voucher is a document that the academy signs. Its code is told when it is issued and kept nowhere: the voucher's
   id is made from it.
2. An entry comes with the candidate's documents, from computers that may have been without a network for weeks. The
   entry counts that the academy received first; who entered the same voucher elsewhere is told so, and stays in a list
   until somebody of the staff has seen to it.
3. A refund and an extension are documents too, each with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import ValidationError

from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.shape import first_fault
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.programme.errors import (
    BadVoucherOrderError,
    IssuedAlreadyError,
    NewerCameError,
    NoReasonError,
    NotEnteredError,
    RefundedAlreadyError,
    TooManyDaysError,
    UnknownVoucherError,
)
from pocus_desktop.hub.programme.portfolios import Look, Portfolios, payload_of
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.hub.programme.store import DOCUMENT, ENTRY, GIVEN, PORTFOLIO, VOUCHER
from pocus_desktop.hub.registry.store import CANDIDATE, RegistryRows, RegistryStore, Row
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.csv_sheet import RUNS
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import Voucher, VoucherExtension, VoucherRefund
from pocus_desktop.programme.documents.candidate import VoucherEntry
from pocus_desktop.programme.documents.registry import AnyDocument, parse_document
from pocus_desktop.programme.portfolio import Portfolio, gather
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.signing import sign_document
from pocus_desktop.programme.voucher import Life, life
from pocus_desktop.programme.voucher_code import new_code, voucher_id_of, written

SUBJECT: Final = "voucher:"
MOST_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A voucher with its code, which is told this once."""

    voucher_id: str
    recipient: str
    code: str
    areas: tuple[ContentArea, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A voucher as the academy sees it.

    Attributes:
        row: As it was issued.
        life: What became of it.
        entries: Who entered it, with the account's row each, in the order in which the academy received them.
    """

    row: Row
    life: Life
    entries: tuple[tuple[Row, Row], ...]

    @property
    def seen(self) -> str:
        """Digest of how it stands, so that what is done to it is done once, and to what was looked at."""
        window = self.life.window
        stands: Json = {
            "state": str(self.life.state),
            "entries": [entry["entry_id"] for entry, _ in self.entries],
            "last": None if window is None else window.last.isoformat(),
            "granted": 0 if window is None else window.granted_days,
        }
        return canonical.digest(canonical.encode(stands))

    @property
    def is_doubled(self) -> bool:
        """Whether an entry does not count and nobody has seen to it yet."""
        return any(entry["entry_id"] in self.life.refusals and not entry["is_told"] for entry, _ in self.entries)


class Vouchers:
    """The desk; any thread may call."""

    def __init__(self, store: RegistryStore, portfolios: Portfolios, ring: KeyRing, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._portfolios = portfolios
        self._ring = ring
        self._rules = rules
        self._clock = clock

    def issue(
        self,
        recipients: Sequence[Recipient],
        areas: Sequence[ContentArea],
        *,
        enter_by: date | None = None,
        who: str,
        why: str,
        batch: str | None = None,
    ) -> tuple[Issued, ...]:
        """Issue a voucher to each, all of them or none.

        Args:
            recipients: Whom they are for.
            areas: What they pay for, where a recipient's line does not say.
            enter_by: The last day on which they may be entered.
            who: The login, for the trail.
            why: Such as who paid.
            batch: Under which they are issued, so that the same order issues once however often it is sent; a fresh
                one where omitted.

        Raises:
            IssuedAlreadyError: They were issued under this batch.
            BadVoucherOrderError: There are none or too many, a voucher pays for nothing, or a candidate is not known.
            NoReasonError: No reason is given.
        """
        if not 1 <= len(recipients) <= MOST_AT_ONCE:
            raise BadVoucherOrderError(reason="there are none, or too many at once")
        if any(one.name.startswith(RUNS) for one in recipients):  # the codes are exported as CSV
            raise BadVoucherOrderError(reason="a name begins as a formula does", field="recipient")
        if not why.strip():
            raise NoReasonError(area="-")
        now_ms, batch = self._clock.read().wall_ms, batch or new_id("bat")
        if enter_by is not None and enter_by < local_day(now_ms, "UTC"):
            raise BadVoucherOrderError(reason="the last day for entering is over")
        with self._store.rows() as rows:
            if rows.find(VOUCHER, batch=batch):
                raise IssuedAlreadyError(batch=batch)
            issued = tuple(self._issue(rows, one, areas, enter_by, batch, now_ms) for one in recipients)
            now = f"{batch}: {len(issued)} × {' '.join(areas) or '–'}"
            rows.note(SUBJECT + batch, at_ms=now_ms, action="issued", now=now, who=who, why=why)
        return issued

    def tell(self, voucher_id: str, look: Look | None = None) -> Told:
        """A voucher and what became of it.

        Args:
            voucher_id: Which.
            look: Reads rows, such as a transaction's; as they are now where omitted.

        Raises:
            UnknownVoucherError: There is none.
        """
        found = (look or self._store.look)(VOUCHER, voucher_id=voucher_id)
        if not found:
            raise UnknownVoucherError
        return self._told(found[0], look)

    def of_application(self, application_id: str, look: Look | None = None) -> tuple[Told, ...]:
        """The vouchers that were entered in an application.

        Args:
            application_id: Which application.
            look: Reads rows, such as a transaction's; as they are now where omitted.
        """
        look = look or self._store.look
        ids = {row["voucher_id"] for row in look(ENTRY, application_id=application_id)}
        known = [row for one in sorted(ids) for row in look(VOUCHER, voucher_id=one)]
        return tuple(self._told(row, look) for row in known)

    def doubled(self) -> tuple[Told, ...]:
        """Vouchers with an entry that does not count and that nobody has seen to."""
        rows = self._store.look(ENTRY, is_told=False)
        known = [row for one in sorted({row["voucher_id"] for row in rows}) for row in self._voucher(one)]
        return tuple(told for row in known if (told := self._told(row)).is_doubled)

    def extend(
        self, voucher_id: str, days: int, *, who: str, by: str, why: str, seen: str | None = None
    ) -> VoucherExtension:
        """Grant days on top of a window.

        Args:
            voucher_id: Which.
            days: How many more.
            who: The login, for the trail.
            by: The name, for the candidate.
            why: The candidate reads it.
            seen: What was looked at, as `Told.seen` has it; None where whoever does it looked at nothing.

        Raises:
            UnknownVoucherError, NotEnteredError: It has no window.
            NewerCameError: It does not stand as it was seen, such as where the same was sent twice.
            NoReasonError: There is no reason.
            TooManyDaysError: The rule grants fewer.
        """
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            told = self._as_seen(rows, voucher_id, seen, why)
            window = told.life.window
            if window is None or told.row["refunded_ms"] is not None:
                raise NotEnteredError
            most = self._rules.window(window.first).most_extension_days - window.granted_days
            if not 1 <= days <= most:
                raise TooManyDaysError(most=most)
            extension = VoucherExtension(
                extension_id=new_id("ext"), voucher_id=voucher_id, days=days, reason=why, by=by, made_at_ms=now_ms
            )
            self._give_all(rows, told, extension)
            was = window.last.isoformat()
            self._note(rows, voucher_id, "extended", was=was, now=f"+{days} d", who=who, why=why)
        return extension

    def require_refundable(self, voucher_id: str, *, why: str, seen: str | None = None) -> Told:
        """It can be refunded now; how it stands.

        Raises:
            PocusError: As `refund`.
        """
        told = self.tell(voucher_id)
        _require_refundable(told, why, seen)
        return told

    def refund(self, voucher_id: str, *, who: str, by: str, why: str, seen: str | None = None) -> VoucherRefund:
        """Take a voucher back: it is worth nothing from now on.

        Raises:
            UnknownVoucherError: There is none.
            RefundedAlreadyError: It was done before.
            NewerCameError: It does not stand as it was seen.
            NoReasonError: There is no reason.
        """
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            told = self.tell(voucher_id, rows.find)
            _require_refundable(told, why, seen)
            refund = VoucherRefund(voucher_id=voucher_id, reason=why, by=by, made_at_ms=now_ms)
            rows.change(VOUCHER, {"voucher_id": voucher_id}, refunded_ms=now_ms)
            self._give_all(rows, told, refund)
            self._note(rows, voucher_id, "refunded", was=str(told.life.state), now="refunded", who=who, why=why)
        return refund

    def settle(self, voucher_id: str, *, who: str, why: str, seen: str | None = None) -> None:
        """Say that somebody saw to the entries that do not count: both candidates know, and what was done.

        Args:
            voucher_id: Which.
            who: The login, for the trail.
            why: What was done.
            seen: What was looked at, as `Told.seen` has it; None where whoever does it looked at nothing.

        Raises:
            UnknownVoucherError: There is none.
            NewerCameError: It was entered once more since it was seen.
            NoReasonError: It is not said what was done.
        """
        with self._store.rows() as rows:
            told = self._as_seen(rows, voucher_id, seen, why)
            rows.change(ENTRY, {"voucher_id": voucher_id}, is_told=True)
            now = ", ".join(entry["entry_id"] for entry, _ in told.entries)
            self._note(rows, voucher_id, "settled", was="", now=now, who=who, why=why)

    def taken(self, rows: RegistryRows, account: Row, document: AnyDocument, now_ms: int) -> None:
        """A candidate's document came (`Taking`): an entry.

        One of a voucher that is not ours is kept among the documents and counts for nothing. The first entry needs no
        look by the staff; each later one does.
        """
        if not isinstance(document, VoucherEntry):
            return
        vouchers = rows.find(VOUCHER, voucher_id=document.voucher_id)
        if not vouchers or rows.find(ENTRY, entry_id=document.entry_id):
            return
        earlier = rows.find(ENTRY, voucher_id=document.voucher_id)
        came_ms = max([now_ms, *(row["received_ms"] + 1 for row in earlier)])  # two never come at one moment
        rows.add(
            ENTRY,
            entry_id=document.entry_id,
            voucher_id=document.voucher_id,
            account_id=account["account_id"],
            application_id=document.application_id,
            received_ms=came_ms,
            is_told=not earlier,
        )
        action = "entered again" if earlier else "entered"
        now = f"{document.entry_id}: {account['candidate_id']}, {document.application_id}"
        self._note(rows, document.voucher_id, action, was="", now=now, who="portfolio", why="")
        voucher = payload_of(vouchers[0]["envelope"])
        for person in {account["account_id"], *(row["account_id"] for row in earlier)}:
            if not rows.find(GIVEN, account_id=person, about=document.voucher_id, kind=voucher.kind):
                self._portfolios.give(rows, person, voucher, document.voucher_id)

    def _issue(
        self,
        rows: RegistryRows,
        one: Recipient,
        areas: Sequence[ContentArea],
        enter_by: date | None,
        batch: str,
        now_ms: int,
    ) -> Issued:
        code = new_code()
        if one.candidate_id is not None and not rows.find(CANDIDATE, folded_id=folded(one.candidate_id)):
            raise BadVoucherOrderError(reason=f"nobody has the ID number that stands with {one.name}")
        try:
            voucher = Voucher(
                voucher_id=voucher_id_of(code),
                areas=tuple(one.areas or areas),
                candidate_id=one.candidate_id,
                enter_by=enter_by,
                issued_at_ms=now_ms,
            )
        except ValidationError as problem:
            raise BadVoucherOrderError(reason=first_fault(problem)) from problem
        rows.add(
            VOUCHER,
            voucher_id=voucher.voucher_id,
            batch=batch,
            recipient=one.name,
            folded_id=folded(one.candidate_id) if one.candidate_id else "",
            areas=" ".join(voucher.areas),
            issued_ms=now_ms,
            refunded_ms=None,
            envelope=sign_document(voucher, self._ring.signer),
        )
        for account in rows.find(PORTFOLIO, folded_id=folded(one.candidate_id)) if one.candidate_id else ():
            self._portfolios.give(rows, account["account_id"], voucher, voucher.voucher_id)
        return Issued(voucher_id=voucher.voucher_id, recipient=one.name, code=written(code), areas=tuple(voucher.areas))

    def _as_seen(self, rows: RegistryRows, voucher_id: str, seen: str | None, why: str) -> Told:
        told = self.tell(voucher_id, rows.find)
        _require_seen(told, seen)
        if not why.strip():
            raise NoReasonError(area="-")
        return told

    def _told(self, row: Row, look: Look | None = None) -> Told:
        look = look or self._store.look
        found = sorted(look(ENTRY, voucher_id=row["voucher_id"]), key=lambda one: (one["received_ms"], one["entry_id"]))
        people = {one["account_id"]: look(PORTFOLIO, account_id=one["account_id"])[0] for one in found}
        papers = self._papers(row, found, look)
        received = {one["entry_id"]: one["received_ms"] for one in found}
        told = life(row["voucher_id"], papers, self._rules, self._clock.read().wall_ms, received)
        return Told(row=row, life=told, entries=tuple((one, people[one["account_id"]]) for one in found))

    def _papers(self, row: Row, entries: Sequence[Row], look: Look) -> Portfolio:
        """What is known of a voucher, of all who entered it."""
        documents: list[AnyDocument] = [payload_of(row["envelope"])]
        documents += [payload_of(given["envelope"]) for given in look(GIVEN, about=row["voucher_id"])]
        for entry in entries:
            for kind, document_id in (("voucher-entry", entry["entry_id"]), ("application", entry["application_id"])):
                held = look(DOCUMENT, kind=kind, document_id=document_id)
                documents += [parse_document(one["content"]) for one in held]
        return gather(documents)

    def _give_all(self, rows: RegistryRows, told: Told, document: VoucherExtension | VoucherRefund) -> None:
        """To everybody who entered the voucher or for whom it is; once for itself where that is nobody."""
        people = {entry["account_id"] for entry, _ in told.entries}
        if told.row["folded_id"]:
            people |= {row["account_id"] for row in rows.find(PORTFOLIO, folded_id=told.row["folded_id"])}
        for person in sorted(people or {""}):
            self._portfolios.give(rows, person, document, told.row["voucher_id"])

    def _voucher(self, voucher_id: str) -> tuple[Row, ...]:
        return self._store.look(VOUCHER, voucher_id=voucher_id)

    def _note(
        self, rows: RegistryRows, voucher_id: str, action: str, *, was: str, now: str, who: str, why: str
    ) -> None:
        at_ms = self._clock.read().wall_ms
        rows.note(SUBJECT + voucher_id, at_ms=at_ms, action=action, was=was, now=now, who=who, why=why)


def _require_seen(told: Told, seen: str | None) -> None:
    if seen is not None and seen != told.seen:
        raise NewerCameError


def _require_refundable(told: Told, why: str, seen: str | None) -> None:
    if told.row["refunded_ms"] is not None:
        raise RefundedAlreadyError
    _require_seen(told, seen)
    if not why.strip():
        raise NoReasonError(area="-")
