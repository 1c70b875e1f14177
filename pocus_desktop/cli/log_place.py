"""Where a copy of a log is: an address or a folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pocus_desktop.cli.options import read_public_keys
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.sync.folder import LOG
from pocus_desktop.sync.log_reader import FolderLog, UrlLog
from pocus_desktop.tlog.copy import LogCopy
from pocus_desktop.tlog.tiles import CHECKPOINT

_F = TypeVar("_F", bound=Callable[..., Any])
_ADDRESS: Final = ("https://", "http://")

WHERE: Final = "The log: an address (https://hub.example.org/v1/log), or a folder with a copy (a stick, a mirror)."


def academy_option(command: _F) -> _F:
    """`--academy`: whose signatures count."""
    return click.option(
        "--academy",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        required=True,
        help="The academy's public keys (from `pocus keys show`), retired ones included.",
    )(command)


def signing_keys(academy: Path) -> tuple[PublicKey, ...]:
    """The academy's signing keys.

    Raises:
        BadPublicKeysError: The file does not list keys.
    """
    return tuple(key for key in read_public_keys(academy) if key.algorithm == "ed25519")


@contextmanager
def open_log(where: str, keys: tuple[PublicKey, ...], *, origin: str | None = None) -> Iterator[LogCopy]:
    """The copy at a place, with its verified head.

    Raises:
        SyncError: The address cannot be asked.
        TlogError: There is no head, or no trusted key signed it.
    """
    if where.startswith(_ADDRESS):
        with UrlLog(where) as asked:
            yield LogCopy(asked.read, keys, origin=origin)
        return
    folder = Path(where)
    if not (folder / CHECKPOINT).is_file() and (folder / LOG).is_dir():  # a stick carries it beside the results
        folder /= LOG
    yield LogCopy(FolderLog(folder).read, keys, origin=origin)
