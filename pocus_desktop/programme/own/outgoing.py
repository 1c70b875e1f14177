"""Files that go to the academy: which, whether the candidate agreed, and what became of each (formats/portfolio 7).

1. Only what a document names goes, and only once the candidate agreed that files go to this academy. For another
   academy, or other keys of it, they are asked anew.
2. A file is sealed once; the same bytes go until a receipt is here, so that the academy gets nothing twice and a cut
   costs only what had not arrived.
3. What the academy takes no file of stays: it is told before anything is sent.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.programme.documents.parts import EvidenceFile
from pocus_desktop.programme.file_kinds import ENDINGS
from pocus_desktop.programme.named_files import NamedFile, named_files
from pocus_desktop.programme.own.errors import FileNotHereError
from pocus_desktop.programme.own.evidence import EvidenceFolder
from pocus_desktop.programme.own.store_files import FileRow, FileRows
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.sealed_file import MAXIMUM_BYTES, seal_file
from pocus_desktop.programme.submission import read_receipt

_AGREED: Final = "files_agreed"


class FileStage(StrEnum):
    """Where a file stands."""

    HERE = "here"
    """It stays here: the candidate did not agree that files are sent."""

    WAITING = "waiting"
    SENDING = "sending"
    """Some of it has arrived."""

    RECEIVED = "received"
    REFUSED = "refused"
    MISSING = "missing"
    """The document names it; the file is not on this computer, or was altered."""

    NOT_TAKEN = "not-taken"
    """It is of a kind, or of a size, that the academy takes no file of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """A file that documents name, and where it stands.

    Attributes:
        named: The documents that name it.
        arrived_bytes: How much of it has gone, of `sealed_bytes`; 0 before.
        problem: Code of why it has not arrived; empty where nothing is wrong.
    """

    file: EvidenceFile
    named: tuple[NamedFile, ...]
    stage: FileStage
    arrived_bytes: int = 0
    sealed_bytes: int = 0
    received_ms: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileParcel:
    """A sealed file on its way.

    Attributes:
        sealed: The bytes that go.
        upload: Where they were taken when they last went; empty where they never did.
        arrived_bytes: How many of them had arrived.
    """

    sha256: str
    digest: str
    sealed: bytes
    upload: str
    arrived_bytes: int


class Settings(Protocol):
    """Values by name, kept with the portfolio."""

    def setting(self, name: str) -> str:
        """One; empty where it was never noted."""

    def note(self, **values: str) -> None:
        """Note some."""


class OutgoingFiles:
    """The files of one portfolio on their way. Any thread may call.

    Args:
        rows: What became of each.
        settings: Where it is noted that the candidate agreed.
        kept: The files themselves.
        folder: Where sealed bytes lie until they have arrived.
        key: The portfolio's own, asked for when something is sealed.
        clock: The present.
    """

    def __init__(
        self,
        rows: FileRows,
        settings: Settings,
        kept: EvidenceFolder,
        folder: Path,
        *,
        key: Callable[[], SigningKey],
        clock: Clock,
    ) -> None:
        self._rows, self._settings, self._kept, self._sealed = rows, settings, kept, EvidenceFolder(folder)
        self._key, self._clock = key, clock
        self._stopped = threading.Event()
        self._gone: dict[str, int] = {}

    def agreed_ms(self, academy: str) -> int | None:
        """When the candidate agreed that files go to an academy; None where they did not.

        Args:
            academy: What it is known by: its address and keys.
        """
        said = self._settings.setting(_AGREED)
        try:
            found = json.loads(said) if said else {}
        except ValueError:  # altered beside this program: then nobody agreed
            found = {}
        moment = found.get("at_ms") if isinstance(found, dict) and found.get("academy") == academy else None
        return moment if isinstance(moment, int) else None

    def agree(self, academy: str) -> None:
        """Files go from now on."""
        self._settings.note(**{_AGREED: json.dumps({"academy": academy, "at_ms": self._clock.read().wall_ms})})
        self._stopped.clear()

    def disagree(self) -> None:
        """No file goes any more; what is on its way stops."""
        self._settings.note(**{_AGREED: ""})
        self._stopped.set()

    def stop(self) -> None:
        """The program ends: what is on its way stops, and goes on the next time."""
        self._stopped.set()

    def may_go(self) -> bool:
        """Whether what is on its way shall go on."""
        return not self._stopped.is_set()

    def states(self, portfolio: Portfolio, academy: str, keys: Sequence[PublicKey]) -> tuple[FileState, ...]:
        """Every file that a document names, in the order of the documents.

        Args:
            portfolio: The documents.
            academy: What the academy is known by.
            keys: The academy's that count: what is sealed to one of them, or received by one, is its.
        """
        rows, agreed = self._rows.all(), self.agreed_ms(academy) is not None
        named: dict[str, list[NamedFile]] = defaultdict(list)
        for one in named_files(portfolio):
            named[one.file.sha256].append(one)
        return tuple(
            self._state(tuple(several), rows.get(sha256), keys, is_agreed=agreed) for sha256, several in named.items()
        )

    def parcel(
        self, state: FileState, *, account_id: str, candidate_id: str, reader: PublicKey, agreed_ms: int
    ) -> FileParcel:
        """A file as it goes: sealed now, or as it was sealed before (rule 2).

        Raises:
            FileNotHereError: It is gone, or no longer what its document says.
            FileRefusedError: The disk does not take the sealed bytes.
        """
        sha256 = state.file.sha256
        row = self._rows.find(sha256)
        if row is not None and row.recipient == reader.key_id:
            sealed = self._sealed.read(row.digest)
            if sealed is not None:
                return FileParcel(
                    sha256=sha256,
                    digest=row.digest,
                    sealed=sealed,
                    upload=row.upload,
                    arrived_bytes=row.arrived_bytes,
                )
        content = self._kept.read(sha256)
        if content is None:
            raise FileNotHereError(name=state.file.name)
        now_ms = self._clock.read().wall_ms
        sealed = seal_file(
            content,
            account_id=account_id,
            candidate_id=candidate_id,
            signer=self._key(),
            recipient=reader,
            agreed_at_ms=agreed_ms,
            now_ms=now_ms,
        )
        digest = canonical.digest(sealed)
        try:
            write_atomically(self._sealed.path(digest), sealed, is_private=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        if row is not None:
            self._let_go(row.digest)
        self._rows.keep(
            FileRow(sha256=sha256, digest=digest, recipient=reader.key_id, size_bytes=len(sealed), sealed_ms=now_ms)
        )
        return FileParcel(sha256=sha256, digest=digest, sealed=sealed, upload="", arrived_bytes=0)

    def moved(self, parcel: FileParcel, upload: str, arrived_bytes: int) -> None:
        """Note where a parcel is taken, and how much of it has arrived."""
        self._gone.pop(parcel.sha256, None)
        self._rows.change(parcel.sha256, parcel.digest, upload=upload[:2000], arrived_bytes=arrived_bytes)

    def progress(self, parcel: FileParcel, sent_bytes: int) -> None:
        """Tell how much was handed to the network; kept nowhere."""
        self._gone[parcel.sha256] = sent_bytes

    def take_receipt(self, parcel: FileParcel, envelope: bytes, verifiers: Sequence[PublicKey]) -> None:
        """Take a receipt; the sealed bytes are let go.

        Raises:
            BadPortfolioReceiptError: It is none of this academy's for this file.
        """
        receipt = read_receipt(envelope, verifiers, digest=parcel.digest)
        self._gone.pop(parcel.sha256, None)
        self._rows.change(
            parcel.sha256,
            parcel.digest,
            receipt=envelope,
            received_ms=receipt.received_at_ms,
            problem="",
            is_refused=0,
        )
        self._let_go(parcel.digest)

    def paused(self, parcel: FileParcel) -> None:
        """It was stopped on its way."""
        self._gone.pop(parcel.sha256, None)

    def failed(self, parcel: FileParcel, problem: str, *, is_refused: bool) -> None:
        """Note why there is no receipt; of what was refused the academy has nothing any more."""
        self._gone.pop(parcel.sha256, None)
        begun = {"upload": "", "arrived_bytes": 0} if is_refused else {}
        self._rows.change(parcel.sha256, parcel.digest, problem=problem, is_refused=int(is_refused), **begun)

    def send_again(self, sha256: str) -> None:
        """Let a file go again, sealed anew: the academy has it no more, or cannot open it.

        Raises:
            FileNotHereError: It is not on this computer, or was altered.
        """
        if self._kept.read(sha256) is None:
            raise FileNotHereError(name=sha256)
        row = self._rows.find(sha256)
        if row is not None:
            self._rows.forget(sha256)
            self._let_go(row.digest)

    def try_again(self) -> None:
        """Let what was refused go again: a person asks for it."""
        self._rows.forget_refusals()

    def _state(
        self, named: tuple[NamedFile, ...], row: FileRow | None, keys: Sequence[PublicKey], *, is_agreed: bool
    ) -> FileState:
        file, arrived, size, received_ms, problem = named[0].file, 0, 0, None, ""
        if row is not None and _is_received(row, keys):
            stage, received_ms = FileStage.RECEIVED, row.received_ms
        elif file.media_type not in ENDINGS or file.size_bytes > MAXIMUM_BYTES:
            stage = FileStage.NOT_TAKEN
        elif not self._kept.has(file.sha256, file.size_bytes):
            stage = FileStage.MISSING
        elif row is not None and row.is_refused:
            stage, problem = FileStage.REFUSED, row.problem
        elif not is_agreed:
            stage = FileStage.HERE
        else:
            stage = FileStage.WAITING
            if row is not None and _is_sealed_to(row, keys):
                arrived, size = max(row.arrived_bytes, self._gone.get(file.sha256, 0)), row.size_bytes
                problem, stage = row.problem, FileStage.SENDING if arrived else FileStage.WAITING
        return FileState(
            file=file,
            named=named,
            stage=stage,
            arrived_bytes=arrived,
            sealed_bytes=size,
            received_ms=received_ms,
            problem=problem,
        )

    def _let_go(self, digest: str) -> None:
        try:
            self._sealed.path(digest).unlink(missing_ok=True)
        except OSError as problem:  # it lies there still; nothing else depends on it
            log.failure(FileRefusedError.of(problem))


def _is_sealed_to(row: FileRow, keys: Sequence[PublicKey]) -> bool:
    return any(key.key_id == row.recipient for key in keys)


def _is_received(row: FileRow, keys: Sequence[PublicKey]) -> bool:
    """Whether an academy with these keys has it: another's receipt says nothing of this one."""
    if row.receipt is None:
        return False
    if _is_sealed_to(row, keys):
        return True
    try:
        read_receipt(row.receipt, [key for key in keys if key.algorithm == "ed25519"], digest=row.digest)
    except PocusError:  # of another academy, or by a key that counts no more
        return False
    return True
