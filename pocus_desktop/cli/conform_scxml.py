"""`pocus conform scxml`: run a script-free SCXML chart against a list of events."""

import json

import click

from pocus_desktop.cli.conform_input import STANDARD_INPUT, read_input, refusing
from pocus_desktop.kernel import canonical
from pocus_desktop.scenario import conformance
from pocus_desktop.scenario import scxml as reader
from pocus_desktop.scenario.errors import BadEventListError


@click.command(name="scxml")
@click.argument("chart")
@refusing
def scxml(chart: str) -> None:
    """Print the active atomic states of CHART after the start and after each event.

    The events are a JSON list on standard input: names, {"name": …}, or {"event": {"name": …}, "after": ms}.
    """
    document = read_input(chart)
    events = conformance.parse_events(_json(read_input(STANDARD_INPUT)))
    seen = conformance.run(reader.read(document), events)
    click.echo(json.dumps(seen, ensure_ascii=False))


def _json(data: bytes) -> canonical.Json:
    if not data.strip():
        return []
    try:
        return canonical.decode(data)
    except canonical.BadJsonError as problem:
        raise BadEventListError(reason=str(problem.params["reason"])) from problem
