"""The client workflow of the TUF specification as it is, in a folder of its own (adr/0064).

It follows any TUF repository, and knows nothing of stations, programmes and bundles. What stations do around the same
workflow is in `client`.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final

from tuf.api.exceptions import DownloadError, DownloadHTTPError, DownloadLengthMismatchError, RepositoryError
from tuf.api.exceptions import LengthOrHashMismatchError as OtherBytesError
from tuf.ngclient import TargetFile, Updater
from tuf.ngclient.fetcher import FetcherInterface

from pocus_desktop.bundle.carrier import Carrier, NotCarriedError, resumed
from pocus_desktop.bundle.depot.errors import WrongBytesError
from pocus_desktop.bundle.trust.client import verified_root
from pocus_desktop.bundle.trust.errors import BadRootError
from pocus_desktop.bundle.trust.refusals import named
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import write_atomically

_ROOT: Final = "root.json"
_NOTED_BYTES: Final = 1024 * 1024
"""How much of a file is kept to tell what is wrong with it."""


class TargetNotListedError(PocusError):
    """No role that may speak for the name lists it."""

    code = "depot.no_such_target"
    blame = Blame.USER


def trust(folder: Path, root: bytes) -> None:
    """Trust the root of a repository in a folder. Doing it again with the same root changes nothing.

    Raises:
        BadRootError: It is not root metadata signed by its own keys, or another root is trusted in the folder.
    """
    version = verified_root(root).signed.version
    if (folder / _ROOT).exists():
        known = folder / "root_history" / f"{version}.root.json"
        if (known if known.is_file() else folder / _ROOT).read_bytes() != root:
            raise BadRootError(reason="another root is trusted in this folder")
        return
    write_atomically(folder / _ROOT, root)


class PlainClient:
    """A client of one repository.

    Args:
        folder: Where verified metadata is kept, each role under its plain name.
        carriers: By the address of metadata, the first, and of targets: who gives the files below it.
        now_ms: The present, in milliseconds since the Unix epoch.
    """

    def __init__(self, folder: Path, carriers: Mapping[str, Carrier], *, now_ms: int) -> None:
        self._folder = folder
        self._carriers = carriers
        self._moment = datetime.fromtimestamp(now_ms / 1000, tz=UTC)

    def refresh(self) -> None:
        """Bring the top-level metadata up to date.

        Raises:
            PocusError: `trust.*` or `depot.*`: what is refused; what was verified before it is kept.
        """
        with self._following() as updater:
            updater.refresh()

    def download(self, name: str, base: str, folder: Path) -> str:
        """Bring the metadata up to date, then fetch one target, unless it is here already.

        Args:
            name: Its TUF target path.
            base: The address of targets, with a slash at its end.
            folder: Where verified targets are put.

        Returns:
            Its file.

        Raises:
            TargetNotListedError: No role that may speak for the name lists it.
            WrongBytesError: Other bytes came than are listed.
            PocusError: `trust.*` or `depot.*`: what is refused.
        """
        with self._following(folder) as updater:
            info = updater.get_targetinfo(name)
            if info is None:
                raise TargetNotListedError(target=name)
            folder.mkdir(parents=True, exist_ok=True)
            return updater.find_cached_target(info) or _fetched(updater, info, folder, base)

    @contextmanager
    def _following(self, targets: Path | None = None) -> Iterator[Updater]:
        """python-tuf on this folder; its refusals are told as ours."""
        fetcher = _Fetcher(self._carriers)
        try:
            if not (self._folder / _ROOT).is_file():
                raise BadRootError(reason="none is trusted in this folder yet; `init` comes first")
            updater = Updater(
                str(self._folder),
                next(iter(self._carriers)),
                target_dir=str(targets) if targets is not None else None,
                fetcher=fetcher,
                bootstrap=None,
            )
            updater._trusted_set.reference_time = self._moment  # noqa: SLF001 - adr/0062
            yield updater
        except (RepositoryError, DownloadError) as problem:
            raise named(
                problem,
                asked=fetcher.asked or _ROOT,
                received=fetcher.received,
                folder=self._folder,
                carrier=fetcher.carrier,
            ) from problem


def _fetched(updater: Updater, info: TargetFile, folder: Path, base: str) -> str:
    """Download a target; its file is whole and verified, or as it was before."""
    with tempfile.TemporaryDirectory(prefix=".download-", dir=folder) as work:
        try:
            came = updater.download_target(info, str(Path(work) / "target"), base)
        except (OtherBytesError, DownloadLengthMismatchError) as problem:
            raise WrongBytesError(carrier=base, file=info.path) from problem
        path = updater._generate_target_file_path(info)  # noqa: SLF001 - the name that `find_cached_target` looks under
        os.replace(came, path)  # noqa: PTH105 - text on both sides
    return path


class _Fetcher(FetcherInterface):
    """Gives files from the carriers of two addresses."""

    def __init__(self, carriers: Mapping[str, Carrier]) -> None:
        self._carriers = carriers
        self.asked = ""
        self.carrier = ""
        self.received = b""

    def fetch(self, url: str) -> Iterator[bytes]:
        """As the interface says, but our own errors stay what they are."""
        return self._fetch(url)

    def _fetch(self, url: str) -> Iterator[bytes]:
        base = max((base for base in self._carriers if url.startswith(base)), key=len)
        path = url.removeprefix(base)
        self.asked, self.carrier, self.received = path.rpartition("/")[2], base, b""
        pieces = resumed(self._carriers[base], path)
        try:
            first = next(pieces, b"")
        except NotCarriedError as problem:
            raise DownloadHTTPError(str(problem), 404) from problem
        return self._noted(first, pieces)

    def _noted(self, first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in chain((first,), pieces):
            if len(self.received) < _NOTED_BYTES:
                self.received += piece
            yield piece
