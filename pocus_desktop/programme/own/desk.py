"""The candidate's portfolio on this computer: what is kept, as one value, and what is to be done (formats/portfolio).

The database is the truth; what a screen shows is computed from it. Rows are only added, so each look reads what is new.
"""

import json
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.academy_keys import KnownKeys, follow
from pocus_desktop.programme.cme.progress import progress
from pocus_desktop.programme.cme.standing import standings
from pocus_desktop.programme.days import end_of_day_ms, local_day
from pocus_desktop.programme.documents.candidate import VoucherEntry
from pocus_desktop.programme.documents.registry import KINDS, AnyDocument, encode_document, parse_document
from pocus_desktop.programme.eligibility import eligibility_of_all
from pocus_desktop.programme.errors import BadDocumentError
from pocus_desktop.programme.next_steps import next_steps
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.asking import Asking, AsOf
from pocus_desktop.programme.own.certificates import CertificateFolder, KeptCertificate
from pocus_desktop.programme.own.changes import require_account
from pocus_desktop.programme.own.errors import (
    ClockOffError,
    NoAcademyError,
    NotItsKeyError,
    OtherAccountError,
    PortfolioUnreadableError,
)
from pocus_desktop.programme.own.evidence import EvidenceFolder
from pocus_desktop.programme.own.outgoing import FileParcel, FileState, OutgoingFiles
from pocus_desktop.programme.own.store import Parcel, PortfolioStore, Writing
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.papers import read_papers
from pocus_desktop.programme.places import NO_STATION, Refusal, ThisComputer, places
from pocus_desktop.programme.portfolio import Portfolio, document_key, gather
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.signing import payload_type, read_signed
from pocus_desktop.programme.submission import (
    OWN_KINDS,
    read_receipt,
    seal_submission,
    sign_submission,
)
from pocus_desktop.programme.voucher import life

DATABASE: Final = "portfolio.sqlite"
FILES: Final = "files"
OUTGOING: Final = "outgoing"
CERTIFICATES: Final = "certificates"
DAY_MS: Final = 24 * 60 * 60 * 1000
_NUMBER, _ACADEMY, _SYNCED, _TROUBLE = "candidate_id", "academy", "synced_ms", "trouble"


class PortfolioDesk:
    """A portfolio that is open. Any thread may call.

    Args:
        folder: The database and the files; made where it is missing.
        key: The portfolio's own; asked for when something is signed.
        rules: The book by which is told, given the academy's keys.
        clock: The present.
        here: Looks at what can be sat on this computer.

    Raises:
        PortfolioUnreadableError, PortfolioOfLaterVersionError: The database cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key: Callable[[], SigningKey],
        rules: Callable[[Sequence[PublicKey]], Rules],
        clock: Clock,
        here: Callable[[], ThisComputer] = lambda: NO_STATION,
    ) -> None:
        self.folder = folder
        self._store = PortfolioStore(folder / DATABASE)
        self._key, self._clock, self._here = key, clock, here
        self._choose_rules = rules
        self.rules = rules(self.academy.verifiers)
        self._certificates = CertificateFolder(folder / CERTIFICATES)
        self.files = EvidenceFolder(folder / FILES)
        self.asking = Asking(self._store, key, clock)
        self.outgoing = OutgoingFiles(
            self._store.files, self._store, self.files, folder / OUTGOING, key=key, clock=clock
        )
        self._lock = threading.Lock()
        self._documents: list[AnyDocument] = []
        self._papers: list[AnyDocument] = []
        self._read = self._read_papers = 0
        self._gathered: tuple[int, int, Portfolio] | None = None

    @property
    def now_ms(self) -> int:
        """The present; a clock that says a moment before the last receipt, or before the rules were made, is wrong."""
        made_ms = end_of_day_ms(self.rules.book.published, "UTC") - DAY_MS
        return max(self._clock.read().wall_ms, self._store.latest_received_ms(), made_ms)

    @property
    def clock_ms(self) -> int:
        """What this computer's clock says, right or wrong."""
        return self._clock.read().wall_ms

    @property
    def academy(self) -> Academy:
        """Whom it is for.

        Raises:
            PortfolioUnreadableError: What was noted was altered beside this program.
        """
        return Academy.of_note(self._store.setting(_ACADEMY))

    def connect(self, academy: Academy) -> None:
        """Say whom it is for."""
        self._store.note(**{_ACADEMY: academy.noted()})
        with self._lock:  # papers are verified anew, by the keys that count now
            self._papers, self._read_papers, self._gathered = [], 0, None
            self.rules = self._choose_rules(academy.verifiers)

    def require_academy(self) -> Academy:
        """Whom it is for.

        Raises:
            NoAcademyError: Nobody said.
        """
        academy = self.academy
        if not academy.readers or not academy.verifiers:
            raise NoAcademyError
        return academy

    def portfolio(self) -> Portfolio:
        """All that is known, with the ID number that the academy gave."""
        with self._lock:
            for one in self._store.writings(after=self._read):
                self._documents.append(parse_document(one.content))
                self._read = one.seq
            self._take_in_papers()
            held = (len(self._documents), len(self._papers))
            if self._gathered is None or self._gathered[:2] != held:  # both only grow
                self._gathered = (*held, gather([*self._documents, *self._papers]))
            found = self._gathered[2]
        number = self._store.setting(_NUMBER)
        if found.account is not None and number:
            found = replace(found, account=found.account.model_copy(update={"candidate_id": number}))
        return found

    def view(self) -> PortfolioView:
        """What a screen shows now."""
        portfolio, now_ms, rules = self.portfolio(), self.now_ms, self.rules
        claimed, number = "", self._store.setting(_NUMBER)
        if portfolio.account is not None and not number:  # a number that nobody confirmed is none yet
            claimed = portfolio.account.candidate_id or ""
            portfolio = replace(portfolio, account=portfolio.account.model_copy(update={"candidate_id": None}))
        on, received = local_day(now_ms, portfolio.zone), self._received()
        known = {one.voucher_id for one in portfolio.vouchers} | {one.voucher_id for one in portfolio.entries}
        lives = tuple(life(one, portfolio, rules, now_ms, received) for one in sorted(known))
        academy = self.academy
        synced, every = self._store.setting(_SYNCED), progress(portfolio, rules, on)
        return PortfolioView(
            portfolio=portfolio,
            rules=rules,
            now_ms=now_ms,
            on=on,
            steps=next_steps(portfolio, rules, now_ms, received),
            answers=eligibility_of_all(portfolio, rules, on),
            lives=lives,
            places=places(portfolio, rules, now_ms, lives, self._here() if lives else NO_STATION),
            cycles=tuple(one for one in every if one.cycle.first <= on <= one.cycle.last),
            every_cycle=every,
            credits=standings(every, portfolio.credits),
            academy=academy,
            files=self.outgoing.states(portfolio, academy.identity, (*academy.readers, *academy.verifiers)),
            files_agreed_ms=self.outgoing.agreed_ms(academy.identity),
            waiting=self._store.waiting(),
            refused=self._refused(),
            received=received,
            synced_ms=int(synced) if synced else None,
            claimed=claimed,
            trouble=self._trouble(),
            kept=self._certificates.kept(academy.trust, now_ms=now_ms),
        )

    def write(self, *documents: AnyDocument) -> int:
        """Keep documents, all or none; durable when this returns. How many are new.

        Raises:
            ChangedMeanwhileError: One was written by another window since it was read.
            PortfolioUnreadableError: The disk does not take it.
        """
        return self._store.add(map(self._writing, documents))

    def take_in(self, documents: Iterable[AnyDocument]) -> int:
        """Take documents of this account in that were written on another computer; how many are new.

        Two writings of one revision that differ become a conflict, which is shown.

        Raises:
            OtherAccountError: They are of another account.
        """
        found = [one for one in documents if isinstance(one, OWN_KINDS)]
        account = self.portfolio().account
        theirs = {one.account_id for one in found if one.kind == "account"}
        if len(theirs | ({account.account_id} if account is not None else set())) > 1:
            raise OtherAccountError
        return self._store.add(map(self._writing, found), from_elsewhere=True)

    def documents(self) -> tuple[AnyDocument, ...]:
        """The candidate's own documents, every writing, in order."""
        self.portfolio()
        with self._lock:
            return tuple(self._documents)

    def pack(self) -> Parcel | None:
        """Sign what waits; None where nothing does."""
        account = require_account(self.portfolio())
        return self._store.pack(self._sign(account.account_id), now_ms=self._clock.read().wall_ms)

    def parcels(self) -> tuple[Parcel, ...]:
        """All submissions, the first first."""
        return self._store.parcels()

    def next_waiting(self, beside: Collection[str] = frozenset()) -> Parcel | None:
        """The first submission that is still to go and is not one of these, by digest; None where none is."""
        return self._store.next_waiting(beside)

    def sealed(self, parcel: Parcel) -> bytes:
        """A submission, sealed to the academy."""
        return seal_submission(parcel.envelope, self.require_academy().readers)

    def question(self, submissions: Sequence[str]) -> tuple[str, bytes]:
        """A question to be carried, with those submissions; as `Asking.question`."""
        kept = self._certificates.kept(self.academy.trust, now_ms=self.now_ms)
        has = [(one.certificate_id, language) for one in kept for language in one.papers]
        return self.asking.question(submissions, has, self.require_academy().readers)

    def divide(self, parcel: Parcel, code: str, *, parts: int = 2) -> bool:
        """The academy refused it: try parts of it; whether there are any."""
        account = require_account(self.portfolio())
        now_ms, sign = self._clock.read().wall_ms, self._sign(account.account_id)
        return self._store.split(parcel.digest, sign, problem=code, now_ms=now_ms, parts=parts)

    def failed(self, parcel: Parcel, error: PocusError) -> None:
        """Note why there is no receipt."""
        self._store.failed(parcel.digest, error.code, now_ms=self._clock.read().wall_ms)

    def try_again(self) -> None:
        """Let what was refused go again."""
        self._store.try_again()
        self.outgoing.try_again()

    def file_states(self) -> tuple[FileState, ...]:
        """Every file that a document names, and where it stands."""
        academy = self.academy
        return self.outgoing.states(self.portfolio(), academy.identity, (*academy.readers, *academy.verifiers))

    def file_parcel(self, state: FileState) -> FileParcel | None:
        """A file as it goes; None while the candidate has not agreed, or has no ID number.

        Raises:
            NoAcademyError, NoAccountYetError: There is nobody to send to, or nobody who sends.
            FileNotHereError, FileRefusedError: As `OutgoingFiles.parcel`.
        """
        academy, account = self.require_academy(), require_account(self.portfolio())
        number, agreed_ms = self._store.setting(_NUMBER), self.outgoing.agreed_ms(academy.identity)
        if not number or agreed_ms is None:
            return None
        return self.outgoing.parcel(
            state,
            account_id=account.account_id,
            candidate_id=number,
            reader=academy.readers[0],
            agreed_ms=agreed_ms,
        )

    def take_receipt(self, parcel: Parcel, envelope: bytes) -> None:
        """Take a receipt.

        Raises:
            BadPortfolioReceiptError: It is none of this academy's for this submission.
        """
        receipt = read_receipt(envelope, self.require_academy().verifiers, digest=parcel.digest)
        number = {_NUMBER: receipt.candidate_id} if receipt.candidate_id else {}
        self._store.receipted(parcel.digest, envelope, received_ms=receipt.received_at_ms, **number)

    def take_papers(self, data: bytes, *, as_of: AsOf | None = None) -> int:
        """Take what the academy has; how many are new. What it did not sign is left, and logged.

        Args:
            data: As it came.
            as_of: How new it is; None for now. What is older than what was taken adds, and replaces nothing.

        Raises:
            BadDocumentError, NewerDocumentError: It is something else.
            FileRefusedError: The disk does not take a certificate; the same again helps once it does.
        """
        found = read_papers(data)
        self._follow(found.keys)
        academy = self.require_academy()
        keys = academy.verifiers
        good: list[bytes] = []
        for one in found.papers:
            try:
                _verified(one, keys)
            except PocusError as error:
                log.failure(error)
            else:
                good.append(one)
        number = {_NUMBER: found.candidate_id} if found.candidate_id else {}
        is_newest = as_of is None or as_of >= self.asking.taken
        new = self._store.take_papers(good, now_ms=self._clock.read().wall_ms, **number)
        new += self._certificates.take(
            found.certificates, found.status_lists, academy.trust, now_ms=self.now_ms, may_replace=is_newest
        )
        if is_newest:
            self.asking.note(as_of)
        return new

    def follow_keys(self, data: bytes) -> None:
        """Follow what papers that came say of the academy's keys, and take nothing else of them.

        Raises:
            BadDocumentError, NewerDocumentError: They are something else.
        """
        self._follow(read_papers(data).keys)

    def wanted_papers(self) -> tuple[tuple[str, str], ...]:
        """Certificates and languages whose paper is still to be fetched."""
        return tuple(self._certificates.wanted_papers(self.academy.trust, now_ms=self.now_ms))

    def take_paper(self, certificate_id: str, language: str, envelope: bytes) -> None:
        """Keep a certificate's paper; as `CertificateFolder.take_paper`."""
        self._certificates.take_paper(certificate_id, language, envelope, self.require_academy().trust)

    def note_no_paper(self, certificate_id: str, language: str) -> None:
        """The academy cannot set a paper; as `CertificateFolder.note_none`."""
        self._certificates.note_none(certificate_id, language, now_ms=self.now_ms)

    def keep_certificate(self, path: Path) -> KeptCertificate:
        """Take the file of a certificate in, verified; as `CertificateFolder.keep`."""
        return self._certificates.keep(path, self.academy.trust, now_ms=self.now_ms)

    def save_certificate(self, certificate_id: str, out: Path, *, language: str) -> None:
        """Write a certificate's paper; as `CertificateFolder.save_pdf`."""
        trust = self.academy.trust
        self._certificates.save_pdf(certificate_id, out, trust, now_ms=self.now_ms, language=language)

    def certificate_paper(self, certificate_id: str, *, language: str) -> Path:
        """Where a certificate's paper lies; as `CertificateFolder.paper_file`."""
        return self._certificates.paper_file(certificate_id, self.academy.trust, now_ms=self.now_ms, language=language)

    def note_synced(self, as_of: AsOf | None = None) -> None:
        """Everything has gone and come: now, or as of an answer that was carried."""
        synced = self._clock.read().wall_ms if as_of is None else as_of[1]
        self._store.note(**{_SYNCED: str(max(synced, int(self._store.setting(_SYNCED) or 0)))})

    def note_trouble(self, error: PocusError | None) -> None:
        """What a person has to see to after a round; None for nothing. What another try may mend is not kept."""
        is_kept = isinstance(error, NotItsKeyError | ClockOffError)
        kept = json.dumps({"code": error.code, "params": dict(error.params)}) if error is not None and is_kept else ""
        if kept != self._store.setting(_TROUBLE):
            self._store.note(**{_TROUBLE: kept})

    @property
    def key_id(self) -> str:
        """The id of the portfolio's own key, by which the academy knows the account."""
        return self._key().public.key_id

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def _writing(self, document: AnyDocument) -> Writing:
        kind, document_id = document_key(document)
        return Writing(
            kind=kind,
            document_id=document_id,
            revision=int(getattr(document, "revision", 1)),
            content=encode_document(document),
            written_ms=self._clock.read().wall_ms,
        )

    def _sign(self, account_id: str) -> Callable[[Sequence[bytes]], bytes]:
        key, now_ms = self._key(), self._clock.read().wall_ms
        return lambda contents: sign_submission(
            account_id, [parse_document(one) for one in contents], key, now_ms=now_ms
        )

    def _trouble(self) -> Refusal | None:
        said = self._store.setting(_TROUBLE)
        try:
            return Refusal(**json.loads(said)) if said else None
        except (ValueError, TypeError) as problem:
            raise PortfolioUnreadableError(reason="what was noted of the last round is altered") from problem

    def _follow(self, said: bytes | None) -> None:
        """What the academy says of its keys, where it is new; what does not count is logged."""
        if said is None:
            return
        academy = self.require_academy()
        known = KnownKeys(keys=academy.keys, revoked=academy.revoked, said_at_ms=academy.said_at_ms)
        try:
            now = follow(said, known)
        except PocusError as error:
            log.failure(error)
            return
        if now != known:
            log.event("portfolio.keys_followed", keys=len(now.keys), revoked=len(now.revoked))
            self.connect(replace(academy, keys=now.keys, revoked=now.revoked, said_at_ms=now.said_at_ms))

    def _take_in_papers(self) -> None:
        keys = self.academy.verifiers
        for place, envelope in self._store.papers(after=self._read_papers):
            self._read_papers = place
            try:
                self._papers.append(_verified(envelope, keys))
            except PocusError as error:  # by a key that counts no more: told no further
                log.failure(error)

    def _received(self) -> dict[str, int]:
        return {
            document.entry_id: moment
            for content, moment in self._store.received("voucher-entry")
            if isinstance(document := parse_document(content), VoucherEntry)
        }

    def _refused(self) -> tuple[tuple[AnyDocument, str], ...]:
        return tuple((parse_document(content), problem) for content, problem in self._store.refused())


def _verified(envelope: bytes, keys: Sequence[PublicKey]) -> AnyDocument:
    """A paper of the academy.

    Raises:
        PocusError: It did not sign it, or it is none.
    """
    found = dsse.Envelope.parse(envelope).payload_type
    for kind, model in KINDS.items():
        if payload_type(kind) == found and not issubclass(model, OWN_KINDS):
            return read_signed(model, envelope, keys)
    raise BadDocumentError(reason="type: unknown")
