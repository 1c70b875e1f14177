"""What the commands of the portfolio share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.kernel import words
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.opening import open_portfolio

AREA: Final = click.Choice([str(area) for area in ContentArea])
LANGUAGE: Final = click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True)


@contextmanager
def opened() -> Iterator[PortfolioDesk]:
    """The portfolio of this computer.

    Raises:
        PocusError: `portfolio.*`: its database cannot be used.
    """
    with open_portfolio(Home.default(), passphrase=os.environ.get(PASSPHRASE_VARIABLE)) as desk:
        yield desk


def say(key: str, language: str, /, **params: object) -> None:
    """A sentence of `portfolio.tell`."""
    click.echo(words.say(f"portfolio.tell.{key}", language, **params))
