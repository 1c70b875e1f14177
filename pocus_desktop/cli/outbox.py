"""`pocus outbox`: what waits at this station to be sent, what arrived, and what to do."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.cli.stick import tell_flushed
from pocus_desktop.kernel import words
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.engine import Row, Status
from pocus_desktop.sync.errors import UnknownEnvelopeError
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.outlook import SHORT, tell_row
from pocus_desktop.sync.sticks import OnStick, export, take_receipts

_stick = click.argument("stick", type=click.Path(path_type=Path, file_okay=False))
_DAY_MS = 24 * 60 * 60 * 1000


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Every row as JSON, a line each.")
@click.pass_context
def outbox(context: click.Context, *, as_json: bool) -> None:
    """Show what waits to be sent, what arrived, and what to do next; the status is 1 where something is set aside."""
    if context.invoked_subcommand is not None:
        return
    now_ms = _now_ms()
    with _opened() as opened:
        rows = opened.rows()
    for row in rows:
        click.echo(json.dumps(_as_json(row)) if as_json else _told(row, now_ms))
    if not rows and not as_json:
        click.echo("The outbox is empty: nothing waits.")
    context.exit(1 if any(row.status is Status.QUARANTINED for row in rows) else 0)


@outbox.command()
@click.argument("digest", required=False)
def retry(digest: str | None) -> None:
    """Try again at once: the one whose digest begins so, or all. A running station does so within a minute."""
    with _opened() as opened:
        chosen = _find(opened, digest).digest if digest else None
        opened.retry(chosen, now_ms=_now_ms())
    click.echo("It is due now; the station sends it when it runs.")


@outbox.command()
@click.option("--wait", "wait_s", type=float, default=60.0, show_default=True, help="Seconds to go on trying.")
@pass_faces
@click.pass_context
def send(context: click.Context, faces: Faces, wait_s: float) -> None:
    """Send what waits now, without a window, until its receipts are here; the status is 1 where something still waits.

    It goes the way of a running station, which must not be open: to the hub, else to the rooms it is paired with.
    """
    rows = faces.send_waiting(wait_s, passphrase=os.environ.get(PASSPHRASE_VARIABLE))
    now_ms = _now_ms()
    for row in rows:
        if row.status is not Status.DONE:
            click.echo(_told(row, now_ms))
    done = sum(row.status is Status.DONE for row in rows)
    click.echo(f"{done} of {len(rows)} have their receipts.")
    context.exit(0 if done == len(rows) else 1)


@outbox.command("export")
@_stick
@pass_faces
@click.pass_context
def export_(context: click.Context, faces: Faces, stick: Path) -> None:
    """Write what has no receipt to a USB stick, read it back, and take the receipts that lie there.

    Everything stays in the outbox until its receipt is here. The status is 1 where something did not go.
    """
    now_ms = _now_ms()
    with _opened() as opened:
        found = export(opened, stick, now_ms=now_ms)
        documents = _received(opened, found)
    if documents:
        faces.hear_receipts(documents, stick=stick, shows_heads=True)
    _tell(found)
    if not found:
        click.echo("Nothing waits: there is nothing to write.")
    elif any(one.became == "written" for one in found) and not tell_flushed(stick):
        context.exit(1)
    context.exit(1 if any(one.error is not None for one in found) else 0)


@outbox.command("import")
@_stick
@pass_faces
@click.pass_context
def import_(context: click.Context, faces: Faces, stick: Path) -> None:
    """Take the receipts that a USB stick has brought back from the academy; nothing is written to it."""
    with _opened() as opened:
        found = take_receipts(opened, stick, now_ms=_now_ms())
        documents = _received(opened, found)
    if documents:
        faces.hear_receipts(documents, stick=stick, shows_heads=False)
    _tell(found)
    taken = sum(one.became == "received" for one in found)
    click.echo(f"{taken} receipts taken; {len(found) - taken} results still wait for theirs.")
    context.exit(1 if any(one.error is not None for one in found) else 0)


@outbox.command()
@click.argument("digest")
def forget(digest: str) -> None:
    """Remove the outbox's copy of a result whose receipt is here and verifies; nothing else is ever removed."""
    with _opened() as opened:
        row = _find(opened, digest)
        opened.forget(row.digest)
    click.echo(words.say("sync.forget.done", "en", digest=row.digest))


@contextmanager
def _opened() -> Iterator[Outbox]:
    """This station's outbox, beside the program that may be sending from it."""
    home = Home.default()
    opened = Outbox(home.outbox, FolderTransport(home.carry), Trusting.load(home).hubs, is_alone=False)
    try:
        yield opened
    finally:
        opened.close()


def _received(opened: Outbox, found: tuple[OnStick, ...]) -> list[bytes]:
    documents = (opened.receipt(one.digest) for one in found if one.became == "received")
    return [document for document in documents if document is not None]


def _find(opened: Outbox, digest: str) -> Row:
    """The one row whose digest begins so.

    Raises:
        UnknownEnvelopeError: There is none, or more than one.
    """
    found = [row for row in opened.rows() if row.digest.startswith(digest.lower())]
    if len(found) != 1:
        raise UnknownEnvelopeError
    return found[0]


def _told(row: Row, now_ms: int) -> str:
    told = tell_row(row, now_ms=now_ms)
    kind = "part of " if row.is_partial else ""
    age = _age(now_ms - row.enqueued_ms)
    head = f"{row.digest[:SHORT]}  {kind}{row.sitting or 'unknown'}  {row.size_bytes:,} bytes  {age}"
    return "\n    ".join(filter(None, (head, told.state, told.why, told.when, told.todo)))


def _age(age_ms: int) -> str:
    if age_ms >= _DAY_MS:
        return f"{age_ms // _DAY_MS} days old"
    return f"{max(age_ms, 0) // 60_000} min old"


def _as_json(row: Row) -> dict[str, object]:
    return {
        "digest": row.digest,
        "sitting": row.sitting,
        "is_partial": row.is_partial,
        "size_bytes": row.size_bytes,
        "stage": str(row.stage),
        "status": str(row.status),
        "carrier": row.carrier,
        "offset": row.offset,
        "attempts": row.attempts,
        "due_ms": row.due_ms,
        "problem": row.problem,
        "reason": row.reason,
        "enqueued_ms": row.enqueued_ms,
        "tried_ms": row.tried_ms,
        "delivered_ms": row.delivered_ms,
    }


def _tell(found: tuple[OnStick, ...]) -> None:
    for one in found:
        if one.error is not None:
            told = one.error.explain()
            click.echo(f"{one.digest[:SHORT]}  {told.what} {told.next}  [{one.error.code}]", err=True)
        elif one.became != "nothing":
            click.echo(f"{one.digest[:SHORT]}  {words.say(f'sync.stick.{one.became}', 'en')}")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
