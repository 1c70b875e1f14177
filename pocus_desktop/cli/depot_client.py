"""`pocus depot client`: the client of the TUF specification as it is, for its public conformance suite (adr/0064).

It follows any TUF repository at an address, in a folder of its own, and knows nothing of stations, programmes and
bundles. What stations do around the same workflow is in `bundle.trust.client`.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from pocus_desktop.bundle.trust.plain_client import PlainClient, trust
from pocus_desktop.sync.url_carrier import UrlCarrier


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
    trust(options.metadata_dir, trusted_root.read_bytes())


@client.command()
@click.pass_obj
def refresh(options: Options) -> None:
    """Bring the top-level metadata up to date."""
    with _following(options) as following:
        following.refresh()


@client.command()
@click.pass_obj
def download(options: Options) -> None:
    """Bring the metadata up to date, then fetch one target; what is here already is not fetched again."""
    name = _needed(options.target_name, "--target-name")
    base = _needed(options.target_base_url, "--target-base-url")
    folder = options.target_dir
    if folder is None:
        raise click.UsageError("--target-dir is needed here.")
    with _following(options) as following:
        click.echo(following.download(name, _with_slash(base), folder))


@contextmanager
def _following(options: Options) -> Iterator[PlainClient]:
    """A client of the repository at the addresses given, from now on."""
    bases = [_with_slash(_needed(options.metadata_url, "--metadata-url"))]
    if options.target_base_url:
        bases.append(_with_slash(options.target_base_url))
    with ExitStack() as stack:
        carriers = {base: UrlCarrier(base) for base in bases}
        for carrier in carriers.values():
            stack.callback(carrier.close)
        yield PlainClient(options.metadata_dir, carriers, now_ms=_now_ms())


def _needed(given: str | None, option: str) -> str:
    if given is None:
        raise click.UsageError(f"{option} is needed here.")
    return given


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
