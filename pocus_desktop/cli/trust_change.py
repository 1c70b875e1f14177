"""`pocus trust init|rotate|delegate|revoke|policy|renew|discard`: stage a change, or let it fall."""

from dataclasses import replace
from pathlib import Path

import click

from pocus_desktop.bundle.trust import ceremony, custody
from pocus_desktop.bundle.trust.academy import AcademyPolicy, StaleRule
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.cli.options import key_for, read_public_keys
from pocus_desktop.cli.trust_options import PUBLIC, depot_option, holders_of, now_ms, tell_staged
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.sync.https import HttpsTransport

_threshold = click.IntRange(1, 100)
_key_option = click.option("--key", "keys", type=PUBLIC, multiple=True, required=True, help="A holder's NAME.pub.")


@click.command()
@depot_option
@click.option(
    "--root-key", "root", type=PUBLIC, multiple=True, required=True, help="May change all else; at best three."
)
@click.option("--root-threshold", type=_threshold, default=2, show_default=True)
@click.option("--targets-key", "targets", type=PUBLIC, multiple=True, required=True, help="May name programmes.")
@click.option("--targets-threshold", type=_threshold, default=2, show_default=True)
@click.option(
    "--snapshot-key", "snapshot", type=PUBLIC, multiple=True, required=True, help="Signs at each publication."
)
@click.option(
    "--timestamp-key", "timestamp", type=PUBLIC, multiple=True, required=True, help="Signs at each publication."
)
@click.option("--hub-key", "hubs", type=PUBLIC, multiple=True, help="The hub's public keys.")
@click.option("--hub-url", default="", help="Where stations send results.")
def init(
    depot: Path,
    root: tuple[Path, ...],
    root_threshold: int,
    targets: tuple[Path, ...],
    targets_threshold: int,
    snapshot: tuple[Path, ...],
    timestamp: tuple[Path, ...],
    hubs: tuple[Path, ...],
    hub_url: str,
) -> None:
    """Found an academy's trust in an empty depot.

    The root needs several people so that one who is tempted, or one stick that is lost, changes nothing.
    """
    repository = Repository(folder=depot)
    roles = {
        "root": holders_of(root, root_threshold),
        "targets": holders_of(targets, targets_threshold),
        "snapshot": holders_of(snapshot, 1),
        "timestamp": holders_of(timestamp, 1),
    }
    ceremony.found(repository, roles, AcademyPolicy(hubs=_hub_keys(hubs), hub_url=_checked(hub_url)), now_ms=now_ms())
    tell_staged(repository)


@click.command()
@depot_option
@click.argument("role", type=click.Choice(["root", "targets", "snapshot", "timestamp"]))
@_key_option
@click.option("--threshold", type=_threshold, required=True, help="How many of them must sign.")
def rotate(depot: Path, role: str, keys: tuple[Path, ...], threshold: int) -> None:
    """Give a top-level ROLE to these keys and no others."""
    repository = Repository(folder=depot)
    ceremony.rotate(repository, role, holders_of(keys, threshold), now_ms=now_ms())
    tell_staged(repository)


@click.command()
@depot_option
@click.argument("area")
@_key_option
@click.option("--threshold", type=_threshold, default=2, show_default=True, help="How many of them must sign.")
def delegate(depot: Path, area: str, keys: tuple[Path, ...], threshold: int) -> None:
    """Say who may sign for the programme AREA, its bundles and its role: these keys and no others."""
    repository = Repository(folder=depot)
    ceremony.delegate(repository, area, holders_of(keys, threshold), now_ms=now_ms())
    tell_staged(repository)


@click.command()
@depot_option
@click.argument("key")
def revoke(depot: Path, key: str) -> None:
    """Take a KEY out of every role that it may sign. KEY is its key id, or its holder's NAME.pub."""
    repository = Repository(folder=depot)
    path = Path(key)
    key_id = custody.read_public(path).key.key_id if path.suffix == custody.PUBLIC_SUFFIX else key
    changed = ceremony.revoke(repository, key_id, now_ms=now_ms())
    click.echo(f"Staged: the key goes from {', '.join(changed)}.", err=True)
    tell_staged(repository)


@click.command()
@depot_option
@click.option("--hub-key", "hubs", type=PUBLIC, multiple=True, help="All of the hub's public keys, retired ones too.")
@click.option("--hub-url", help="Where stations send results.")
@click.option(
    "--stale",
    "rules",
    multiple=True,
    metavar="MODE=RULE",
    help=f"What may be done in a mode when trust metadata is over: {', '.join(StaleRule)}.",
)
def policy(depot: Path, hubs: tuple[Path, ...], hub_url: str | None, rules: tuple[str, ...]) -> None:
    """Set what the academy tells every station; what is not named stays as it is."""
    repository = Repository(folder=depot)
    changed = ceremony.current_policy(repository)
    if hubs:
        changed = replace(changed, hubs=_hub_keys(hubs))
    if hub_url is not None:
        changed = replace(changed, hub_url=_checked(hub_url))
    if rules:
        changed = replace(changed, stale={**changed.stale, **dict(_rule(rule) for rule in rules)})
    ceremony.set_policy(repository, changed, now_ms=now_ms())
    tell_staged(repository)


@click.command()
@depot_option
@click.argument("roles", nargs=-1, required=True)
def renew(depot: Path, roles: tuple[str, ...]) -> None:
    """Let ROLES (root, targets, or a programme) say the same for longer."""
    repository = Repository(folder=depot)
    ceremony.renew(repository, roles, now_ms=now_ms())
    tell_staged(repository)


@click.command()
@depot_option
@click.argument("role")
def discard(depot: Path, role: str) -> None:
    """Let the staged change of a ROLE fall, with the signatures it has."""
    repository = Repository(folder=depot)
    ceremony.discard(repository, role)
    click.echo(f"What was staged of {role} is gone; what is in force stays.", err=True)
    if repository.is_founded:
        tell_staged(repository)


def _hub_keys(files: tuple[Path, ...]) -> tuple[PublicKey, ...]:
    """Every signing key of the files: a file that was written after a rotation names the retired ones too."""
    found: list[PublicKey] = []
    for path in files:
        given = read_public_keys(path)
        found += (key_for(given, "ed25519", path), *(key for key in given if key.algorithm == "ed25519"))
    return tuple(dict.fromkeys(found))


def _checked(hub_url: str) -> str:
    """The address, if stations can send results to it; before people sign it for all of them."""
    if hub_url:
        HttpsTransport(hub_url).close()
    return hub_url


def _rule(text: str) -> tuple[str, StaleRule]:
    mode, sign, rule = text.partition("=")
    if not mode or not sign or rule not in set(StaleRule):
        raise click.UsageError(f"{text} is no rule. Such as: live=override (allow, override or refuse).")
    return mode, StaleRule(rule)
