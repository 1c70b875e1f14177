"""A station's side of TUF: pin a root once, follow the academy's metadata from any carrier (formats/trust 5).

python-tuf does the client workflow of the TUF specification. Around it stand three things of ours:

1. A refresh is all or nothing. It works on a copy, which takes the old state's place only when every role was
   verified; a link that drops half-way leaves the station with the state it had.
2. "Now" is given, so that it is never earlier than the latest time this station has seen.
3. Metadata that is over, yet newer than what is here, is adopted and told (`Refreshed.problem`): it is never worse than
   what is here, and what may be done on it is the academy's policy, asked when it matters.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tuf.api import exceptions
from tuf.api.exceptions import StorageError
from tuf.api.metadata import Key, Metadata, Root, Targets
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from pocus_desktop.bundle.carrier import Carrier, CarrierFailedError, NotCarriedError
from pocus_desktop.bundle.errors import LibraryBusyError
from pocus_desktop.bundle.library_lock import PATIENCE_S, locked
from pocus_desktop.bundle.trust import academy, pinned
from pocus_desktop.bundle.trust.errors import (
    BadRootError,
    DamagedStateError,
    ExpiredMetadataError,
    MalformedMetadataError,
    NeverRefreshedError,
    NoCarrierError,
    NotEnrolledError,
    TrustBusyError,
)
from pocus_desktop.bundle.trust.fetchers import METADATA, TARGETS, TIMESTAMP, Carried, Kept
from pocus_desktop.bundle.trust.keys import our_key
from pocus_desktop.bundle.trust.published import published
from pocus_desktop.bundle.trust.refusals import named
from pocus_desktop.bundle.trust.shapes import require_shape
from pocus_desktop.bundle.trust.state import POLICY_FILE, TrustState, programme_roles, read_state
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import sync_file, sync_folder, write_atomically
from pocus_desktop.kernel.ids import NAME

_ROOT: Final = "root.json"
_LOCK: Final = ".lock"
_PINNED: Final = "enrolled-root.json"
_LOWEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CONFIG: Final = UpdaterConfig(targets_max_length=8 * 1024 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh came to.

    Attributes:
        state: What the station believes now.
        is_new: Whether that is another state than before.
        problem: That it is over, or None.
        told: For each carrier that did not serve, its name and why.
    """

    state: TrustState
    is_new: bool
    problem: ExpiredMetadataError | None
    told: tuple[tuple[str, PocusError], ...]


class TrustClient:
    """The trust folder of one station.

    Args:
        folder: Where the metadata is kept: the root of the enrolment, a folder a state, and a file that names the
            current one.
        patience_s: How long to wait for another process that refreshes, in seconds.
    """

    def __init__(self, folder: Path, *, patience_s: float = PATIENCE_S) -> None:
        self._folder = folder
        self._patience_s = patience_s

    @property
    def is_enrolled(self) -> bool:
        """Whether a root was pinned here."""
        return pinned.is_enrolled(self._folder)

    def enrol(self, root: bytes) -> None:
        """Pin the root that this station was enrolled with. Doing it again with the same root changes nothing.

        Raises:
            BadRootError: It is not root metadata signed by its own keys, or another root was pinned before.
            TrustBusyError: Another process refreshes here.
        """
        signed = verified_root(root).signed
        try:
            require_shape("root", signed)
            _require_own_names("root", signed.keys)
        except MalformedMetadataError as problem:
            raise BadRootError(reason=str(problem.params["reason"])) from problem
        with self._alone():
            if self.is_enrolled:
                if self._pinned() != root:
                    raise BadRootError(reason="another root was pinned here before")
                return
            first = self._folder / "0"
            shutil.rmtree(first, ignore_errors=True)
            first.mkdir(parents=True)
            write_atomically(first / _ROOT, root)
            write_atomically(self._folder / _PINNED, root)
            self._adopt(first)

    def state(self) -> TrustState:
        """What this station believes, every signature of it verified again, whatever the time is.

        Raises:
            NotEnrolledError: No root was pinned here.
            NeverRefreshedError: Nothing but a root is here yet.
            DamagedStateError: What is kept here was damaged or changed.
        """
        while True:
            current = self._current()
            try:
                return self._verified(current)
            except (DamagedStateError, NeverRefreshedError):
                if self._current() == current:
                    raise  # else another process put a newer one in its place, and removed this one

    def published(self) -> Mapping[str, bytes]:
        """What this station follows, as the files of a depot: each path there with its bytes.

        Raises:
            NotEnrolledError: No root was pinned here.
            DamagedStateError: What is kept here cannot be read.
        """
        while True:
            current = self._current()
            try:
                return published(current)
            except DamagedStateError:
                if self._current() == current:
                    raise  # else as in `state`

    def _verified(self, current: Path) -> TrustState:
        """Verify a copy: nothing that is kept is written, and nothing changes between the check and the reading."""
        if not (current / TIMESTAMP).is_file():
            raise NeverRefreshedError
        try:
            with tempfile.TemporaryDirectory(prefix="pocus-trust-") as folder:
                copy = Path(folder) / "state"
                shutil.copytree(current, copy, symlinks=True)
                _follow(copy, Kept(copy), _LOWEST, self._pinned())
                return read_state(copy)
        except (exceptions.RepositoryError, exceptions.DownloadError, OSError) as problem:
            raise DamagedStateError(reason=type(problem).__name__) from problem

    def refresh(self, carriers: Sequence[Carrier], *, now_ms: int) -> Refreshed:
        """Follow the metadata of every carrier in turn; the newest that verifies stays.

        Args:
            carriers: Where to look. A file that the one in turn lacks may come from another.
            now_ms: The present, never earlier than the latest time seen.

        Raises:
            NotEnrolledError: No root was pinned here.
            TrustBusyError: Another process refreshes here.
            NoCarrierError: None of them could be asked at all.
            PocusError: `trust.*`: none of them served; the gravest reason.
        """
        self._current()
        with self._alone():
            return self._refresh(carriers, now_ms)

    def _refresh(self, carriers: Sequence[Carrier], now_ms: int) -> Refreshed:
        moment = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
        told: list[tuple[str, PocusError]] = []
        before = self._versions()
        served = False
        for carrier in carriers:
            others = [other for other in carriers if other is not carrier]
            try:
                self._follow_with_help(carrier, others, moment)
                served = True
            except ExpiredMetadataError as over:
                told.append((carrier.name, over))
                try:
                    self._follow_with_help(carrier, others, _LOWEST)
                    served = True
                except PocusError as problem:
                    told[-1] = (carrier.name, problem)
            except PocusError as problem:
                told.append((carrier.name, problem))
        if not served:
            raise _gravest(told)
        state = self.state()
        over_now = ExpiredMetadataError(role=state.expiring, until=_told(state.expires_ms))
        return Refreshed(
            state=state,
            is_new=state.versions != before,
            problem=over_now if state.is_stale(now_ms) else None,
            told=tuple(told),
        )

    def _follow_with_help(self, carrier: Carrier, others: Sequence[Carrier], moment: datetime) -> None:
        """Follow one carrier, alone at first: what another adds must not spoil what this one has in whole."""
        try:
            self._follow_one(Carried(carrier, ()), moment)
        except (NotCarriedError, CarrierFailedError) as problem:
            if not others or _is_timestamp(problem):
                raise
            self._follow_one(Carried(carrier, others), moment)

    def _follow_one(self, fetcher: Carried, moment: datetime) -> None:
        current = self._current()
        work = self._folder / f"{int(current.name) + 1}"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(current, work, symlinks=True)
        try:
            _follow(work, fetcher, moment, self._pinned())
            _require_readable(work)
        except (exceptions.RepositoryError, exceptions.DownloadError) as problem:
            raise named(
                problem, asked=fetcher.asked, received=fetcher.received, folder=work, carrier=fetcher.name
            ) from problem
        except OSError as problem:
            raise DamagedStateError(reason=problem.strerror or type(problem).__name__) from problem
        else:
            self._adopt(work)
        finally:
            if self._current() != work:
                shutil.rmtree(work, ignore_errors=True)

    def _adopt(self, generation: Path) -> None:
        """Make a folder the current state, durably, and remove the others."""
        for path in sorted(generation.rglob("*")):
            if path.is_file() and not path.is_symlink():
                sync_file(path)
        for path in (*generation.rglob("*/"), generation):
            if path.is_dir() and not path.is_symlink():
                sync_folder(path)
        write_atomically(self._folder / pinned.POINTER, generation.name.encode("ascii"))
        for old in self._folder.iterdir():
            if old.is_dir() and old != generation:
                shutil.rmtree(old, ignore_errors=True)

    def _current(self) -> Path:
        before = ""
        while True:
            try:
                name = (self._folder / pinned.POINTER).read_text("ascii").strip()
            except FileNotFoundError as problem:
                raise NotEnrolledError from problem
            except (OSError, ValueError) as problem:
                raise DamagedStateError(reason=type(problem).__name__) from problem
            if name.isdecimal() and (self._folder / name).is_dir():
                return self._folder / name
            if name == before:
                raise DamagedStateError(reason="the current state is missing")
            before = name  # look once more: another process may just have put a newer one in its place

    def _pinned(self) -> bytes:
        try:
            return (self._folder / _PINNED).read_bytes()
        except OSError as problem:
            raise DamagedStateError(reason="the root of the enrolment is missing") from problem

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While the block runs, no other process changes what is kept here."""
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self._folder / _LOCK, patience_s=self._patience_s))
            except LibraryBusyError as problem:
                raise TrustBusyError from problem
            yield

    def _versions(self) -> object:
        with suppress(NeverRefreshedError):
            return self.state().versions
        return None


def verified_root(data: bytes) -> Metadata[Root]:
    """Root metadata that is signed by its own keys; to be given by someone who is trusted.

    Raises:
        BadRootError: It is something else.
    """
    try:
        metadata = Metadata[Root].from_bytes(data)
        if not isinstance(metadata.signed, Root):
            raise BadRootError(reason="it is metadata of another role")
        metadata.signed.verify_delegate(Root.type, metadata.signed_bytes, metadata.signatures)
    except (exceptions.RepositoryError, ValueError) as problem:
        raise BadRootError(reason=type(problem).__name__) from problem
    return metadata


def _follow(folder: Path, fetcher: FetcherInterface, moment: datetime, pinned: bytes) -> None:
    """The TUF client workflow from the pinned root, then every programme's role and the academy's policy."""
    updater = Updater(str(folder), METADATA, fetcher=fetcher, config=_CONFIG, bootstrap=pinned)
    # The one place that reaches into python-tuf: it offers no other way to say what time it is.
    updater._trusted_set.reference_time = moment  # noqa: SLF001
    updater.refresh()
    targets = Metadata[Targets].from_file(str(folder / "targets.json")).signed
    require_shape("targets", targets)
    for role in programme_roles(targets):
        _require_own_paths(targets, role)
        updater.get_targetinfo(f"{role}/")
    info = targets.targets.get(academy.PATH)
    if info is None:
        return
    path = str(folder / POLICY_FILE)
    if updater.find_cached_target(info, path) is None:
        if info.length > academy.MAXIMUM_BYTES:
            raise exceptions.DownloadLengthMismatchError("the academy's policy is too long")
        updater.download_target(info, path, TARGETS)


def _require_readable(folder: Path) -> None:
    """Refuse what TUF leaves to us and we cannot use, before it is adopted (formats/trust 2.1, 4)."""
    root = Metadata[Root].from_file(str(folder / _ROOT)).signed
    require_shape("root", root)
    _require_own_names("root", root.keys)
    targets = Metadata[Targets].from_file(str(folder / "targets.json")).signed
    if targets.delegations is not None:
        _require_own_names("targets", targets.delegations.keys)
    try:
        for area in programme_roles(targets):
            role = Metadata[Targets].from_file(str(folder / f"{quote(area, '')}.json")).signed
            require_shape(area, role)
            if role.delegations is not None:
                raise MalformedMetadataError(role=area, reason="a programme names no one else")
        read_state(folder)
    except (DamagedStateError, StorageError) as problem:
        raise MalformedMetadataError(role="targets", reason="a programme's role is missing") from problem


def _require_own_paths(targets: Targets, role: str) -> None:
    """A programme speaks for its own paths, so that the search below loads and verifies it, and nothing else."""
    assert targets.delegations is not None  # noqa: S101 - the role's name came from there
    assert targets.delegations.roles is not None  # noqa: S101 - likewise
    if not NAME.fullmatch(role) or targets.delegations.roles[role].paths != [f"{role}/*"]:
        raise MalformedMetadataError(role="targets", reason="a programme does not speak for its own name")


def _require_own_names(role: str, keys: Mapping[str, Key]) -> None:
    """Two names for one key would let one person sign as two."""
    for key_id, entry in keys.items():
        key = our_key(entry)
        if key is None or key.key_id != key_id:
            raise MalformedMetadataError(role=role, reason="a key has another name than its own")


def _gravest(told: Sequence[tuple[str, PocusError]]) -> PocusError:
    """What to tell where no carrier served: a refusal before what is merely missing."""
    refusals = [problem for _, problem in told if not isinstance(problem, NotCarriedError | CarrierFailedError)]
    failures = [problem for _, problem in told if isinstance(problem, CarrierFailedError)]
    lacking = [  # a depot is there, and is not whole
        problem for _, problem in told if isinstance(problem, NotCarriedError) and not _is_timestamp(problem)
    ]
    return next(iter((*refusals, *failures, *lacking)), NoCarrierError())


def _is_timestamp(problem: PocusError) -> bool:
    return str(problem.params.get("file")).rpartition("/")[2] == TIMESTAMP


def _told(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
