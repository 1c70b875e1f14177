"""Options and readers that several commands share."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.crypto.keystore import FileKeyStore, KeyStore
from pocus_desktop.kernel.errors import Blame, PocusError

PASSPHRASE_VARIABLE: Final = "POCUS_PASSPHRASE"  # noqa: S105 - the name of a variable, not what it holds

_F = TypeVar("_F", bound=Callable[..., Any])


class BadPublicKeysError(PocusError):
    """A file that should list public keys does not."""

    code = "cli.bad_public_keys"
    blame = Blame.USER


def keys_option(command: _F) -> _F:
    """`--keys`: the folder in which a role's secret keys live."""
    return click.option(
        "--keys",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("keys"),
        show_default=True,
        help=f"Folder of secret keys; its passphrase is asked for, or read from {PASSPHRASE_VARIABLE}.",
    )(command)


def ask_passphrase(*, is_new: bool = False) -> str:
    """The passphrase of a folder of keys, from the environment or the person."""
    passphrase = os.environ.get(PASSPHRASE_VARIABLE)
    if passphrase is None:
        passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    return str(passphrase)


def open_store(folder: Path, *, is_new: bool = False) -> KeyStore:
    """The key store of a folder."""
    return FileKeyStore(folder, ask_passphrase(is_new=is_new))


def read_public_keys(path: Path) -> tuple[PublicKey, ...]:
    """The public keys of a file that `pocus keys show` wrote.

    Raises:
        BadPublicKeysError: It is something else.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return tuple(PublicKey.from_json(key) for key in document["keys"])
    except (OSError, ValueError, KeyError, TypeError, PocusError) as problem:
        raise BadPublicKeysError(file=path.name, reason=type(problem).__name__) from problem


def read_revoked_keys(path: Path) -> dict[PublicKey, int]:
    """The signing keys that such a file says were revoked, and since when (wall time).

    Raises:
        BadPublicKeysError: It is something else.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {PublicKey.from_json(key): int(key["revoked_since_ms"]) for key in document.get("revoked", [])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, PocusError) as problem:
        raise BadPublicKeysError(file=path.name, reason=type(problem).__name__) from problem


def key_for(keys: tuple[PublicKey, ...], algorithm: str, path: Path) -> PublicKey:
    """The one key of an algorithm among those of a file.

    Raises:
        BadPublicKeysError: There is none.
    """
    for key in keys:
        if key.algorithm == algorithm:
            return key
    raise BadPublicKeysError(file=path.name, reason=f"no {algorithm} key")
