"""What is said when a USB stick may be pulled out."""

from pathlib import Path

import click

from pocus_desktop.kernel import words
from pocus_desktop.sync.errors import SyncError
from pocus_desktop.sync.sticks import flush


def tell_flushed(stick: Path) -> bool:
    """Have everything written to the medium, and say that it may be pulled out; whether it may."""
    try:
        flush(stick)
    except SyncError as error:
        click.echo(words.say("sync.stick.not_safe", "en", reason=str(error.params.get("reason", ""))), err=True)
        return False
    click.echo(words.say("sync.stick.eject", "en"))
    return True
