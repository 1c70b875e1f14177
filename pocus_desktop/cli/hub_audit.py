"""`pocus hub sample|trail`: the audit's sample, and everything that was changed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from pocus_desktop.cli.academy_options import DAY, academy, json_option, tell
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import hub_options, told, who_options


@click.group()
def sample() -> None:
    """The audit's sample of approved applications."""


@sample.command("draw")
@click.option("--percent", type=click.IntRange(1, 100), required=True)
@click.option("--since", type=DAY, required=True, help="Approved from this day, in UTC.")
@click.option("--until", type=DAY, required=True, help="To this day.")
@click.option("--seed", default="", help="Such as numbers of a public lottery; made by chance where omitted.")
@who_options
@hub_options
@pass_faces
def sample_draw(
    faces: Faces, /, percent: int, since: datetime, until: datetime, seed: str, by: str, why: str, **where: Any
) -> None:
    """Draw a share of what was approved in a time."""
    begins_ms, ends_ms = (_ms(day) for day in (since, until + timedelta(days=1)))
    with academy(faces, where) as desk:
        drawn = desk.audit.draw(percent=percent, since_ms=begins_ms, until_ms=ends_ms, seed=seed, who=by, why=why)
    click.echo(json.dumps(drawn, ensure_ascii=False, indent=2))


@sample.command("list")
@json_option
@hub_options
@pass_faces
def sample_list(faces: Faces, /, *, as_json: bool, **where: Any) -> None:
    """Every sample, with its seed, and whether drawing again gives the same."""
    with academy(faces, where) as desk:
        tell(desk.audit.samples(), as_json=as_json)


@click.command()
@click.argument("text", default="")
@click.option("--most", type=click.IntRange(1, 1_000_000), default=100, show_default=True)
@json_option
@hub_options
@pass_faces
@click.pass_context
def trail(context: click.Context, faces: Faces, /, text: str, most: int, *, as_json: bool, **where: Any) -> None:
    """What was changed, the last first, or what has TEXT in it; the status is 1 where a link does not hold.

    The last link is what to write down elsewhere: it shows whether anybody wrote the whole trail anew.
    """
    with academy(faces, where) as desk:
        steps, check = desk.audit.trail(text, most), desk.audit.check()
    for step in steps:
        if as_json:
            click.echo(json.dumps(step, ensure_ascii=False))
            continue
        at_ms = step["at_ms"]
        assert isinstance(at_ms, int)  # noqa: S101 - as the face says
        parts = (step["number"], told(at_ms), step["who"], step["subject"], step["action"], step["now"], step["why"])
        click.echo("  ".join(str(part) for part in parts if part))
    click.echo(f"{check['entries']} entries; last link {check['head']}", err=True)
    if check["broken"] is not None:
        click.echo(f"Entry {check['broken']} is not as it was written.", err=True)
        context.exit(1)


def _ms(day: datetime) -> int:
    return int(day.replace(tzinfo=UTC).timestamp() * 1000)
