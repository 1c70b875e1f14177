"""Files that candidates send, at the academy: kept as they came, sealed; opened when staff look (formats/academy 9).

1. A file is taken where the account's key signed for it, the account has the ID number that it says, and a document of
   the account names it, with its size and the kind that its first bytes tell.
2. The same file again gives the same receipt; a file that is sealed anew takes the place of the one before.
3. An account has so many files, and so many bytes of them.
4. Who opens one is in the trail before anything is shown.
5. After `KEPT_DAYS` days, or when staff say why, a file is let go: its bytes first, then its row says so.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.errors import ObjectDamagedError
from pocus_desktop.hub.programme.errors import (
    FilesFullError,
    NoFileError,
    NoNumberYetError,
    NotAsNamedError,
    NotNamedError,
    OtherKeyError,
    OtherPersonError,
    UnsoundFileError,
)
from pocus_desktop.hub.programme.portfolios import SUBJECT, Portfolios
from pocus_desktop.hub.programme.receipts import believed_receipt
from pocus_desktop.hub.programme.store import DOCUMENT, FILE
from pocus_desktop.hub.programme.sweeping import sweep
from pocus_desktop.hub.registry.store import RegistryStore, Row
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.documents.registry import AnyDocument, parse_document
from pocus_desktop.programme.file_kinds import ENDINGS, kind_of
from pocus_desktop.programme.named_files import NamedFile, files_of, named_files
from pocus_desktop.programme.portfolio import Portfolio, gather
from pocus_desktop.programme.sealed_file import (
    KEPT_DAYS,
    MAXIMUM_BYTES,
    MAXIMUM_SEALED_BYTES,
    MOST_FILES,
    MOST_TOGETHER_BYTES,
    SentFile,
    open_file,
    read_file,
)
from pocus_desktop.programme.submission import PortfolioReceipt, issue_receipt

EVIDENCE: Final = "evidence"
"""The part of the hub's place in which sealed files lie."""

DAY_MS: Final = 24 * 60 * 60 * 1000
JUDGED_AT_ONCE: Final = 2
"""Files that are opened at the same time: each lies in memory several times."""

_NAMING: Final = ("credential", "cme", "appeal")
"""Kinds of documents that name files."""

_WHO: Final = "portfolio"
_SEALING_BYTES: Final = MAXIMUM_SEALED_BYTES - MAXIMUM_BYTES
"""What sealing adds to a file, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file as a page tells of it.

    Attributes:
        named: The document that names it, and how.
        row: What is known of it here; None before it came.
    """

    named: NamedFile
    row: Row | None

    @property
    def state(self) -> str:
        """`file-awaited`, `file-here` or `file-gone`."""
        if self.row is None:
            return "file-awaited"
        return "file-here" if self.row["gone_ms"] is None else "file-gone"

    @property
    def kind(self) -> str:
        """What it is: by its first bytes once it is here, before that as its document says."""
        kind = self.named.file.media_type if self.row is None else self.row["kind"]
        return ENDINGS.get(kind, "?").upper()

    @property
    def is_here(self) -> bool:
        """Whether it can be opened."""
        return self.row is not None and self.row["gone_ms"] is None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A file for who may see it.

    Attributes:
        name: To save it under: as the candidate called it, with the ending of what it is.
        kind: What it is, by its first bytes.
    """

    name: str
    kind: str
    content: bytes


class Files:
    """The desk; any thread may call.

    Args:
        store: The registry's tables.
        portfolios: The accounts.
        objects: Where the sealed bytes lie.
        ring: The academy's keys.
        clock: When files come.
    """

    def __init__(
        self, store: RegistryStore, portfolios: Portfolios, objects: Objects, ring: KeyRing, clock: Clock
    ) -> None:
        self._store = store
        self._portfolios = portfolios
        self._objects = objects
        self._ring = ring
        self._clock = clock
        self._turns = threading.BoundedSemaphore(JUDGED_AT_ONCE)

    def require_room(self, account_id: str, size_bytes: int) -> None:
        """An account may begin to send a file; `take` decides, once it is told which it is.

        Args:
            account_id: Whose.
            size_bytes: Of the sealed bytes.

        Raises:
            NoNumberYetError: Rule 1.
            FilesFullError: Rule 3.
        """
        if self._portfolios.number_of(account_id) is None:
            raise NoNumberYetError
        rows = self._store.look(FILE, account_id=account_id)
        if not _may_replace(rows, size_bytes):
            _require_room(rows, size_bytes)

    def take(self, data: bytes, digest: str) -> bytes:
        """Take a sealed file, durably; its receipt.

        Args:
            data: As it came, whole.
            digest: Of it.

        Raises:
            UnsoundFileError, NotNamedError, NotAsNamedError, FilesFullError: The rules; nothing is kept.
            NoNumberYetError: The account has no ID number now.
            StoreUnavailableError: The database or the place does not take it.
        """
        held = self.receipt(digest)
        if held is not None:
            return held
        with self._turns:
            try:
                sent = read_file(self._portfolios.opened(data, open_file))
            except PocusError as problem:
                raise UnsoundFileError(reason=problem.code) from problem
            self._require_sender(sent)
            kind = self._require_named(sent)
            _require_room(self._others(sent), len(sent.content))
            self._objects.put(data)
            try:
                receipt, replaced = self._enter(sent, digest, kind)
            except FilesFullError:  # another came first
                self._objects.remove(digest)
                raise
        log.event("academy.file", digest=digest, size=len(data))
        try:
            if replaced is not None:
                self._objects.remove(replaced)
            self.let_go_old()
        except PocusError as error:  # this one is here; what did not go is come back to by `sweep` and the next
            log.failure(error)
        return receipt

    def receipt(self, digest: str) -> bytes | None:
        """The receipt of a sealed file; None where it is not the one that is known."""
        held = self.held(digest)
        return None if held is None else held[1]

    def held(self, digest: str) -> tuple[str, bytes] | None:
        """Account and receipt of a sealed file; None where it is not the one that is known."""
        found = self._store.look(FILE, sealed_digest=digest)
        return (found[0]["account_id"], believed_receipt(found[0]["receipt"], self._ring)) if found else None

    def shown(self, account_id: str, papers: Portfolio, kind: str = "") -> tuple[ShownFile, ...]:
        """What an account's documents name, and whether it is here; those of one kind of documents, or all."""
        here = {row["sha256"]: row for row in self._store.look(FILE, account_id=account_id)}
        named = (one for one in named_files(papers) if kind in {"", one.kind})
        return tuple(ShownFile(named=one, row=here.get(one.file.sha256)) for one in named)

    def open(self, account_id: str, sha256: str, *, who: str) -> OpenedFile:
        """A file, for a member of the staff (rule 4).

        Raises:
            NoFileError: The account has sent no such file, or it was let go.
            ObjectDamagedError: It is no longer what came.
            NotForUsError, CannotOpenSealedError: No key of the academy's opens it any more.
        """
        row = self._held(account_id, sha256)
        data = self._objects.get(row["sealed_digest"])
        if data is None:
            raise ObjectDamagedError(digest=row["sealed_digest"])
        with self._turns:
            content = read_file(self._portfolios.opened(data, open_file)).content
        self._note(account_id, "file opened", sha256, who=who)
        return OpenedFile(name=_name(self.name_of(account_id, sha256), row["kind"]), kind=row["kind"], content=content)

    def name_of(self, account_id: str, sha256: str) -> str:
        """What the candidate calls a file that is here.

        Raises:
            NoFileError: It is not.
        """
        self._held(account_id, sha256)
        named = named_files(self._portfolios.papers(account_id))
        return next((one.file.name for one in named if one.file.sha256 == sha256), sha256[:16])

    def let_go(self, account_id: str, sha256: str, *, who: str, why: str) -> None:
        """Let a file go before its time.

        Raises:
            NoFileError: It is not here.
        """
        row = self._held(account_id, sha256)
        self._let_go(row, who=who, why=why)

    def let_go_old(self) -> int:
        """Let go what was kept long enough (rule 5); how many."""
        before_ms = self._clock.read().wall_ms - KEPT_DAYS * DAY_MS
        due = self._store.look_before(FILE, "received_ms", before_ms, gone_ms=None)
        for row in due:
            self._let_go(row, who="retention", why=f"{KEPT_DAYS} days")
        return len(due)

    def sweep(self) -> int:
        """Remove sealed bytes that no row knows; how many."""
        return sweep(self._store, self._objects, now_ms=self._clock.read().wall_ms)

    def _held(self, account_id: str, sha256: str) -> Row:
        found = self._store.look(FILE, account_id=account_id, sha256=sha256)
        if not found or found[0]["gone_ms"] is not None:
            raise NoFileError
        return found[0]

    def _let_go(self, row: Row, *, who: str, why: str) -> None:
        self._objects.remove(row["sealed_digest"])
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            mine = {name: row[name] for name in ("account_id", "sha256", "sealed_digest")}
            if rows.change(FILE, {**mine, "gone_ms": None}, gone_ms=now_ms):
                rows.note(
                    SUBJECT + row["account_id"],
                    at_ms=now_ms,
                    action="file let go",
                    was=_told(row["sha256"], row["kind"], row["size_bytes"]),
                    who=who,
                    why=why,
                )

    def _require_sender(self, sent: SentFile) -> None:
        """Rule 1: whose key and whose number it is.

        Raises:
            UnsoundFileError: It is another's.
            NoNumberYetError: The account has none.
        """
        owner = self._portfolios.key_of(sent.key.key_id)
        if owner is None or owner[0] != sent.account_id:
            raise UnsoundFileError(reason=OtherKeyError.code)
        number = self._portfolios.number_of(sent.account_id)
        if number is None:
            raise NoNumberYetError
        if number != sent.candidate_id:
            raise UnsoundFileError(reason=OtherPersonError.code)

    def _require_named(self, sent: SentFile) -> str:
        """Rule 1: what it is, as its document says."""
        kind = kind_of(sent.content)
        rows = [row for each in _NAMING for row in self._store.look(DOCUMENT, account_id=sent.account_id, kind=each)]
        papers = gather(parse_document(row["content"]) for row in rows)
        written: list[AnyDocument] = [*papers.credentials, *papers.credits, *papers.appeals]
        written += [one for conflict in papers.conflicts for one in conflict.writings]  # either may be right
        named = [one.file for one in files_of(written) if one.file.sha256 == sent.sha256]
        if not named:
            raise NotNamedError
        if kind not in ENDINGS or not any(
            (one.size_bytes, one.media_type) == (len(sent.content), kind) for one in named
        ):
            raise NotAsNamedError(kind=kind)
        return kind

    def _others(self, sent: SentFile) -> Sequence[Row]:
        return [row for row in self._store.look(FILE, account_id=sent.account_id) if row["sha256"] != sent.sha256]

    def _enter(self, sent: SentFile, digest: str, kind: str) -> tuple[bytes, str | None]:
        """The receipt, and the sealed bytes whose place is taken."""
        now_ms = self._clock.read().wall_ms
        said = PortfolioReceipt(
            digest=digest, account_id=sent.account_id, candidate_id=sent.candidate_id, received_at_ms=now_ms
        )
        receipt = issue_receipt(said, self._ring.signer)
        mine = {"account_id": sent.account_id, "sha256": sent.sha256}
        values = {
            "sealed_digest": digest,
            "candidate_id": sent.candidate_id,
            "size_bytes": len(sent.content),
            "kind": kind,
            "agreed_ms": sent.agreed_at_ms,
            "received_ms": now_ms,
            "gone_ms": None,
            "receipt": receipt,
        }
        with self._store.rows() as rows:
            found = rows.find(FILE, **mine)
            if found and found[0]["sealed_digest"] == digest and found[0]["gone_ms"] is None:
                return found[0]["receipt"], None  # the same came by two ways at once
            if not found:
                _require_room(rows.find(FILE, account_id=sent.account_id), len(sent.content))
                rows.add(FILE, **mine, **values)
            else:
                rows.change(FILE, mine, **values)
            rows.note(
                SUBJECT + sent.account_id,
                at_ms=now_ms,
                action="file received",
                now=_told(sent.sha256, kind, len(sent.content)),
                who=_WHO,
                why="",
            )
        replaced = found[0]["sealed_digest"] if found and found[0]["sealed_digest"] != digest else None
        return receipt, replaced

    def _note(self, account_id: str, action: str, sha256: str, *, who: str) -> None:
        with self._store.rows() as rows:
            found = rows.find(FILE, account_id=account_id, sha256=sha256)
            if not found or found[0]["gone_ms"] is not None:  # let go since it was read
                raise NoFileError
            row = found[0]
            now = _told(sha256, row["kind"], row["size_bytes"])
            at_ms = self._clock.read().wall_ms
            rows.note(SUBJECT + account_id, at_ms=at_ms, action=action, now=now, who=who, why="")


def _told(sha256: str, kind: str, size_bytes: int) -> str:
    return f"{sha256} · {kind} · {size_bytes}"


def _require_room(rows: Sequence[Row], size_bytes: int) -> None:
    held = [row["size_bytes"] for row in rows if row["gone_ms"] is None]
    if len(held) >= MOST_FILES or sum(held) + size_bytes > MOST_TOGETHER_BYTES:
        raise FilesFullError


def _may_replace(rows: Sequence[Row], size_bytes: int) -> bool:
    """Whether sealed bytes of a size may be a file that is here, sealed anew: then they need no more room."""
    return any(
        row["gone_ms"] is None and row["size_bytes"] < size_bytes <= row["size_bytes"] + _SEALING_BYTES for row in rows
    )


def _name(named: str, kind: str) -> str:
    """A name that no system takes for another kind of file."""
    ending = ENDINGS[kind]
    stem, _, given = named.rpartition(".")
    return (
        named
        if given.casefold() in {ending, {"jpg": "jpeg", "tif": "tiff"}.get(ending, ending)} and stem
        else f"{named}.{ending}"
    )
