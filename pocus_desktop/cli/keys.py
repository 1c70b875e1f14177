"""`pocus keys`: make and show the keys of a role; exchange, find again and revoke the academy's."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing, NoAcademyKeysError
from pocus_desktop.authoring.build.publisher import NoPublisherKeysError, PublisherKeys
from pocus_desktop.cli.hub_options import MOMENT, milliseconds
from pocus_desktop.cli.options import ask_passphrase, keys_option, open_store
from pocus_desktop.crypto.keystore import FileKeyStore, KeyStore
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import Blame, PocusError


class KeysExistError(PocusError):
    """The key store already holds keys for the role."""

    code = "cli.keys_exist"
    blame = Blame.USER


_READ: Final[Mapping[str, Callable[[KeyStore], Mapping[str, Json]]]] = {
    "publisher": lambda store: {"role": "publisher", "keys": [PublisherKeys.load(store).signing.public.as_json()]},
    "academy": lambda store: AcademyRing.load(store).public_json(),
}
_MAKE: Final[Mapping[str, Callable[[KeyStore], None]]] = {
    "publisher": lambda store: PublisherKeys.generate().save(store),
    "academy": lambda store: AcademyKeys.generate().save(store),
}
_role_option = click.option("--role", type=click.Choice(list(_READ)), required=True)

_academy_option = click.option("--role", type=click.Choice(["academy"]), required=True)


@click.group()
def keys() -> None:
    """Make and show the keys of a publisher or of the academy, and exchange the academy's."""


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


@keys.command()
@_academy_option
@keys_option
def rotate(role: str, keys: Path) -> None:  # noqa: ARG001 - the only role whose keys rotate by this
    """Put fresh keys in the place of the academy's; those of before are kept, and still open what was sealed to them.

    A hub that runs finds them by itself when something sealed to them comes; start it anew to sign with them at once.
    Then tell stations: pocus trust policy --hub-key, where there is a trust repository, and their renewed grants
    (pocus enrol renew at each, or pocus hub stations NAME --grant FILE).
    """
    store = open_store(keys)
    AcademyRing.load(store).rotated(now_ms=_now_ms()).save(store)
    click.echo(f"Rotated. {store.describe()} Copy the folder again to where its copies are kept.", err=True)
    _print(store, "academy")


@keys.command()
@click.argument("key_id")
@_academy_option
@click.option("--since", type=MOMENT, required=True, help="From when on it may have been in other hands.")
@click.option("--why", required=True, help="The reason, kept with the key.")
@keys_option
def revoke(key_id: str, role: str, since: datetime, why: str, keys: Path) -> None:  # noqa: ARG001 - as above
    """Let a retired signing key of the academy count no more; the one in use must be rotated first.

    Receipts under it that say they are later do not count, and earlier ones only with other evidence: who has the key
    writes any time into them. The hub gives its receipts anew under today's key.
    """
    store = open_store(keys)
    since_ms = milliseconds(since)
    assert since_ms is not None  # noqa: S101 - the option is required
    AcademyRing.load(store).with_revoked(key_id, since_ms=since_ms, why=why).save(store)
    click.echo(f"Revoked {key_id}. Start the hub anew, and tell stations as after a rotation.", err=True)
    _print(store, "academy")


@keys.command("add-retired")
@click.argument("other", type=click.Path(path_type=Path, file_okay=False, exists=True))
@_academy_option
@click.option(
    "--other-passphrase",
    envvar="POCUS_OTHER_PASSPHRASE",
    help="Of the other folder, where it differs; better given as POCUS_OTHER_PASSPHRASE.",
)
@keys_option
def add_retired(other: Path, role: str, other_passphrase: str | None, keys: Path) -> None:  # noqa: ARG001 - as above
    """Take all keys of OTHER, another folder of the academy's, in among the retired ones, which open results."""
    passphrase = ask_passphrase()
    store = FileKeyStore(keys, passphrase)
    ring = AcademyRing.load(store)
    found = AcademyRing.load(FileKeyStore(other, other_passphrase or passphrase))
    for one in (found.current, *(each.keys for each in found.retired)):
        ring = ring.with_retired(one, now_ms=_now_ms())
    ring.save(store)
    click.echo(f"{len(ring.retired)} retired. Judge the quarantine anew: pocus hub quarantine retry.", err=True)
    _print(store, "academy")


def _print(store: KeyStore, role: str) -> None:
    click.echo(json.dumps(_READ[role](store), indent=2))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
