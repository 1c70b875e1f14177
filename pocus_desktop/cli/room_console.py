"""`pocus room serve|show|order|…`: hold a room open without a window, and drive one that is open on this computer."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click

from pocus_desktop.admission.admission import Admission, check, folded
from pocus_desktop.admission.documents import checked
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.roster_folder import rosters
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.cli.qr import qr_option, show_parts
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.kernel.words import languages
from pocus_desktop.proctoring.asks import AskCheckIn, AskHand, AskLetIn, AskOrder, AskSeat, AskWithdraw
from pocus_desktop.proctoring.check_in import NotOnTheListError
from pocus_desktop.proctoring.hosting import own_console
from pocus_desktop.proctoring.link import DEFAULT_PORT, RoomLink, read_address
from pocus_desktop.proctoring.pairing import load_rooms, pair, room_qr, room_words, save_rooms, with_room
from pocus_desktop.proctoring.tls import room_key

KINDS: Final = (
    "authorise",
    "pause",
    "resume",
    "add-time",
    "remove-time",
    "message",
    "lower-hand",
    "break",
    "end",
    "void",
)
_UNDER_WAY: Final = frozenset({"asked", "sent"})
_LOOK_S: Final = 0.1
_by = click.option("--by", "who", required=True, help="The proctor's name.")


@click.command()
@click.option("--name", default="Room", show_default=True, help="What people call the room.")
@click.option("--host", default="0.0.0.0", show_default=True, help="The address to listen at.")  # noqa: S104 - the LAN
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0: a free one.")
@click.option("--peer", "peers", multiple=True, metavar="ADDRESS", help="Another console of this centre.")
@pass_faces
@click.pass_context
def serve(context: click.Context, faces: Faces, name: str, host: str, port: int, peers: tuple[str, ...]) -> None:
    """Hold the centre's room open on this computer, without a window, until it is stopped."""

    def ready(addresses: Sequence[str]) -> None:
        click.echo(f"The room is open at {', '.join(addresses)}.")
        click.echo("Stations of this centre: pocus room join ADDRESS. Others need the words: pocus room pair.")

    passphrase = os.environ.get(PASSPHRASE_VARIABLE)
    context.exit(faces.serve_room(name=name, host=host, port=port, peers=peers, passphrase=passphrase, on_ready=ready))


@click.command()
@click.option("--address", help="Of this console, as stations reach it; for the QR code.")
@click.option("--language", type=click.Choice(languages()), default="en", show_default=True, help="Of the words.")
@qr_option
def pair_words(address: str | None, language: str, pictures: Path | None) -> None:
    """Show the console's words and QR code, for stations that are not of this centre."""
    key = room_key(open_keystore(Home.default().keys, os.environ.get(PASSPHRASE_VARIABLE)))
    told = room_words(key.public, language)
    for first in range(0, len(told), 4):
        click.echo("   ".join(f"{number:2} {told[number - 1]:<10}" for number in range(first + 1, first + 5)).rstrip())
    if address is not None:
        show_parts([room_qr(read_address(address), key.public)], pictures)
    elif pictures is not None:
        raise click.UsageError("The QR code holds the console's address: give it with --address.")


@click.command()
@click.argument("address")
@click.option("--words", "typed", default="", help="The twelve words that the console shows.")
def join(address: str, typed: str) -> None:
    """At a station: come to know the console at ADDRESS, or of a QR code's text.

    A console of this station's own centre needs no words: its centre vouches for it.
    """
    home = Home.default()
    trusting, keys = Trusting.load(home), open_own_keys(home)
    grant = held_grant(home, trusting.hubs, keys)
    centre = grant.centre if grant is not None else None
    found = pair(address, centre=centre, words=typed, now_ms=time.time_ns() // 1_000_000)
    save_rooms(home.paired_rooms, with_room(load_rooms(home.paired_rooms), found))
    if found.way == "card":
        click.echo(f"{found.name} at {found.address} is of this station's centre: its orders are obeyed here.")
    else:
        click.echo(f"The console at {found.address} sees this station from now on. It is of no centre that this")
        click.echo("station knows, so its orders are not obeyed here: use codes, or the centre's own console.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(*, as_json: bool) -> None:
    """Show the room that is open on this computer: who needs someone first."""
    with _console() as link:
        seen = link.see()
    if as_json:
        click.echo(json.dumps(seen))
        return
    if seen["trouble"]:
        click.secho(seen["trouble"], fg="red")
    click.echo(seen["headline"])
    for incident in seen["incidents"]:
        click.echo(f"INCIDENT  {incident['reference']}  {incident['told']}")
    for row in seen["rows"]:
        click.echo(_line(row))
        for mark in row["marks"]:
            click.echo(f"          - {mark['told']}")
        for order in row["orders"][-3:]:
            click.echo(f"          · {_told(order)}  ({order['order_id']})")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--station", "stations", multiple=True, help="Its name or id; may be given often.")
@click.option("--all", "is_all", is_flag=True, help="Every station at which someone sits.")
@_by
@click.option("--reason", default="", help="Why; the candidate is told.")
@click.option("--minutes", type=click.IntRange(min=1), help="Of time, or of a break.")
@click.option("--scope", default="sitting", show_default=True, help="Of time: sitting, or a limit as KIND:ID.")
@click.option("--text", default="", help="Of a message, or of the answer to a raised hand.")
@click.option("--clock-runs", "clock_runs", is_flag=True, help="Of a break: the candidate's time runs on meanwhile.")
@click.option("--wait", "wait_s", type=float, default=0.0, help="Seconds to wait for what comes of it.")
@click.pass_context
def order(
    context: click.Context,
    kind: str,
    stations: tuple[str, ...],
    who: str,
    reason: str,
    minutes: int | None,
    scope: str,
    text: str,
    wait_s: float,
    *,
    is_all: bool,
    clock_runs: bool,
) -> None:
    """Order something at stations. It waits for a station that is not linked, two minutes at most."""
    if bool(stations) == is_all:
        raise click.UsageError("Name stations with --station, or say --all.")
    act = _act(kind, minutes=minutes, scope=scope, text=text, clock_runs=clock_runs)
    with _console() as link:
        if is_all:
            stations = tuple(row["station_id"] for row in link.see()["rows"] if row["is_in"] and row["candidate_id"])
        asked = [
            (station, link.ask(checked(AskOrder, {"station": station, "who": who, "reason": reason, "act": act})))
            for station in stations
        ]
        came = _came(link, [order_id for _, order_id in asked], wait_s)
        names = {row["station_id"]: row["name"] for row in link.see()["rows"]}
    for station, order_id in asked:
        line = came[order_id]
        click.echo(f"{names.get(station, station)}: {_told(line)}  ({order_id})")
    if any(line["course"] in {"refused", "again"} for line in came.values()):
        context.exit(1)


@click.command()
@click.argument("order_id")
@_by
def withdraw(order_id: str, who: str) -> None:
    """Give an order up that was not obeyed yet."""
    with _console() as link:
        link.ask(checked(AskWithdraw, {"order_id": order_id, "who": who}))
    click.echo("It goes out no more. If its station had it already, the room will say so.")


@click.command("let-in")
@click.argument("station")
@_by
def let_in(station: str, who: str) -> None:
    """Let a station in that is not of this centre; look first at which computer it is."""
    with _console() as link:
        link.ask(checked(AskLetIn, {"ask": "let-in", "station": station, "who": who}))
    click.echo(f"{station} is in the room.")


@click.command("put-out")
@click.argument("station")
@_by
def put_out(station: str, who: str) -> None:
    """Take a station out of the room; its sitting goes on."""
    with _console() as link:
        link.ask(checked(AskLetIn, {"ask": "put-out", "station": station, "who": who}))
    click.echo(f"{station} is out of the room. Its sitting, if there is one, goes on.")


@click.command()
@click.argument("station")
@click.argument("candidate", required=False)
@_by
def seat(station: str, candidate: str | None, who: str) -> None:
    """Give CANDIDATE the station; without one, free it."""
    with _console() as link:
        link.ask(checked(AskSeat, {"station": station, "candidate_id": candidate, "who": who}))
    click.echo(f"{station}: {candidate or 'free'}")


@click.command("check-in")
@click.argument("candidate")
@click.option("--admission", "admission_id", default="", help="Which, where the candidate has several of that day.")
@click.option("--how", default="document", show_default=True, help="What you compared.")
@_by
def check_in(candidate: str, admission_id: str, how: str, who: str) -> None:
    """Check CANDIDATE in, by the ID of their document: the admission must be of this centre and of now."""
    home = Home.default()
    trusting, keys = Trusting.load(home), open_own_keys(home)
    grant = held_grant(home, trusting.hubs, keys)
    found = {
        one.admission_id: one
        for roster in rosters(home, trusting.hubs)
        for one in (each.admission for each in roster.admissions)
        if folded(one.candidate.id) == folded(candidate) and admission_id in {"", one.admission_id}
    }
    now_ms = time.time_ns() // 1_000_000
    centre_id = grant.centre.centre_id if grant is not None and grant.centre is not None else ""
    admission = _of_now(tuple(found.values()), candidate, now_ms=now_ms, centre_id=centre_id)
    with _console() as link:
        told = {"candidate_id": admission.candidate.id, "admission_id": admission.admission_id, "how": how, "who": who}
        link.ask(checked(AskCheckIn, told))
    click.echo(f"{admission.candidate.display_name} ({admission.candidate.id}) is checked in.")


def _of_now(found: tuple[Admission, ...], candidate: str, *, now_ms: int, centre_id: str) -> Admission:
    """The admission that counts now.

    Raises:
        NotOnTheListError: There is none.
        PocusError: `sitting.*`: why none of them counts now.
        click.UsageError: There are several.
    """
    if not found:
        raise NotOnTheListError(candidate=candidate)
    open_now: list[Admission] = []
    refused: PocusError | None = None
    for one in found:
        try:
            check(one, now_ms=now_ms, centre_id=centre_id)
        except PocusError as problem:
            refused = problem
        else:
            open_now.append(one)
    if refused is not None and not open_now:
        raise refused
    if len(open_now) > 1:
        raise click.UsageError(f"Name one with --admission: {', '.join(one.admission_id for one in open_now)}")
    return open_now[0]


@click.command()
@click.argument("station")
@_by
def hand(station: str, who: str) -> None:
    """Say that someone is on the way to a raised hand."""
    with _console() as link:
        link.ask(checked(AskHand, {"station": station, "who": who}))
    click.echo(f"{who} is on the way to {station}. The hand stays up until: pocus room order lower-hand")


def _act(kind: str, *, minutes: int | None, scope: str, text: str, clock_runs: bool) -> dict[str, Any]:
    """An act from its options.

    Raises:
        click.UsageError: One is missing.
    """
    if kind in {"add-time", "remove-time", "break"} and minutes is None:
        raise click.UsageError("Say how much with --minutes.")
    if kind == "message" and not text:
        raise click.UsageError("Say what with --text.")
    act: dict[str, Any] = {"kind": kind}
    if minutes is not None and kind == "break":
        act |= {"minutes": minutes, "is_clock_held": not clock_runs}
    elif minutes is not None and kind in {"add-time", "remove-time"}:
        name, _, scope_id = scope.partition(":")
        act |= {"extra_ms": minutes * 60_000, "scope": name, "scope_id": scope_id}
    if kind in {"message", "lower-hand"}:
        act["text"] = text
    return act


def _came(link: RoomLink, order_ids: list[str], wait_s: float) -> dict[str, dict[str, Any]]:
    """How far orders are, once all are through or the wait is over."""
    until = time.monotonic() + wait_s
    while True:
        lines = {line["order_id"]: line for row in link.see()["rows"] for line in row["orders"]}
        found = {order_id: lines[order_id] for order_id in order_ids}
        if time.monotonic() >= until or all(line["course"] not in _UNDER_WAY for line in found.values()):
            return found
        time.sleep(_LOOK_S)


def _line(row: dict[str, Any]) -> str:
    left = "" if row["left_ms"] is None else f"  {timedelta(seconds=row['left_ms'] // 1000)} left"
    who = f"{row['candidate_name']} ({row['candidate_id']})" if row["candidate_name"] else row["candidate_id"]
    step = f"  {row['step_number']}/{row['step_count']}" if row["step_count"] else ""
    return f"{row['urgency']:<8}  {row['name']:<16} {who}  {row['state_told']}{step}{left}".rstrip()


def _told(order: dict[str, Any]) -> str:
    return f"{order['told']}. {order['why']}" if order["why"] else str(order["told"])


@contextmanager
def _console() -> Iterator[RoomLink]:
    """The console that is open on this computer, asked with the centre's key."""
    home = Home.default()
    link = own_console(home, open_own_keys(home).signing)
    try:
        yield link
    finally:
        link.close()
