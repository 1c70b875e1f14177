"""Options that the hub's commands share, and the way to its registry."""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pocus_desktop.cli.faces import Faces
from pocus_desktop.cli.options import ask_passphrase, keys_option
from pocus_desktop.cli.registry_face import RegistryDesk

_F = TypeVar("_F", bound=Callable[..., Any])
MOMENT: Final = click.DateTime(formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"])
OBJECTS: Final = "POCUS_OBJECTS"
EXISTING: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW_FILE: Final = click.Path(path_type=Path, dir_okay=False)


def hub_options(command: _F) -> _F:
    """Where the hub's things are: its folder, its database, its objects, the academy's keys."""
    return place_options(keys_option(command))


def place_options(command: _F) -> _F:
    """Where the hub's things are, without the keys."""
    for option in (
        click.option(
            "--objects",
            envvar=OBJECTS,
            expose_value=False,
            callback=_keep_objects,
            help="Where envelopes and shelf are, instead of the folder: another folder, or s3://bucket/prefix.",
        ),
        click.option(
            "--database-url",
            envvar="POCUS_DATABASE_URL",
            help="PostgreSQL instead of hub.sqlite in the folder: postgresql://user@host/database.",
        ),
        click.option(
            "--folder",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path("hub"),
            show_default=True,
            help="The hub's.",
        ),
    ):
        command = option(command)
    return command


def _keep_objects(_context: click.Context, _option: click.Parameter, value: str | None) -> None:
    """In the environment, where this process and those that it starts find it, as they find the service's keys."""
    if value:
        os.environ[OBJECTS] = value


def who_options(command: _F) -> _F:
    """Who does it, and why: both stand in the history."""
    for option in (
        click.option("--why", required=True, help="The reason, for the history."),
        by_option,
    ):
        command = option(command)
    return command


def by_option(command: _F) -> _F:
    """Who does it."""
    return click.option("--by", default=_login, show_default="your login", help="Who does it, for the history.")(
        command
    )


@contextmanager
def registry(faces: Faces, where: dict[str, Any]) -> Iterator[RegistryDesk]:
    """The hub's registry; the passphrase is asked for."""
    with faces.open_registry(
        folder=where["folder"],
        keys=where["keys"],
        passphrase=ask_passphrase(),
        database_url=where["database_url"],
    ) as desk:
        yield desk


def told(wall_ms: int | None) -> str:
    """A moment in words; a hyphen where there is none."""
    return "-" if wall_ms is None else f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"


def milliseconds(moment: datetime | None) -> int | None:
    """A moment as documents hold it."""
    return None if moment is None else int(moment.timestamp() * 1000)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
