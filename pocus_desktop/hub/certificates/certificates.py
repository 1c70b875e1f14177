"""The desk of certificates (formats/certificate 8).

1. A certificate is issued on a sitting that the hub scored: live, passed, the candidate's own, whole, not made void by
   an appeal, and without a remark that a person has still to decide on.
2. What it says of rules are the rows that were in force on the day; its last day is told by the row of certificates.
3. Its place in the status lists is drawn at random. A list that has become so full that several draws find no free
   place is followed by the next.
4. Suspension can be lifted; revocation cannot.
5. Each step has an entry in the trail: who, when, why.
6. What a revoked key had signed is signed anew, and keeps its id, dates and place.
7. Whoever has an account is told in their portfolio, at issue and at revocation.
8. The application must be approved, and this very sitting and the evaluation lie within the window of its voucher.
   Where something of that is missing, it is issued only if the academy says that it answers for that; the trail keeps
   what.
9. What a certificate rests on is read in the transaction that issues it, while the academy's turn is held
   (`RegistryStore.rows`): a refund, a decision or a mark stands before it and is seen, or comes after it.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.records import Entry
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.certificates.errors import (
    BadCertificateStepError,
    NoKnowledgeCheckError,
    NotDueError,
    SittingTakenError,
    TooEarlyError,
    UnknownCertificateError,
)
from pocus_desktop.hub.certificates.named import ISSUER, LIST, address_of, last_list, required_issuer
from pocus_desktop.hub.certificates.proving import Look, Proving
from pocus_desktop.hub.certificates.publishing import Publishing
from pocus_desktop.hub.certificates.rows import ZONE, certificate_row, held, record_of
from pocus_desktop.hub.certificates.store import CERTIFICATE
from pocus_desktop.hub.registry.candidates import candidate_row
from pocus_desktop.hub.registry.enrolment_rows import entries
from pocus_desktop.hub.registry.errors import UnknownCandidateError
from pocus_desktop.hub.registry.store import CANDIDATE, RegistryRows, RegistryStore, Row, TakenError
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme import days
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.document import AppliedRule, Certificate, Place, Proved
from pocus_desktop.programme.certificate.errors import BadCertificateError
from pocus_desktop.programme.certificate.records import CertificateRecord, CertificateState
from pocus_desktop.programme.certificate.status_list import ENTRIES
from pocus_desktop.programme.certificate.verify import sign
from pocus_desktop.programme.documents.academy import CertificateHeld
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.model import CertificateRule
from pocus_desktop.programme.validity import last_day, renewed_from, validity

DRAWS: Final = 8
"""So many places are drawn before a list counts as full: it is then about a third full."""

_FROM: Final[Mapping[CertificateState, frozenset[CertificateState]]] = {
    CertificateState.ACTIVE: frozenset({CertificateState.SUSPENDED}),
    CertificateState.SUSPENDED: frozenset({CertificateState.ACTIVE}),
    CertificateState.REVOKED: frozenset({CertificateState.ACTIVE, CertificateState.SUSPENDED}),
}
"""Rule 4: from which states each is reached."""

_ENDS: Final = {
    CertificateState.ACTIVE: "reinstated",
    CertificateState.SUSPENDED: "suspended",
    CertificateState.REVOKED: "revoked",
}

Tell = Callable[[RegistryRows, CertificateHeld], None]
"""Puts into a candidate's portfolio what is to be known there, in the transaction that it is of."""

Missing = Callable[[str, ContentArea, Look, str], Sequence[Told]]
"""What of the way to a certificate on a sitting is missing, by ID number, area and sitting, as the rows tell it."""


class Certificates:
    """The desk; any thread may call.

    Args:
        store: The registry's tables.
        ring: The academy's keys.
        clock: When things happen.
        proving: What a certificate rests on (rule 1).
        published: What everyone may read of them.
        tell: Tells a candidate of a certificate (rule 7).
        missing: What of the way to a certificate is missing (rule 8).
        rules: By which it is decided.
    """

    def __init__(
        self,
        store: RegistryStore,
        ring: KeyRing,
        clock: Clock,
        proving: Proving,
        published: Publishing,
        *,
        tell: Tell = lambda _rows, _document: None,
        missing: Missing = lambda _candidate_id, _area, _look, _sitting: (),
        rules: Callable[[], Rules] = shipped_rules,
    ) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._proving = proving
        self._tell = tell
        self._missing = missing
        self._rules = rules
        self.published = published

    def set_issuer(self, name: str, *, who: str, why: str) -> None:
        """What the academy is called on certificates from now on.

        Raises:
            BadCertificateError: The name is empty, too long, or not plain text.
        """
        if not documents.is_plain_name(name):
            raise BadCertificateError(reason="a name is empty, too long, or not plain text")
        with self._store.rows() as rows:
            was = rows.setting(ISSUER).decode()
            rows.put(ISSUER, name.encode())
            rows.note(ISSUER, at_ms=self._now(), action="named", was=was, now=name, who=who, why=why)

    def issue(
        self,
        candidate_id: str,
        sitting: str,
        *,
        who: str,
        why: str,
        is_despite: bool = False,
    ) -> CertificateRecord:
        """Issue a certificate on a sitting (rules 1 to 3, 8 and 9).

        Args:
            candidate_id: Whose it shall be.
            sitting: On which it rests.
            who: Who decided.
            why: For the trail.
            is_despite: Though something of the way is missing, which the academy answers for.

        Raises:
            UnknownCandidateError: There is no such candidate.
            NotPassedError: Rule 1.
            NotDueError: Rule 8.
            SittingTakenError: A certificate rests on it already, and was not revoked.
            NoNameError: Nobody said what the academy is called.
            NoAddressError: Nobody said under which address the hub is reached.
            NoRuleError: No rule says how long a certificate is valid.
        """
        now_ms = self._now()
        today = days.local_day(now_ms, ZONE)
        area = self._proving.area(sitting)  # the same for ever, and may lie far away: not asked for while others wait
        with self._store.rows() as rows:
            openings = (self._proving.opening(candidate_id, sitting, area, rows.find),)
            missing = self._missing(candidate_id, area, rows.find, sitting)
            if missing and not is_despite:
                raise NotDueError(missing)
            applied = (self._rules().certificate(today), self._rules().pass_rule(area, today))
            person = candidate_row(rows, candidate_id)
            _require_free(rows.find(CERTIFICATE, folded_id=person["folded_id"]), openings)
            certificate = Certificate(
                certificate_id=documents.new_id(),
                issuer=required_issuer(rows),
                address=address_of(rows),
                holder=person["name"],
                proved=_proved(openings),
                rules=tuple(AppliedRule(rule_id=row.id, since=row.since) for row in applied),
                valid_from_ms=now_ms // 1000 * 1000,
                valid_until_ms=_last_ms(last_day(today, self._rules())),
                place=Place(number=0, index=0),
            )
            record = self._enter(rows, person, certificate, openings, renews=None, now_ms=now_ms)
            self._note(rows, record, "issued", now_ms, who=who, why=why, was=" ".join(one.code for one in missing))
        log.event("certificate.issued")
        return record

    def renew(self, certificate_id: str, *, who: str, why: str, knowledge_checked: bool = False) -> CertificateRecord:
        """Issue the next certificate after one.

        It begins the day after the last of the one before, so that who renews early loses no day; now where that is
        over.

        Raises:
            UnknownCertificateError: There is none.
            BadCertificateStepError: It is suspended or revoked, or was renewed already.
            TooEarlyError: Its last day is too far away.
            NoKnowledgeCheckError: The rule asks for one.
        """
        now_ms = self._now()
        today = days.local_day(now_ms, ZONE)
        rule = self._rules().certificate(today)
        with self._store.rows() as rows:
            before = record_of(certificate_row(rows, certificate_id))
            if before.state is not CertificateState.ACTIVE or rows.find(CERTIFICATE, renews=certificate_id):
                raise BadCertificateStepError(certificate=certificate_id, state=str(before.state), step="renew")
            due = validity(held(before), (), self._rules(), today)
            if today < due.renew_from:
                raise TooEarlyError(opens=due.renew_from.isoformat(), last=due.last.isoformat())
            if rule.knowledge_check and not knowledge_checked:
                raise NoKnowledgeCheckError
            openings = tuple(Opening.fresh(one.area, one.sealed_digest) for one in before.openings)
            begins, ends = renewed_from(held(before), today, self._rules())
            kept = [one for one in before.certificate.rules if self._is_of_passing(one)]
            certificate = replace(
                before.certificate,
                certificate_id=documents.new_id(),
                issuer=required_issuer(rows),
                address=address_of(rows),
                holder=candidate_row(rows, before.candidate_id)["name"],
                proved=_proved(openings),
                rules=(AppliedRule(rule_id=rule.id, since=rule.since), *kept),
                valid_from_ms=max(now_ms // 1000 * 1000, days.end_of_day_ms(days.days_after(begins, -1), ZONE)),
                valid_until_ms=_last_ms(ends),
            )
            person = candidate_row(rows, before.candidate_id)
            record = self._enter(rows, person, certificate, openings, renews=certificate_id, now_ms=now_ms)
            self._note(rows, record, "issued", now_ms, who=who, why=why, was=certificate_id)
            self._note(rows, before, "renewed", now_ms, who=who, why=why, now=certificate.certificate_id)
        return record

    def suspend(self, certificate_id: str, *, who: str, why: str) -> CertificateRecord:
        """Let it not be relied on for a while.

        Raises:
            UnknownCertificateError, BadCertificateStepError: There is no active one.
        """
        return self._step(certificate_id, CertificateState.SUSPENDED, who=who, why=why)

    def reinstate(self, certificate_id: str, *, who: str, why: str) -> CertificateRecord:
        """Lift a suspension.

        Raises:
            UnknownCertificateError, BadCertificateStepError: There is no suspended one.
        """
        return self._step(certificate_id, CertificateState.ACTIVE, who=who, why=why)

    def revoke(self, certificate_id: str, *, who: str, why: str) -> CertificateRecord:
        """Take it back, for good.

        Raises:
            UnknownCertificateError, BadCertificateStepError: There is none that stands.
        """
        return self._step(certificate_id, CertificateState.REVOKED, who=who, why=why)

    def require_step(self, certificate_id: str, state: CertificateState) -> CertificateRecord:
        """A certificate that may come to this state from where it stands.

        Raises:
            UnknownCertificateError, BadCertificateStepError: There is none.
        """
        return _from_where_it_stands(self.find(certificate_id), state)

    def sign_again(self, *, who: str, why: str) -> int:
        """Sign anew what revoked keys had signed (rule 6); how many there were."""
        now_ms, signed = self._now(), 0
        for key_id in self._ring.revoked:
            with self._store.rows() as rows:
                for row in rows.find(CERTIFICATE, signing_id=key_id):
                    record = record_of(row)
                    credential = self._signed(record.certificate, now_ms)
                    where = {"certificate_id": row["certificate_id"]}
                    rows.change(CERTIFICATE, where, credential=credential, signing_id=self._ring.signer.key_id)
                    self._note(
                        rows, record, "signed-anew", now_ms, who=who, why=why, was=key_id, now=self._ring.signer.key_id
                    )
                    signed += 1
        return signed

    def find(self, certificate_id: str) -> CertificateRecord:
        """One of them.

        Raises:
            UnknownCertificateError: There is none of that id.
        """
        found = self._store.look(CERTIFICATE, certificate_id=certificate_id)
        if not found:
            raise UnknownCertificateError
        return record_of(found[0])

    def of(self, candidate_id: str) -> tuple[CertificateRecord, ...]:
        """A person's certificates, the first issued first.

        Raises:
            UnknownCandidateError: There is no such candidate.
        """
        if not self._store.look(CANDIDATE, folded_id=folded(candidate_id)):  # every portfolio asks, again and again
            raise UnknownCandidateError
        found = self._store.look(CERTIFICATE, folded_id=folded(candidate_id))
        return tuple(sorted(map(record_of, found), key=lambda one: (one.issued_ms, one.certificate.certificate_id)))

    def history(self, certificate_id: str) -> tuple[Entry, ...]:
        """What became of one, oldest first.

        Raises:
            UnknownCertificateError: There is none of that id.
        """
        with self._store.rows() as rows:
            certificate_row(rows, certificate_id)
            return entries(rows, certificate_id)

    def _enter(
        self,
        rows: RegistryRows,
        person: Row,
        certificate: Certificate,
        openings: Sequence[Opening],
        *,
        renews: str | None,
        now_ms: int,
    ) -> CertificateRecord:
        """Rule 3: sign it with a place that nobody has."""
        number = last_list(rows)
        for draw in range(2 * DRAWS):
            if draw == DRAWS:
                number += 1
                rows.put(LIST, str(number).encode())
            placed = replace(certificate, place=Place(number=number, index=secrets.randbelow(ENTRIES)))
            if rows.find(CERTIFICATE, list_number=number, list_index=placed.place.index):
                continue
            credential = self._signed(placed, now_ms)
            rows.add(
                CERTIFICATE,
                certificate_id=placed.certificate_id,
                folded_id=folded(person["candidate_id"]),
                candidate_id=person["candidate_id"],
                list_number=number,
                list_index=placed.place.index,
                issued_ms=now_ms,
                valid_from_ms=placed.valid_from_ms,
                valid_until_ms=placed.valid_until_ms,
                state=CertificateState.ACTIVE,
                signing_id=self._ring.signer.key_id,
                renews=renews,
                credential=credential,
                openings=canonical.encode([canonical.decode(one.to_bytes()) for one in openings]),
            )
            record = record_of(certificate_row(rows, placed.certificate_id))
            self._tell(rows, held(record))
            return record
        raise TakenError

    def _signed(self, certificate: Certificate, now_ms: int) -> bytes:
        credential = documents.to_credential(certificate)
        return sign(credential, self._ring.signer, certificate.address, now_ms=now_ms)

    def _step(
        self,
        certificate_id: str,
        state: CertificateState,
        *,
        who: str,
        why: str,
    ) -> CertificateRecord:
        """Rules 4 and 5."""
        with self._store.rows() as rows:
            before = _from_where_it_stands(record_of(certificate_row(rows, certificate_id)), state)
            rows.change(CERTIFICATE, {"certificate_id": certificate_id}, state=state)
            self._note(rows, before, _ENDS[state], self._now(), who=who, why=why, was=str(before.state), now=str(state))
            if state is CertificateState.REVOKED:
                today = days.local_day(self._now(), ZONE)
                self._tell(rows, held(before).model_copy(update={"revoked_on": today}))
        log.event("certificate.changed", state=str(state))
        return replace(before, state=state)

    def _is_of_passing(self, one: AppliedRule) -> bool:
        row = self._rules().named(one.rule_id)
        return row is None or not isinstance(row, CertificateRule)

    def _note(
        self,
        rows: RegistryRows,
        record: CertificateRecord,
        action: str,
        at_ms: int,
        *,
        who: str,
        why: str,
        was: str = "",
        now: str = "",
    ) -> None:
        subject = record.certificate.certificate_id
        rows.note(subject, at_ms=at_ms, action=action, was=was, now=now, who=who, why=why)

    def _now(self) -> int:
        return self._clock.read().wall_ms


def _require_free(rows: Sequence[Row], openings: Sequence[Opening]) -> None:
    """One result is certified once; what comes after is a renewal."""
    wanted = {one.sealed_digest for one in openings}
    for record in map(record_of, rows):
        if record.state is not CertificateState.REVOKED and wanted & {one.sealed_digest for one in record.openings}:
            raise SittingTakenError(certificate=record.certificate.certificate_id)


def _proved(openings: Sequence[Opening]) -> tuple[Proved, ...]:
    return tuple(Proved(area=ContentArea(one.area), commitment=one.commitment) for one in openings)


def _last_ms(day: date) -> int:
    """The last second of a day."""
    return days.end_of_day_ms(day, ZONE) - 1000


def _from_where_it_stands(record: CertificateRecord, state: CertificateState) -> CertificateRecord:
    if record.state not in _FROM[state]:
        raise BadCertificateStepError(
            certificate=record.certificate.certificate_id, state=str(record.state), step=_ENDS[state]
        )
    return record
