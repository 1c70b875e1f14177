"""The desk of certificates (formats/certificate 8).

1. A certificate is issued on a sitting that the hub scored: live, passed, the candidate's own, whole, and without a
   remark that a person has still to decide on.
2. What it says of rules are the rows that were in force on the day; its last day is told by the row of certificates.
3. Its place in the status lists is drawn at random. A list that has become so full that several draws find no free
   place is followed by the next.
4. Suspension can be lifted; revocation cannot.
5. Each step has an entry in the trail: who, when, why.
6. What a revoked key had signed is signed anew, and keeps its id, dates and place.
7. Whoever has an account is told in their portfolio, at issue and at revocation.
8. The application must be approved, and assessment and evaluation done within the window of its voucher. Where
   something of that is missing, it is issued only if the academy says that it answers for that; the trail keeps what.
9. What a certificate rests on is read in the transaction that issues it, while the academy's turn is held
   (`RegistryStore.rows`): a refund, a decision or a mark stands before it and is seen, or comes after it.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, Protocol

from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import Entry
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.certificates.errors import (
    BadCertificateStepError,
    NoAddressError,
    NoKnowledgeCheckError,
    NotDueError,
    NotPassedError,
    SittingTakenError,
    TooEarlyError,
    UnknownCertificateError,
)
from pocus_desktop.hub.certificates.store import CERTIFICATE, stands
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.registry.candidates import candidate_row
from pocus_desktop.hub.registry.enrolment_rows import entries
from pocus_desktop.hub.registry.enrolments import HUB_URL
from pocus_desktop.hub.registry.errors import UnknownCandidateError
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.registry.store import CANDIDATE, RegistryRows, RegistryStore, Row, TakenError
from pocus_desktop.kernel import canonical, log, words
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme import days
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate import status_list
from pocus_desktop.programme.certificate.address import Address
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.document import AppliedRule, Certificate, Place, Proved
from pocus_desktop.programme.certificate.errors import BadCertificateError
from pocus_desktop.programme.certificate.records import CertificateRecord, CertificateState
from pocus_desktop.programme.certificate.status_list import ENTRIES
from pocus_desktop.programme.certificate.verify import read_json, sign
from pocus_desktop.programme.documents.academy import CertificateHeld
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.model import CertificateRule
from pocus_desktop.programme.validity import last_day, renewed_from, validity
from pocus_desktop.scoring.score import ScoreReport

ISSUER: Final = "certificate_issuer"
LIST: Final = "certificate_list"
DRAWS: Final = 8
"""So many places are drawn before a list counts as full: it is then about a third full."""

ZONE: Final = "UTC"
"""In which days of certificates are counted."""

_HARMLESS: Final = frozenset({"moved"})
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

Look = Callable[..., Sequence[Row]]
"""Reads the rows of a table that have these values, such as a transaction does."""

Missing = Callable[[str, ContentArea, Look], Sequence[Told]]
"""What of the way to a certificate is missing, by the ID number and the area, as the rows tell it."""

AreaOf = Callable[[str, int], ContentArea | None]
"""The content area of a registered bundle and version."""


class _Settings(Protocol):
    """The academy's settings: as they are, or held in a transaction."""

    def setting(self, name: str) -> bytes:
        """One of them; empty where it was never made."""


class Certificates:
    """The desk; any thread may call.

    Args:
        store: The registry's tables.
        results: The hub's records of sittings.
        registry: Its other desks.
        ring: The academy's keys.
        clock: When things happen.
        area_of: What a bundle is of.
        tell: Tells a candidate of a certificate (rule 7).
        missing: What of the way to a certificate is missing (rule 8).
        rules: By which it is decided.
    """

    def __init__(
        self,
        store: RegistryStore,
        results: HubStore,
        registry: Registry,
        ring: KeyRing,
        clock: Clock,
        *,
        area_of: AreaOf,
        tell: Tell = lambda _rows, _document: None,
        missing: Missing = lambda _candidate_id, _area, _look: (),
        rules: Callable[[], Rules] = shipped_rules,
    ) -> None:
        self._store = store
        self._results = results
        self._registry = registry
        self._ring = ring
        self._clock = clock
        self._area_of = area_of
        self._tell = tell
        self._missing = missing
        self._rules = rules

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
            NoAddressError: Nobody said under which address the hub is reached.
            NoRuleError: No rule says how long a certificate is valid.
        """
        now_ms = self._now()
        today = days.local_day(now_ms, ZONE)
        area = self._area(sitting)  # the same for ever, and may lie far away: not asked for while others wait
        with self._store.rows() as rows:
            openings = (self._opening(candidate_id, sitting, area),)
            missing = self._missing(candidate_id, area, rows.find)
            if missing and not is_despite:
                raise NotDueError(missing)
            applied = (self._rules().certificate(today), self._rules().pass_rule(area, today))
            person = candidate_row(rows, candidate_id)
            _require_free(rows.find(CERTIFICATE, folded_id=person["folded_id"]), openings)
            certificate = Certificate(
                certificate_id=documents.new_id(),
                issuer=_issuer(rows),
                address=_address(rows),
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
            before = _record(_row(rows, certificate_id))
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
                issuer=_issuer(rows),
                address=_address(rows),
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
                    record = _record(row)
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
        return _record(found[0])

    def stands(self, certificate_ids: Sequence[str]) -> Mapping[str, tuple[CertificateState, bytes]]:
        """State and credential of several as they are now, by id; those that are not there are left out.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return stands(self._results, certificate_ids)

    def of(self, candidate_id: str) -> tuple[CertificateRecord, ...]:
        """A person's certificates, the first issued first.

        Raises:
            UnknownCandidateError: There is no such candidate.
        """
        if not self._store.look(CANDIDATE, folded_id=folded(candidate_id)):  # every portfolio asks, again and again
            raise UnknownCandidateError
        found = self._store.look(CERTIFICATE, folded_id=folded(candidate_id))
        return tuple(sorted(map(_record, found), key=lambda one: (one.issued_ms, one.certificate.certificate_id)))

    def history(self, certificate_id: str) -> tuple[Entry, ...]:
        """What became of one, oldest first.

        Raises:
            UnknownCertificateError: There is none of that id.
        """
        with self._store.rows() as rows:
            _row(rows, certificate_id)
            return entries(rows, certificate_id)

    def status_list(self, number: int, purpose: str) -> bytes | None:
        """A status list as of now, signed; None where there is none of that number or purpose.

        Raises:
            NoAddressError: Nobody said under which address the hub is reached.
        """
        if purpose not in documents.PURPOSES:
            return None
        state = CertificateState.REVOKED if purpose == "revocation" else CertificateState.SUSPENDED
        if not 1 <= number <= _current_list(self._store):  # whoever asks is a stranger, and holds up nobody
            return None
        address, issuer = _address(self._store), _issuer(self._store)
        found = self._store.look(CERTIFICATE, list_number=number, state=state)
        now_ms = self._now()
        indexes = [row["list_index"] for row in found]
        listed = status_list.to_credential(address, issuer, number, purpose, indexes, now_ms=now_ms)
        return sign(listed, self._ring.signer, address, now_ms=now_ms)

    def status_lists(self) -> dict[str, bytes]:
        """Every status list as of now, by the name of a file."""
        last = _current_list(self._store)
        every = ((number, purpose) for number in range(1, last + 1) for purpose in documents.PURPOSES)
        lists = {f"{number}-{purpose}.json": self.status_list(number, purpose) for number, purpose in every}
        return {name: signed for name, signed in lists.items() if signed is not None}

    def controller(self) -> dict[str, Json]:
        """The academy as a DID document: its name, and the keys by which it signs (formats/certificate 3.4).

        Raises:
            NoAddressError: Nobody said under which address the hub is reached.
        """
        address = _address(self._store)
        methods: list[Json] = [
            {
                "id": address.method(key),
                "type": "Multikey",
                "controller": address.did,
                "publicKeyMultibase": address.method(key).partition("#")[2],
            }
            for key in self._ring.believed
        ]
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": address.did,
            "verificationMethod": methods,
            "assertionMethod": [address.method(key) for key in self._ring.believed],
        }

    def _area(self, sitting: str) -> ContentArea:
        standing = self._results.standing(sitting)
        area = None if standing is None else self._area_of(standing.bundle_id, standing.bundle_version)
        if area is None:
            raise NotPassedError(sitting=sitting, reason="nothing is known of it")
        return area

    def _opening(self, candidate_id: str, sitting: str, area: ContentArea) -> Opening:
        """Rule 1."""
        standing = self._results.standing(sitting)
        assert standing is not None  # noqa: S101 - its area is known, and no result is ever taken away
        sat_by = self._registry.results.candidate_of(standing)
        if folded(sat_by) != folded(candidate_id):
            raise NotPassedError(sitting=sitting, reason="another candidate sat it")
        reason = _fault(standing, self._registry.results.remarks_of(sitting))
        if reason:
            raise NotPassedError(sitting=sitting, reason=reason)
        return Opening.fresh(str(area), standing.digest)

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
        number = _current_list(rows)
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
            record = _record(_row(rows, placed.certificate_id))
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
            before = _from_where_it_stands(_record(_row(rows, certificate_id)), state)
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


def _fault(standing: Standing, remarks: Sequence[str]) -> str:
    """Why a sitting proves nothing; empty where it does."""
    report = None if standing.report is None else ScoreReport.model_validate_json(standing.report)
    if standing.mode != Mode.LIVE:
        return "it was not live"
    if report is None or report.result != "pass" or standing.is_partial:
        return "it is not passed, or not whole"
    doubts = sorted(set(remarks) - _HARMLESS)
    return f"it is in doubt: {', '.join(doubts)}" if doubts else ""


def held(record: CertificateRecord) -> CertificateHeld:
    """A certificate in short, as portfolios have it."""
    one = record.certificate
    return CertificateHeld(
        certificate_id=one.certificate_id,
        candidate_id=record.candidate_id,
        area=one.areas[0],
        issued_on=days.local_day(one.valid_from_ms, ZONE),
        last_on=days.local_day(one.valid_until_ms, ZONE),
        renewal_of=record.renews,
    )


def _require_free(rows: Sequence[Row], openings: Sequence[Opening]) -> None:
    """One result is certified once; what comes after is a renewal."""
    wanted = {one.sealed_digest for one in openings}
    for record in map(_record, rows):
        if record.state is not CertificateState.REVOKED and wanted & {one.sealed_digest for one in record.openings}:
            raise SittingTakenError(certificate=record.certificate.certificate_id)


def _proved(openings: Sequence[Opening]) -> tuple[Proved, ...]:
    return tuple(Proved(area=ContentArea(one.area), commitment=one.commitment) for one in openings)


def _last_ms(day: date) -> int:
    """The last second of a day."""
    return days.end_of_day_ms(day, ZONE) - 1000


def _current_list(settings: _Settings) -> int:
    return int(settings.setting(LIST) or b"1")


def _issuer(settings: _Settings) -> str:
    return settings.setting(ISSUER).decode() or words.say("pages.product", "en")


def _address(settings: _Settings) -> Address:
    url = settings.setting(HUB_URL).decode().rstrip("/")
    if not url:
        raise NoAddressError
    return Address(url)


def _from_where_it_stands(record: CertificateRecord, state: CertificateState) -> CertificateRecord:
    if record.state not in _FROM[state]:
        raise BadCertificateStepError(
            certificate=record.certificate.certificate_id, state=str(record.state), step=_ENDS[state]
        )
    return record


def _row(rows: RegistryRows, certificate_id: str) -> Row:
    found = rows.find(CERTIFICATE, certificate_id=certificate_id)
    if not found:
        raise UnknownCertificateError
    return found[0]


def _record(row: Row) -> CertificateRecord:
    openings = canonical.decode(row["openings"])
    assert isinstance(openings, list)  # noqa: S101 - as it was written here
    return CertificateRecord(
        certificate=documents.of_credential(read_json(row["credential"])),
        candidate_id=row["candidate_id"],
        state=CertificateState(row["state"]),
        issued_ms=row["issued_ms"],
        renews=row["renews"],
        credential=row["credential"],
        openings=tuple(Opening.parse(canonical.encode(one)) for one in openings),
    )
