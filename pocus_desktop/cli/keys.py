"""`pocus keys`: make and show the keys of a role."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from pocus_desktop.admission.academy import AcademyKeys, NoAcademyKeysError
from pocus_desktop.authoring.build.publisher import NoPublisherKeysError, PublisherKeys
from pocus_desktop.cli.options import keys_option, open_store
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.crypto.keystore import KeyStore
from pocus_desktop.kernel.errors import Blame, PocusError


class KeysExistError(PocusError):
    """The key store already holds keys for the role."""

    code = "cli.keys_exist"
    blame = Blame.USER


_READ: Final[Mapping[str, Callable[[KeyStore], tuple[PublicKey, ...]]]] = {
    "publisher": lambda store: (PublisherKeys.load(store).signing.public,),
    "academy": lambda store: AcademyKeys.load(store).public,
}
_MAKE: Final[Mapping[str, Callable[[KeyStore], None]]] = {
    "publisher": lambda store: PublisherKeys.generate().save(store),
    "academy": lambda store: AcademyKeys.generate().save(store),
}
_role_option = click.option("--role", type=click.Choice(list(_READ)), required=True)


@click.group()
def keys() -> None:
    """Make and show the keys of a publisher or of the academy."""


@keys.command()
@_role_option
@keys_option
def init(role: str, keys: Path) -> None:
    """Make the keys of a role, once."""
    store = open_store(keys, is_new=True)
    try:
        _READ[role](store)
    except (NoPublisherKeysError, NoAcademyKeysError):
        _MAKE[role](store)
        click.echo(f"Made. {store.describe()}", err=True)
        _print(store, role)
    else:
        raise KeysExistError(role=role, store=store.describe())


@keys.command()
@_role_option
@keys_option
def show(role: str, keys: Path) -> None:
    """Print the public keys of a role as JSON; this is what others are given."""
    _print(open_store(keys), role)


def _print(store: KeyStore, role: str) -> None:
    click.echo(json.dumps({"role": role, "keys": [key.as_json() for key in _READ[role](store)]}, indent=2))
