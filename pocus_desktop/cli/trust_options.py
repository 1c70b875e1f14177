"""Options and sentences that the commands of `pocus trust` share."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pocus_desktop.bundle.trust import custody
from pocus_desktop.bundle.trust import request as requests
from pocus_desktop.bundle.trust.ceremony import Holders
from pocus_desktop.bundle.trust.custody import KeyFile
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.trust.request import SigningRequest
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.crypto.keys import SigningKey

_F = TypeVar("_F", bound=Callable[..., Any])

PUBLIC: Final = click.Path(path_type=Path, dir_okay=False)


def depot_option(command: _F) -> _F:
    """`--depot`: the folder in which the academy publishes."""
    return click.option(
        "--depot", type=click.Path(path_type=Path, file_okay=False), required=True, help="The depot's folder."
    )(command)


def holders_of(files: Iterable[Path], threshold: int) -> Holders:
    """The holders whose public files are given."""
    found = [custody.read_public(path) for path in files]
    return Holders(
        keys=tuple(holder.key for holder in found),
        threshold=threshold,
        names={holder.key.key_id: holder.name for holder in found},
    )


def unlocked(file: KeyFile) -> SigningKey:
    """The key of a medium; its holder is asked for the passphrase."""
    passphrase = os.environ.get(PASSPHRASE_VARIABLE)
    if passphrase is None:
        passphrase = click.prompt(f"Passphrase of {file.holder.name}", hide_input=True, err=True)
    return file.unlock(str(passphrase))


def tell_staged(repository: Repository) -> None:
    """Say what waits for signatures, and whose."""
    requested = [requests.make(repository, standing.role) for standing in repository.standings()]
    for each in requested:
        click.echo(told_standing(each), err=True)
    if requested:
        following = "`pocus trust publish`" if all(each.standing().is_complete for each in requested) else _SIGN
        click.echo(f"Nothing of it is in force yet. Next: {following}.", err=True)


def told_standing(request: SigningRequest) -> str:
    """How far a role is, in a sentence."""
    standing = request.standing()
    if standing.is_complete:
        return f"{request.role} version {standing.version}: signed by all who are needed."
    names = ", ".join(member.name for member in request.named(standing.may_sign))
    word = "signature is" if standing.missing == 1 else "signatures are"
    return f"{request.role} version {standing.version}: {standing.missing} {word} missing; may still sign: {names}."


def now_ms() -> int:
    """The present by this machine's clock."""
    return time.time_ns() // 1_000_000


_SIGN: Final = "`pocus trust sign`, or `pocus trust request` for people elsewhere"
