"""What can be asked of a replay, wherever its results come from."""

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeAlias

import click

from pocus_desktop.cli.replay_face import ReplayRequest

Wanted: TypeAlias = Callable[..., ReplayRequest]
"""Makes the request, given where the results come from and whose keys open them."""

_SHARED = ("bundle", "content_key", "pdf", "paper", "as_json", "is_blind", "language", "theme")


def replay_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; it gets them as `wanted`."""

    @wraps(command)
    def asked(*arguments: Any, **options: Any) -> None:
        shared = {name: options.pop(name) for name in _SHARED}
        command(*arguments, wanted=partial(ReplayRequest, **shared), **options)

    for option in (
        click.option(
            "--theme",
            type=click.Choice(["light", "dark", "high-contrast"]),
            default="light",
            show_default=True,
            help="Of the window.",
        ),
        click.option("--language", default="en", show_default=True, help="Of the window and the report."),
        click.option("--blind", "is_blind", is_flag=True, help="Leave out who the candidate is."),
        click.option("--json", "as_json", is_flag=True, help="Print the timeline as JSON; no window."),
        click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True),
        click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write a report; no window."),
        click.option(
            "--content-key",
            default="",
            envvar="POCUS_CONTENT_KEY",
            help="Of a sealed bundle, in hexadecimal; better given as POCUS_CONTENT_KEY.",
        ),
        click.option(
            "--bundle",
            type=click.Path(path_type=Path, dir_okay=False, exists=True),
            help="The bundle that was sat: its texts and pictures.",
        ),
    ):
        asked = option(asked)
    return asked
