"""`pocus room incident file|add|show|report|send`: what went wrong in the room, for the academy and for the candidate.

Filing needs the room's journal, which one program holds: a console that is open on this computer is asked to file.
Looking, the report and sending need only the folder of incidents.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import click

from pocus_desktop.admission.documents import checked
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.roster_folder import rosters
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.appeals.plain import plain
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import MOMENT
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.asks import AskIncident
from pocus_desktop.proctoring.errors import NoRoomHereError, NoSuchStationError, NotReachedError, NotServingError
from pocus_desktop.proctoring.hosting import own_console
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.incident_folder import Filed
from pocus_desktop.proctoring.incident_reference import as_name
from pocus_desktop.proctoring.incident_telling import classed, tell_incident
from pocus_desktop.proctoring.incidents import Draft
from pocus_desktop.proctoring.live_room import Holder, LiveRoom
from pocus_desktop.proctoring.room_state import RoomState
from pocus_desktop.proctoring.taxonomy import taxonomy
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.incident_carrier import FolderIncidents, HubIncidents

_F = TypeVar("_F", bound=Callable[..., object])
_KINDS: Final = tuple(dict.fromkeys(kind for kinds in taxonomy().values() for kind in kinds))
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.group()
def incident() -> None:
    """File incidents of the room, look at them, write their reports, send them to the academy."""


def _written(command: _F) -> _F:
    for option in (
        click.option("--station", "stations", multiple=True, help="A station that it concerns, by name; as often."),
        click.option("--until", type=MOMENT, help="When it was over."),
        click.option("--happened", type=MOMENT, help="When it happened; now where omitted."),
        click.option("--who", required=True, help="Your name; it stands in the report."),
        click.option("--told", required=True, help="What happened."),
    ):
        command = option(command)
    return command


@incident.command()
@click.option("--category", type=click.Choice(list(taxonomy())), required=True)
@click.option("--kind", type=click.Choice(_KINDS), required=True, help="One of its category.")
@_written
def file(category: str, kind: str, stations: tuple[str, ...], **written: Any) -> None:
    """File an incident; journals, orders and notes of its stations are attached by themselves."""
    draft = _draft(category, kind, **written)
    reference = _ask_console(draft, stations)
    if not reference:
        with _open_desk(is_filing=True) as desk:
            reference = desk.file(draft, _ids(desk.state, stations)).reference
    _tell(reference)


@incident.command()
@click.argument("reference")
@click.option("--category", type=click.Choice(list(taxonomy())), help="Where it is another than before.")
@click.option("--kind", type=click.Choice(_KINDS), help="Where it is another than before.")
@click.option("--close", "is_closed", is_flag=True, help="This settles it.")
@_written
def add(
    reference: str,
    category: str | None,
    kind: str | None,
    stations: tuple[str, ...],
    *,
    is_closed: bool,
    **written: Any,
) -> None:
    """Add to an incident; what was written before stays as it is."""
    if (category is None) != (kind is None):
        raise click.UsageError("--category and --kind go together.")
    asked = _draft(category or "", kind or "", is_closed=is_closed, **written)
    found = _ask_console(asked, stations, reference=reference)
    if not found:
        with _open_desk(is_filing=True) as desk:
            last = desk.find(reference).report.incident.last
            draft = replace(asked, category=category or last.category, kind=kind or last.kind)
            found = desk.amend(reference, draft, _ids(desk.state, stations)).reference
    _tell(found)


@incident.command()
@click.argument("reference", required=False)
@click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def show(reference: str | None, language: str, *, as_json: bool) -> None:
    """List the room's incidents; with REFERENCE, tell that one."""
    with _open_desk() as desk:
        if reference is not None:
            found = desk.find(reference).report.incident
            click.echo(
                json.dumps(found.model_dump(mode="json"), ensure_ascii=False)
                if as_json
                else plain(tell_incident(found, language), keeps_lines=True)
            )
            return
        shelf = desk.all()
    for one in shelf.filed:
        click.echo(json.dumps(_row(one), ensure_ascii=False) if as_json else _line(one, language))
    for name in shelf.damaged:
        click.echo(f"{name}  cannot be verified, and is passed over", err=True)


@incident.command()
@click.argument("reference")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
@click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True)
@click.option("--data-only", is_flag=True, help="No PDF, which needs no window system.")
@pass_faces
def report(
    faces: Faces, /, reference: str, out: Path, paper: Literal["a4", "letter"], language: str, *, data_only: bool
) -> None:
    """Write an incident's report: the signed data, and a PDF of the same."""
    with _open_desk() as desk:
        filed = desk.find(reference)
    data = out / f"{as_name(filed.reference)}.incident"
    write_atomically(data, filed.report.envelope, is_private=True)
    click.echo(data)
    if not data_only:
        pdf = data.with_suffix(".pdf")
        write_atomically(pdf, faces.print_incident(filed, paper=paper, language=language), is_private=True)
        click.echo(pdf)


@incident.command()
@click.option("--to", "stick", type=_FOLDER, help="A stick, where the hub cannot be reached from here.")
def send(stick: Path | None) -> None:
    """Send what the academy has not signed for; by stick, once to carry it and once for the receipts."""
    home, is_refused = Home.default(), False
    with _open_desk() as desk:
        trusting = Trusting.load(home)
        if stick is not None:
            sent = desk.send(FolderIncidents(stick))
        elif trusting.hub_url:
            key = open_own_keys(home).signing
            with HubClient(trusting.hub_url) as client:
                sent = desk.send(HubIncidents(client, key, SystemClock()))
        else:
            raise click.UsageError("The hub has no address here: name a stick with --to.")
    for one in sent:
        if one.error is None:
            click.echo(f"{one.reference}  received")
        else:
            is_refused = True
            click.echo(f"{one.reference}  {one.error.explain().what}  [{one.error.code}]", err=True)
    if not sent:
        click.echo("Nothing waits.")
    if is_refused:
        raise click.exceptions.Exit(1)


@contextmanager
def _open_desk(*, is_filing: bool = False) -> Iterator[IncidentDesk]:
    """The desk of this computer's room, with the room's journal where something is to be filed."""
    home = Home.default()
    trusting, keys = Trusting.load(home), open_own_keys(home)
    grant = held_grant(home, trusting.hubs, keys)
    if grant is None or grant.kind != "centre" or grant.centre is None:
        raise NoRoomHereError
    clock, centre = SystemClock(), grant.centre
    holder = Holder(centre=centre, keys=keys, hubs=tuple(trusting.hubs))
    room = LiveRoom(home.room, holder=holder, clock=clock) if is_filing else None
    try:
        yield IncidentDesk(
            home.room,
            centre_id=centre.centre_id,
            signer=keys.signing,
            hubs=trusting.hubs,
            clock=clock,
            room=room,
            rosters=lambda: rosters(home, trusting.hubs),
        )
    finally:
        if room is not None:
            room.close()


def _draft(
    category: str,
    kind: str,
    *,
    told: str,
    who: str,
    happened: datetime | None,
    until: datetime | None,
    is_closed: bool = False,
) -> Draft:
    return Draft(
        who=who,
        category=category,
        kind=kind,
        told=told,
        happened_ms=time.time_ns() // 1_000_000 if happened is None else _ms(happened),
        until_ms=None if until is None else _ms(until),
        is_closed=is_closed,
    )


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _ids(state: RoomState, names: tuple[str, ...]) -> list[str]:
    """Stations by their names, or ids."""
    found: list[str] = []
    for name in names:
        named = [one.station_id for one in state.stations.values() if name in {one.name, one.station_id}]
        if len(named) != 1:
            raise NoSuchStationError(station=name)
        found += named
    return found


def _ask_console(draft: Draft, stations: tuple[str, ...], *, reference: str = "") -> str:
    """Have the console file it that is open on this computer; the reference, empty where none is open."""
    home = Home.default()
    ask = {
        **{name: getattr(draft, name) for name in ("told", "who", "category", "kind", "happened_ms", "until_ms")},
        "reference": reference,
        "stations": stations,
        "is_closed": draft.is_closed,
    }
    try:
        link = own_console(home, open_own_keys(home).signing)
        try:
            return link.ask(checked(AskIncident, ask))
        finally:
            link.close()
    except (NotServingError, NotReachedError):
        return ""


def _tell(reference: str) -> None:
    click.echo(words.say("incident.reference_told", "en", reference=reference))
    click.echo("It waits to be sent: pocus room incident send", err=True)


def _row(one: Filed) -> dict[str, object]:
    incident = one.report.incident
    return {
        "reference": one.reference,
        "category": incident.last.category,
        "kind": incident.last.kind,
        "entries": len(incident.entries),
        "is_closed": incident.last.is_closed,
        "is_received": one.receipt is not None,
        "told": incident.entries[0].told,
    }


def _line(one: Filed, language: str) -> str:
    incident = one.report.incident
    state = words.say("incident.is_closed" if incident.last.is_closed else "incident.is_open", language)
    sent = "received" if one.receipt is not None else "waits"
    told = plain(" ".join(incident.entries[0].told.split()))[:80]
    return "  ".join((one.reference, classed(incident.last, language), state, sent, told))
