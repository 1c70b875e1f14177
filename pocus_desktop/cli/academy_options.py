"""What the commands of the academy share: its desk, options, and how what they found is told."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.academy_face import AcademyDesk, Told
from pocus_desktop.cli.faces import Faces
from pocus_desktop.cli.hub_options import told
from pocus_desktop.cli.options import ask_passphrase

AREAS: Final = tuple(map(str, ContentArea))
DAY: Final = click.DateTime(formats=["%Y-%m-%d"])
json_option = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
language_option = click.option("--language", default="en", show_default=True, help="Of the words, such as es.")


@contextmanager
def academy(faces: Faces, where: dict[str, Any]) -> Iterator[AcademyDesk]:
    """The hub's academy; the passphrase is asked for."""
    with faces.open_academy(
        folder=where["folder"],
        keys=where["keys"],
        passphrase=ask_passphrase(),
        database_url=where["database_url"],
    ) as desk:
        yield desk


def tell(found: Iterable[Told], *, as_json: bool) -> None:
    """One a line: as JSON, or as people read it."""
    for one in found:
        if as_json:
            click.echo(json.dumps(one, ensure_ascii=False))
        else:
            click.echo("  ".join(text for name, value in one.items() if (text := _written(name, value))))


def _written(name: str, value: object) -> str:
    if value is None or value == "" or value is False:
        return ""
    if value is True:
        return name
    if name.endswith("_ms") and isinstance(value, int):
        return told(value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
