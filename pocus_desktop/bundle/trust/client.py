"""A station's side of TUF: pin a root once, follow the academy's metadata from any carrier (formats/trust 5).

python-tuf does the client workflow of the TUF specification. Around it stand three things of ours:

1. A refresh is all or nothing. It works on a copy, which takes the old state's place only when every role was
   verified; a link that drops half-way leaves the station with the state it had.
2. "Now" is given, so that it is never earlier than the latest time this station has seen.
3. Metadata that is over, yet newer than what is here, is adopted and told (`Refreshed.problem`): it is never worse than
   what is here, and what may be done on it is the academy's policy, asked when it matters.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tuf.api import exceptions
from tuf.api.metadata import Metadata, Root, Targets
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from pocus_desktop.bundle.carrier import Carrier, CarrierFailedError, NotCarriedError, resumed
from pocus_desktop.bundle.trust import academy
from pocus_desktop.bundle.trust.errors import (
    BadRootError,
    DamagedStateError,
    ExpiredMetadataError,
    NeverRefreshedError,
    NoCarrierError,
)
from pocus_desktop.bundle.trust.refusals import named
from pocus_desktop.bundle.trust.state import POLICY_FILE, TrustState, programme_roles, read_state
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import sync_file, sync_folder, write_atomically

_SCHEME: Final = "depot:"
_METADATA: Final = _SCHEME + "metadata/"
_TARGETS: Final = _SCHEME + "targets/"
_POINTER: Final = "current"
_ROOT: Final = "root.json"
_PINNED: Final = "enrolled-root.json"
_TIMESTAMP: Final = "timestamp.json"
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
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def is_enrolled(self) -> bool:
        """Whether a root was pinned here."""
        return (self._folder / _POINTER).is_file()

    def enrol(self, root: bytes) -> None:
        """Pin the root that this station was enrolled with. Doing it again with the same root changes nothing.

        Raises:
            BadRootError: It is not root metadata signed by its own keys, or another root was pinned before.
        """
        verified_root(root)
        pinned = self._folder / _PINNED
        if self.is_enrolled:
            if pinned.read_bytes() != root:
                raise BadRootError(reason="another root was pinned here before")
            return
        first = self._folder / "0"
        shutil.rmtree(first, ignore_errors=True)
        first.mkdir(parents=True)
        write_atomically(first / _ROOT, root)
        write_atomically(pinned, root)
        self._adopt(first)

    def state(self) -> TrustState:
        """What this station believes, every signature of it verified again, whatever the time is.

        Raises:
            NeverRefreshedError: Nothing but a root is here yet.
            DamagedStateError: What is kept here was damaged or changed.
        """
        current = self._current()
        if not (current / _TIMESTAMP).is_file():
            raise NeverRefreshedError
        try:
            _follow(current, _Kept(current), _LOWEST)
        except (exceptions.RepositoryError, exceptions.DownloadError, OSError) as problem:
            raise DamagedStateError(reason=type(problem).__name__) from problem
        return read_state(current)

    def refresh(self, carriers: Sequence[Carrier], *, now_ms: int) -> Refreshed:
        """Follow the metadata of every carrier in turn; the newest that verifies stays.

        Args:
            carriers: Where to look. A file that the one in turn lacks may come from another.
            now_ms: The present, never earlier than the latest time seen.

        Raises:
            NoCarrierError: None of them could be asked at all, and nothing is here from before.
            PocusError: `trust.*`: none of them served; the gravest reason.
        """
        moment = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
        told: list[tuple[str, PocusError]] = []
        before = self._versions()
        served = False
        for carrier in carriers:
            others = [other for other in carriers if other is not carrier]
            try:
                self._follow_one(_Carried(carrier, others), moment)
                served = True
            except ExpiredMetadataError as over:
                told.append((carrier.name, over))
                try:
                    self._follow_one(_Carried(carrier, others), _LOWEST)
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

    def _follow_one(self, fetcher: "_Carried", moment: datetime) -> None:
        current = self._current()
        work = self._folder / f"{int(current.name) + 1}"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(current, work, symlinks=True)
        try:
            _follow(work, fetcher, moment)
            read_state(work)  # refuses what TUF leaves to us and we cannot read, before it is adopted
        except (exceptions.RepositoryError, exceptions.DownloadError) as problem:
            raise named(problem, asked=fetcher.asked, received=fetcher.received, folder=work) from problem
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
        write_atomically(self._folder / _POINTER, generation.name.encode("ascii"))
        for old in self._folder.iterdir():
            if old.is_dir() and old != generation:
                shutil.rmtree(old, ignore_errors=True)

    def _current(self) -> Path:
        try:
            name = (self._folder / _POINTER).read_text("ascii").strip()
        except FileNotFoundError as problem:
            raise NeverRefreshedError from problem
        except (OSError, ValueError) as problem:
            raise DamagedStateError(reason=type(problem).__name__) from problem
        if not name.isdecimal() or not (self._folder / name).is_dir():
            raise DamagedStateError(reason="the current state is missing")
        return self._folder / name

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


class _Kept(FetcherInterface):
    """Gives the metadata that is here, so that python-tuf verifies it once more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(_METADATA)
        if name == _TIMESTAMP:
            return iter([(self._folder / _TIMESTAMP).read_bytes()])
        raise exceptions.DownloadHTTPError("kept here or nowhere", 404)


class _Carried(FetcherInterface):
    """Gives files from carriers: the timestamp from the one in turn only, anything else from the first that has it."""

    def __init__(self, carrier: Carrier, others: Sequence[Carrier]) -> None:
        self._carrier = carrier
        self._others = others
        self.asked = ""
        self.received = b""

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = url.removeprefix(_SCHEME)
        self.asked = path.rpartition("/")[2]
        self.received = b""
        carriers = [self._carrier] if self.asked == _TIMESTAMP else [self._carrier, *self._others]
        failure: CarrierFailedError | None = None
        for carrier in carriers:
            try:
                pieces = resumed(carrier, path)
                first = next(pieces, b"")
            except NotCarriedError:
                continue
            except CarrierFailedError as problem:
                failure = failure or problem
                continue
            return self._noted(first, pieces)
        if failure is not None:
            raise failure
        raise exceptions.DownloadHTTPError("no carrier has it", 404)

    def fetch(self, url: str) -> Iterator[bytes]:
        """As the interface says, but our own errors stay what they are."""
        return self._fetch(url)

    def _noted(self, first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
        self.received = first
        yield first
        for piece in pieces:
            self.received += piece
            yield piece


def _follow(folder: Path, fetcher: FetcherInterface, moment: datetime) -> None:
    """The TUF client workflow, then every programme's role and the academy's policy."""
    updater = Updater(str(folder), _METADATA, fetcher=fetcher, config=_CONFIG, bootstrap=None)
    # The one place that reaches into python-tuf: it offers no other way to say what time it is.
    updater._trusted_set.reference_time = moment  # noqa: SLF001
    updater.refresh()
    targets = Metadata[Targets].from_file(str(folder / "targets.json")).signed
    for role in programme_roles(targets):
        updater.get_targetinfo(f"{role}/")
    info = targets.targets.get(academy.PATH)
    if info is None:
        return
    path = str(folder / POLICY_FILE)
    if updater.find_cached_target(info, path) is None:
        if info.length > academy.MAXIMUM_BYTES:
            raise exceptions.DownloadLengthMismatchError("the academy's policy is too long")
        updater.download_target(info, path, _TARGETS)


def _gravest(told: Sequence[tuple[str, PocusError]]) -> PocusError:
    """What to tell where no carrier served: a refusal before what is merely missing."""
    refusals = [problem for _, problem in told if not isinstance(problem, NotCarriedError | CarrierFailedError)]
    failures = [problem for _, problem in told if isinstance(problem, CarrierFailedError)]
    return next(iter((*refusals, *failures)), NoCarrierError())


def _told(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
