"""`pocus portfolio connect|sync|export|merge|settle`: the academy, and other computers of one's own."""

import os
from pathlib import Path

import click

from pocus_desktop.cli.options import PASSPHRASE_VARIABLE, key_for, read_public_keys
from pocus_desktop.cli.portfolio_options import LANGUAGE, opened, say
from pocus_desktop.cli.programme_options import EXISTING, tell
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.errors import NoAddressError, NotThereError
from pocus_desktop.programme.own.opening import portfolio_key
from pocus_desktop.programme.own.other_computer import take_all, write_all
from pocus_desktop.programme.own.sending import sync_once
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.hub_http import hub_address
from pocus_desktop.sync.portfolio_carrier import HubPortfolios


@click.command()
@click.argument("academy", type=EXISTING)
@click.option("--url", default="", help="Where its hub answers, such as https://hub.example.org.")
@LANGUAGE
def connect(academy: Path, url: str, language: str) -> None:
    """Say which academy the portfolio is for, by its file of public keys (`pocus keys show`)."""
    keys = read_public_keys(academy)
    for algorithm in ("ed25519", "x25519"):
        key_for(keys, algorithm, academy)
    if url:
        hub_address(url)
    with opened() as desk:
        desk.connect(Academy(url=url, keys=keys))
    say("connected", language, url=url or "-")


@click.command()
@click.option("--again", is_flag=True, help="Also what the academy refused before.")
@LANGUAGE
@click.pass_context
def sync(context: click.Context, language: str, *, again: bool) -> None:
    """Send what waits, and fetch what the academy has."""
    with opened() as desk:
        changes.require_account(desk.portfolio())
        academy = desk.require_academy()
        if not academy.url:
            raise NoAddressError
        if again:
            desk.try_again()
        key = portfolio_key(Home.default(), os.environ.get(PASSPHRASE_VARIABLE))
        with HubClient(academy.url) as client:
            carrier = HubPortfolios(client, key, SystemClock())
            synced = sync_once(desk, carrier, carrier)
        waiting = desk.view().waiting
    say("synced", language, sent=synced.sent, new=synced.new_papers, waiting=waiting, refused=synced.not_taken)
    if synced.files is not None and synced.files.sent:
        say("synced_files", language, count=synced.files.sent)
    if synced.problem is not None:
        raise synced.problem
    context.exit(1 if synced.not_taken else 0)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@LANGUAGE
def export(folder: Path, language: str) -> None:
    """Write every writing of your own documents into a folder, for another computer or as a copy."""
    with opened() as desk:
        path, count = write_all(desk, folder)
    say("exported", language, count=count, file=path)


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@LANGUAGE
def merge(path: Path, language: str) -> None:
    """Take documents in that were written on another computer; what differs is shown as a conflict."""
    with opened() as desk:
        merged = take_all(desk, path)
    tell(merged.problems)
    say("merged", language, new=merged.new, conflicts=merged.conflicts)


@click.command()
@click.argument("number", type=click.IntRange(min=1))
@click.argument("choice", type=click.IntRange(min=1), required=False)
@LANGUAGE
def settle(number: int, choice: int | None, language: str) -> None:
    """End a conflict: without CHOICE its writings are shown, with it that one is kept."""
    with opened() as desk:
        conflicts = desk.portfolio().conflicts
        if number > len(conflicts):
            raise NotThereError(what=str(number))
        writings = conflicts[number - 1].writings
        if choice is None:
            for at, one in enumerate(writings, 1):
                click.echo(f"{at}  {one.model_dump_json(exclude_none=True)}")
            return
        if choice > len(writings):
            raise NotThereError(what=str(choice))
        desk.write(changes.settle(writings, choice - 1))
    say("settled", language, key=" ".join(conflicts[number - 1].key))
