"""Portfolios at the academy: taken as they were signed, kept document by document (formats/academy 3).

1. An account is known by the key of its first submission. Another key is taken only where a registrar named it, and
   never one that another account is known by.
2. An account that claims no ID number is given one at once, by chance; one that claims a number waits for a registrar,
   and may claim another, or none after all.
3. What a document says of whom it is about must be the account's own number; an id that another account has written
   before is refused, whole submission and all.
4. The same submission again gives the same receipt.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.admission.admission import Accommodations, folded, same_candidate
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SealingKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.errors import NameMismatchError
from pocus_desktop.hub.programme.errors import (
    BadKeyIdError,
    KeyOfAnotherAccountError,
    OtherKeyError,
    OtherPersonError,
    OthersDocumentError,
    UnknownPortfolioError,
)
from pocus_desktop.hub.programme.receipts import believed_receipt, is_believed
from pocus_desktop.hub.programme.store import DOCUMENT, GIVEN, PORTFOLIO, SUBMISSION
from pocus_desktop.hub.programme.taking import Taking
from pocus_desktop.hub.records.store_tables import RESULT
from pocus_desktop.hub.registry.store import CANDIDATE, WALK_IN, RegistryRows, RegistryStore, Row
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.documents.candidate import Account
from pocus_desktop.programme.documents.registry import AnyDocument, encode_document, parse_document
from pocus_desktop.programme.portfolio import Portfolio, document_key, gather
from pocus_desktop.programme.sealing import NotForUsError
from pocus_desktop.programme.signing import sign_document
from pocus_desktop.programme.submission import (
    PortfolioReceipt,
    Sent,
    issue_receipt,
    open_submission,
    read_submission,
)

SUBJECT: Final = "account:"
_DIGITS: Final = 9

Look = Callable[..., Sequence[Row]]
"""Reads the rows of a table that have these values: the database as it is now, or a transaction."""
_WHO: Final = "portfolio"
_KEY_ID: Final = re.compile(r"ed25519-[0-9a-f]{32}", re.ASCII)
_ACCOUNT: Final = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What taking a submission did."""

    receipt: bytes
    is_new: bool


class Portfolios:
    """The desk; any thread may call.

    Args:
        store: The registry's tables.
        ring: The academy's keys.
        clock: When things come.
    """

    def __init__(self, store: RegistryStore, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._takers: list[Taking] = []
        self._afterwards: list[Callable[[RegistryRows, Row], None]] = []
        self._when_numbered: list[Callable[[str], object]] = []
        self._when_given: list[Callable[[RegistryRows, str, AnyDocument, int], None]] = []

    def tell(self, taker: Taking) -> None:
        """Let a desk look at each new document, in the transaction that enters it."""
        self._takers.append(taker)

    def afterwards(self, then: Callable[[RegistryRows, Row], None]) -> None:
        """Let something be done with the account once all documents of a submission are entered."""
        self._afterwards.append(then)

    def when_given(self, then: Callable[[RegistryRows, str, AnyDocument, int], None]) -> None:
        """Let something be done with each document that an account is given, in the same transaction."""
        self._when_given.append(then)

    def when_numbered(self, then: Callable[[str], object]) -> None:
        """Let something be done with each earlier sitting of a number that an account turns out to have."""
        self._when_numbered.append(then)

    def take(self, data: bytes, digest: str) -> Taken:
        """Take a sealed submission, durably.

        Args:
            data: As it came.
            digest: Of the signed envelope that must be inside.

        Raises:
            NotForUsError, NotThePortfoliosError, BadDocumentError, NewerDocumentError, NameMismatchError: It is
                unsound.
            OtherKeyError, KeyOfAnotherAccountError, OtherPersonError, OthersDocumentError: Rules 1 and 3.
            StoreUnavailableError: The database does not take it.
        """
        envelope = self.opened(data, open_submission)
        if canonical.digest(envelope) != digest:
            raise NameMismatchError
        sent = read_submission(envelope)
        with self._store.rows() as rows:
            held = rows.find(SUBMISSION, digest=digest)
            if held:
                return Taken(receipt=believed_receipt(held[0]["receipt"], self._ring), is_new=False)
            row = self._account(rows, sent)
            now_ms = self._clock.read().wall_ms
            self._enter(rows, row, sent.documents, now_ms)
            for then in self._afterwards:
                then(rows, row)
            receipt = issue_receipt(
                PortfolioReceipt(
                    digest=digest,
                    account_id=sent.account_id,
                    candidate_id=row["candidate_id"],
                    received_at_ms=now_ms,
                ),
                self._ring.signer,
            )
            rows.add(
                SUBMISSION,
                digest=digest,
                account_id=sent.account_id,
                received_ms=now_ms,
                envelope=envelope,
                receipt=receipt,
            )
        log.event("academy.submission", digest=digest, documents=len(sent.documents))
        return Taken(receipt=receipt, is_new=True)

    def find(self, wanted: str) -> Row:
        """An account, by its id or by its ID number.

        Raises:
            UnknownPortfolioError: There is none.
        """
        found = self._store.look(PORTFOLIO, account_id=wanted) or self._store.look(PORTFOLIO, folded_id=folded(wanted))
        if not found:
            raise UnknownPortfolioError
        return found[0]

    def key_of(self, key_id: str) -> tuple[str, PublicKey] | None:
        """The account that a key belongs to, with the key; None where it is nobody's."""
        found = self._store.look(PORTFOLIO, key_id=key_id)
        return (found[0]["account_id"], PublicKey(algorithm="ed25519", raw=found[0]["key"])) if found else None

    def number_of(self, account_id: str) -> str | None:
        """The ID number of an account; None while it has none."""
        found = self._store.look(PORTFOLIO, account_id=account_id)
        number: str | None = found[0]["candidate_id"] if found else None
        return number

    def papers(self, account_id: str, look: Look | None = None) -> Portfolio:
        """All that is known of an account: what it sent, and what the academy gave it.

        Args:
            account_id: Whose.
            look: Reads rows, such as a transaction's; as they are now where omitted.
        """
        look = look or self._store.look
        sent = [parse_document(row["content"]) for row in look(DOCUMENT, account_id=account_id)]
        return gather([*sent, *(payload_of(row["envelope"]) for row in look(GIVEN, account_id=account_id))])

    def received_ms(self, account_id: str) -> dict[tuple[str, str], int]:
        """By kind and id: when a document first came."""
        found: dict[tuple[str, str], int] = {}
        for row in self._store.look(DOCUMENT, account_id=account_id):
            key = (row["kind"], row["document_id"])
            found[key] = min(found.get(key, row["received_ms"]), row["received_ms"])
        return found

    def given(self, account_id: str) -> tuple[bytes, ...]:
        """What the academy has for an account, signed, the oldest first."""
        rows = sorted(self._store.look(GIVEN, account_id=account_id), key=lambda row: (row["given_ms"], row["digest"]))
        return tuple(self._believed(row["envelope"]) for row in rows)

    def _believed(self, envelope: bytes) -> bytes:
        """As it was signed; anew where only keys signed it that were revoked since."""
        if is_believed(envelope, self._ring):
            return envelope
        return sign_document(payload_of(envelope), self._ring.signer)

    def give(self, rows: RegistryRows, account_id: str, document: AnyDocument, about: str) -> bytes:
        """Sign a document for an account, and let it be fetched; its envelope."""
        envelope = sign_document(document, self._ring.signer)
        now_ms = self._clock.read().wall_ms
        rows.add(
            GIVEN,
            digest=canonical.digest(account_id.encode() + envelope),
            account_id=account_id,
            kind=document.kind,
            about=about,
            given_ms=now_ms,
            envelope=envelope,
        )
        for then in self._when_given:
            then(rows, account_id, document, now_ms)
        return envelope

    def confirm_number(self, account_id: str, candidate_id: str, *, who: str, why: str) -> None:
        """Say which ID number an account has; someone of that number must be in the registry.

        What they have sat before is told to the account from now on.

        Raises:
            UnknownPortfolioError: There is no such account, or nobody of that number.
            OtherPersonError: Another account has the number, or this one has another.
        """
        with self._store.rows() as rows:
            row = _row(rows, account_id)
            people = rows.find(CANDIDATE, folded_id=folded(candidate_id))
            if not people:
                raise UnknownPortfolioError
            taken = rows.find(PORTFOLIO, folded_id=folded(candidate_id))
            if row["folded_id"] is not None or taken:
                raise OtherPersonError
            number, now_ms = people[0]["candidate_id"], self._clock.read().wall_ms
            self._bind(rows, row["account_id"], number, who=who, why=why)
            sat = [*rows.find(RESULT, candidate_id=number), *rows.find(WALK_IN, candidate=number)]
            sittings = sorted({one["sitting"] for one in sat})
            for sitting in sittings:
                rows.untold(sitting, now_ms)
        for sitting in sittings:
            for then in self._when_numbered:
                then(sitting)

    def accept_key(self, account_id: str, key_id: str, *, who: str, why: str) -> None:
        """Let the next submission of an account bring another key, of this id.

        Raises:
            BadKeyIdError: No key can have that id.
            UnknownPortfolioError: There is no such account.
        """
        key_id = key_id.strip().lower()  # as it is read on the telephone
        if not _KEY_ID.fullmatch(key_id):
            raise BadKeyIdError(key=key_id)
        with self._store.rows() as rows:
            row = _row(rows, account_id)
            rows.change(PORTFOLIO, {"account_id": row["account_id"]}, next_key_id=key_id)
            self._note(rows, row, "key awaited", was=row["key_id"], now=key_id, who=who, why=why)

    def opened(self, data: bytes, how: Callable[[bytes, Sequence[SealingKey]], bytes]) -> bytes:
        """What was sealed to the academy, not verified yet.

        Raises:
            NotForUsError: It is sealed to another.
            PocusError: It is none, or was altered.
        """
        try:
            return how(data, self._ring.openers)
        except NotForUsError:
            if not self._ring.refresh():  # the first sign that the academy's keys were exchanged
                raise
            return how(data, self._ring.openers)

    def _account(self, rows: RegistryRows, sent: Sent) -> Row:
        """Rules 1 and 2: the account's row, made where it is new."""
        said = next((one for one in sent.documents if isinstance(one, Account)), None)
        found = rows.find(PORTFOLIO, account_id=sent.account_id)
        if any(isinstance(one, Account) and one.account_id != sent.account_id for one in sent.documents):
            raise OtherPersonError
        if found:
            self._require_key(rows, found[0], sent.key)
            if said is not None:
                self._correct(rows, found[0], said)
            return rows.find(PORTFOLIO, account_id=sent.account_id)[0]
        if said is None:
            raise UnknownPortfolioError
        _require_nobodys(rows, sent.key)
        rows.add(
            PORTFOLIO,
            account_id=sent.account_id,
            key_id=sent.key.key_id,
            key=sent.key.raw,
            next_key_id="",
            folded_id=None,
            candidate_id=None,
            claimed_id=said.candidate_id or "",
            name=said.name,
            email=said.email,
            zone=said.zone,
            first_ms=self._clock.read().wall_ms,
        )
        row = rows.find(PORTFOLIO, account_id=sent.account_id)[0]
        self._note(rows, row, "account made", was="", now=said.name, who=_WHO, why="")
        if said.candidate_id is None:
            self._number(rows, sent.account_id, said)
        return rows.find(PORTFOLIO, account_id=sent.account_id)[0]

    def _require_key(self, rows: RegistryRows, row: Row, key: PublicKey) -> None:
        if key.key_id == row["key_id"]:
            return
        if not row["next_key_id"] or key.key_id != row["next_key_id"]:
            raise OtherKeyError
        _require_nobodys(rows, key)
        mine = {"account_id": row["account_id"]}
        rows.change(PORTFOLIO, mine, key_id=key.key_id, key=key.raw, next_key_id="")
        self._note(rows, row, "key changed", was=row["key_id"], now=key.key_id, who=_WHO, why="")

    def _correct(self, rows: RegistryRows, row: Row, said: Account) -> None:
        """What somebody writes of themselves; the name that proctors compare is the registry's, and stays."""
        before = (row["name"], row["email"], row["zone"])
        after = (said.name, said.email, said.zone)
        if before != after:
            mine = {"account_id": row["account_id"]}
            rows.change(PORTFOLIO, mine, name=said.name, email=said.email, zone=said.zone)
            self._note(rows, row, "account changed", was=" · ".join(before), now=" · ".join(after), who=_WHO, why="")
        claim = said.candidate_id or ""
        if row["folded_id"] is None and claim != row["claimed_id"]:
            rows.change(PORTFOLIO, {"account_id": row["account_id"]}, claimed_id=claim)
            self._note(rows, row, "claim changed", was=row["claimed_id"], now=claim, who=_WHO, why="")
            if not claim:
                self._number(rows, row["account_id"], said)

    def _number(self, rows: RegistryRows, account_id: str, said: Account) -> None:
        """Rule 2: a number that tells nothing, and that nobody finds by counting."""
        while True:
            number = f"P{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
            if not rows.find(CANDIDATE, folded_id=folded(number)):
                break
        rows.add(
            CANDIDATE,
            folded_id=folded(number),
            candidate_id=number,
            name=said.name,
            photo=None,
            accommodations=Accommodations().model_dump_json(),
        )
        at_ms = self._clock.read().wall_ms
        rows.note(f"candidate:{folded(number)}", at_ms=at_ms, action="added", now=said.name, who=_WHO, why="")
        self._bind(rows, account_id, number, who=_WHO, why="")

    def _bind(self, rows: RegistryRows, account_id: str, number: str, *, who: str, why: str) -> None:
        rows.change(PORTFOLIO, {"account_id": account_id}, folded_id=folded(number), candidate_id=number)
        self._note(rows, _row(rows, account_id), "number given", was="", now=number, who=who, why=why)

    def _enter(self, rows: RegistryRows, row: Row, documents: Sequence[AnyDocument], now_ms: int) -> None:
        """Rule 3, then all that is new at once."""
        account_id = row["account_id"]
        held = {one["digest"] for one in rows.find(DOCUMENT, account_id=account_id)}
        new: dict[str, tuple[AnyDocument, dict[str, object]]] = {}
        for document in documents:
            kind, document_id = document_key(document)
            content = encode_document(document)
            digest = canonical.digest(account_id.encode() + content)
            said = getattr(document, "candidate_id", None)
            is_own = row["candidate_id"] is not None and same_candidate(said or "", row["candidate_id"])
            if kind != _ACCOUNT and said is not None and not is_own:
                raise OtherPersonError
            if digest not in held:
                fields = {"digest": digest, "account_id": account_id, "kind": kind, "document_id": document_id}
                new[digest] = document, {**fields, "received_ms": now_ms, "content": content}
        keys = {(one["kind"], one["document_id"]) for _, one in new.values() if one["kind"] != _ACCOUNT}
        for other in rows.among(DOCUMENT, "document_id", {str(document_id) for _, document_id in keys}):
            if other["account_id"] != account_id and (other["kind"], other["document_id"]) in keys:
                raise OthersDocumentError(kind=other["kind"])
        rows.add_all(DOCUMENT, [fields for _, fields in new.values()])
        for document, _ in new.values():
            for taker in self._takers:
                taker.taken(rows, row, document, now_ms)

    def _note(self, rows: RegistryRows, row: Row, action: str, *, was: str, now: str, who: str, why: str) -> None:
        at_ms = self._clock.read().wall_ms
        rows.note(SUBJECT + row["account_id"], at_ms=at_ms, action=action, was=was, now=now, who=who, why=why)


def payload_of(envelope: bytes) -> AnyDocument:
    """A document that the academy signed itself and keeps."""
    return parse_document(dsse.Envelope.parse(envelope).payload)


def _require_nobodys(rows: RegistryRows, key: PublicKey) -> None:
    """Rule 1: what is asked and answered by a key is of one account."""
    if rows.find(PORTFOLIO, key_id=key.key_id):
        raise KeyOfAnotherAccountError


def _row(rows: RegistryRows, account_id: str) -> Row:
    found = rows.find(PORTFOLIO, account_id=account_id)
    if not found:
        raise UnknownPortfolioError
    return found[0]
