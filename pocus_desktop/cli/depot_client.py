"""`pocus depot client`: the client of the TUF specification as it is, for its public conformance suite (adr/0064).

It follows any TUF repository at an address, in a folder of its own, and knows nothing of stations, programmes and
bundles. What stations do around the same workflow is in `bundle.trust.client`.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final

import click
from tuf.api.exceptions import DownloadError, DownloadHTTPError, DownloadLengthMismatchError, RepositoryError
from tuf.api.exceptions import LengthOrHashMismatchError as OtherBytesError
from tuf.ngclient import TargetFile, Updater
from tuf.ngclient.fetcher import FetcherInterface

from pocus_desktop.bundle.carrier import NotCarriedError, resumed
from pocus_desktop.bundle.depot.errors import WrongBytesError
from pocus_desktop.bundle.trust.client import verified_root
from pocus_desktop.bundle.trust.errors import BadRootError
from pocus_desktop.bundle.trust.refusals import named
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.sync.url_carrier import UrlCarrier

_ROOT: Final = "root.json"
_NOTED_BYTES: Final = 1024 * 1024
"""How much of a file is kept to tell what is wrong with it."""


class TargetNotListedError(PocusError):
    """No role that may speak for the name lists it."""

    code = "depot.no_such_target"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What stands before the command.

    Attributes:
        metadata_dir: Where verified metadata is kept, each role under its plain name.
        metadata_url: Where the repository's metadata is.
        target_name: The TUF target path.
        target_base_url: Where the repository's targets are.
        target_dir: Where verified targets are put.
    """

    metadata_dir: Path
    metadata_url: str | None
    target_name: str | None
    target_base_url: str | None
    target_dir: Path | None


_folder = click.Path(path_type=Path, file_okay=False)


@click.group()
@click.option("--metadata-dir", type=_folder, required=True, help="Where verified metadata is kept.")
@click.option("--metadata-url", help="Where the repository's metadata is; for refresh and download.")
@click.option("--target-name", help="The target to download, by its TUF target path.")
@click.option("--target-base-url", help="Where the repository's targets are; for download.")
@click.option("--target-dir", type=_folder, help="Where to put verified targets; for download.")
@click.pass_context
def client(
    ctx: click.Context,
    metadata_dir: Path,
    metadata_url: str | None,
    target_name: str | None,
    target_base_url: str | None,
    target_dir: Path | None,
) -> None:
    """Follow any TUF repository, as the TUF conformance suite asks. Options stand before the command."""
    ctx.obj = Options(
        metadata_dir=metadata_dir,
        metadata_url=metadata_url,
        target_name=target_name,
        target_base_url=target_base_url,
        target_dir=target_dir,
    )


@client.command()
@click.argument("trusted_root", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def init(options: Options, trusted_root: Path) -> None:
    """Trust the root of a repository. Nothing is asked of the repository yet."""
    data = trusted_root.read_bytes()
    version = verified_root(data).signed.version
    folder = options.metadata_dir
    if (folder / _ROOT).exists():
        known = folder / "root_history" / f"{version}.root.json"
        if (known if known.is_file() else folder / _ROOT).read_bytes() != data:
            raise BadRootError(reason="another root is trusted in this folder")
        return
    write_atomically(folder / _ROOT, data)


@client.command()
@click.pass_obj
def refresh(options: Options) -> None:
    """Bring the top-level metadata up to date."""
    with _following(options, now_ms=_now_ms()) as updater:
        updater.refresh()


@client.command()
@click.pass_obj
def download(options: Options) -> None:
    """Bring the metadata up to date, then fetch one target; what is here already is not fetched again."""
    name = _needed(options.target_name, "--target-name")
    base = _needed(options.target_base_url, "--target-base-url")
    folder = options.target_dir
    if folder is None:
        raise click.UsageError("--target-dir is needed here.")
    with _following(options, now_ms=_now_ms()) as updater:
        info = updater.get_targetinfo(name)
        if info is None:
            raise TargetNotListedError(target=name)
        folder.mkdir(parents=True, exist_ok=True)
        path = updater.find_cached_target(info) or _fetched(updater, info, folder, base)
    click.echo(path)


def _fetched(updater: Updater, info: TargetFile, folder: Path, base: str) -> str:
    """Download a target; its file is whole and verified, or as it was before."""
    with tempfile.TemporaryDirectory(prefix=".download-", dir=folder) as work:
        try:
            came = updater.download_target(info, str(Path(work) / "target"))
        except (OtherBytesError, DownloadLengthMismatchError) as problem:
            raise WrongBytesError(carrier=base, file=info.path) from problem
        path = updater._generate_target_file_path(info)  # noqa: SLF001 - the name that `find_cached_target` looks under
        os.replace(came, path)  # noqa: PTH105 - text on both sides
    return path


class _Fetcher(FetcherInterface):
    """Gives files from the carriers of two addresses."""

    def __init__(self, carriers: dict[str, UrlCarrier]) -> None:
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


@contextmanager
def _following(options: Options, *, now_ms: int) -> Iterator[Updater]:
    """The TUF client workflow over a repository; its refusals are told as ours."""
    folder = options.metadata_dir
    bases = [_with_slash(_needed(options.metadata_url, "--metadata-url"))]
    if options.target_base_url:
        bases.append(_with_slash(options.target_base_url))
    with ExitStack() as stack:
        carriers = {base: UrlCarrier(base) for base in bases}
        for carrier in carriers.values():
            stack.callback(carrier.close)
        fetcher = _Fetcher(carriers)
        try:
            if not (folder / _ROOT).is_file():
                raise BadRootError(reason="none is trusted in this folder yet; `init` comes first")
            updater = Updater(
                str(folder),
                bases[0],
                target_dir=str(options.target_dir) if options.target_dir else None,
                target_base_url=options.target_base_url,
                fetcher=fetcher,
                bootstrap=None,
            )
            updater._trusted_set.reference_time = datetime.fromtimestamp(now_ms / 1000, tz=UTC)  # noqa: SLF001 - adr/0064
            yield updater
        except (RepositoryError, DownloadError) as problem:
            raise named(
                problem, asked=fetcher.asked or _ROOT, received=fetcher.received, folder=folder, carrier=fetcher.carrier
            ) from problem


def _needed(given: str | None, option: str) -> str:
    if given is None:
        raise click.UsageError(f"{option} is needed here.")
    return given


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
