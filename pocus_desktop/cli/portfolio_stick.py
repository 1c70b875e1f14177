"""`pocus portfolio put|read`: to the academy and back by a USB stick (formats/portfolio 6)."""

from dataclasses import replace
from pathlib import Path

import click

from pocus_desktop.cli.portfolio_options import LANGUAGE, opened
from pocus_desktop.kernel import words
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.by_stick import StickCarrier
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.sending import Synced, sync_once
from pocus_desktop.programme.own.sending_files import SentFiles
from pocus_desktop.sync.portfolio_stick import PortfolioStick
from pocus_desktop.sync.sticks import flush

_STICK = click.argument("stick", type=click.Path(path_type=Path, file_okay=False))


@click.command()
@_STICK
@LANGUAGE
@click.pass_context
def put(context: click.Context, stick: Path, language: str) -> None:
    """Write what waits to a USB stick, sealed, with the question what is new; and take what it brings."""
    _carry(context, stick, language, is_writing=True)


@click.command()
@_STICK
@LANGUAGE
@click.pass_context
def read(context: click.Context, stick: Path, language: str) -> None:
    """Take what the academy answered from a USB stick; nothing is written to it."""
    _carry(context, stick, language, is_writing=False)


def by_stick(desk: PortfolioDesk, folder: Path, *, is_writing: bool) -> Synced:
    """Carry once: what the stick brings is taken; where `is_writing`, what waits is left on it.

    Raises:
        NoAccountYetError, NoAcademyError: There is nothing to carry, or nobody to carry it to.
        NoFolderError, FolderDamagedError, FolderNotWritableError: The stick cannot be used.
        NothingForAnyoneError, StickOfAnotherError, BadAnswerError: It brings nothing for this portfolio.
    """
    changes.require_account(desk.portfolio())
    desk.require_academy()
    carrier = StickCarrier(desk, PortfolioStick(folder), is_writing=is_writing)
    synced = sync_once(desk, carrier, carrier)
    if is_writing:
        flush(folder)
    fault = None if is_writing else carrier.fault  # the next question asks for all of it again
    return replace(synced, error=synced.error or fault)


def tell_carried(synced: Synced, language: str, *, is_writing: bool) -> Explanation:
    """What came of it."""

    def say(key: str, **params: int) -> str:
        return words.say(f"portfolio.tell.{key}", language, **params)

    files = synced.files or SentFiles()
    came = say("read_what", sent=synced.sent, new=synced.new_papers)
    if synced.is_old:
        added = synced.sent + synced.new_papers
        came = say("read_old", new=added) if added else say("read_nothing")
    if files.sent:
        came += " " + say("read_files", count=files.sent)
    not_taken = synced.refused + files.refused
    refused = say("synced_refused", count=not_taken) if not_taken else ""
    if is_writing:
        brought = came if synced.sent or synced.new_papers or files.sent else ""
        with_files = say("put_files", count=files.left) if files.left else ""
        what = " ".join(
            filter(None, (say("put_what" if synced.left or files.left else "put_question"), with_files, brought))
        )
        return Explanation(what=what, next=" ".join(filter(None, (say("put_next"), refused))))
    left = synced.left + files.left
    waits = say("read_waiting", count=left) if left else ""
    return Explanation(what=came, next=" ".join(filter(None, (refused, waits))))


def _carry(context: click.Context, stick: Path, language: str, *, is_writing: bool) -> None:
    with opened() as desk:
        synced = by_stick(desk, stick, is_writing=is_writing)
    if synced.error is not None:
        raise synced.error
    told = tell_carried(synced, language, is_writing=is_writing)
    click.echo("\n".join(filter(None, told)))
    context.exit(1 if synced.refused or (synced.files is not None and synced.files.refused) else 0)
