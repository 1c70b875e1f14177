"""A room without a network of its own: everything to and from its stations goes through the console, and a stick."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.app.station import Station
from pocus_desktop.bundle.library import Library
from pocus_desktop.hub.carried import take_folder
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.relay_view import by_sitting, by_station
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox
from tests.e2e.academy import CANDIDATE, delivered
from tests.e2e.relayed import CENTRE, World
from tests.hub.loopback import serving


@pytest.fixture
def world(playable: Path, tmp_path: Path) -> Iterator[World]:
    made = World.found(tmp_path, playable)
    yield made
    made.workshop.close()


def _ask_again(station: Station, world: World) -> None:
    """As the station does within a minute by itself."""
    station.outbox.retry(now_ms=world.now_ms)
    station._deliveries._worker.wake()


def test_from_the_academy_to_a_cleared_outbox_without_any_other_network(world: World) -> None:
    admitted = world.admit()
    desk = world.desk()
    fetched = desk.fetch([str(world.depot.folder)])
    assert [each.bundle_id for each in fetched.mirrored.listings] == [world.workshop.built.manifest.bundle_id]
    with world.room(desk):
        got = world.stock("desk-1")
        assert (got.admissions, got.problems) == (1, ())
        assert len(Library(world.home("desk-1").library).entries()) == 1
        again = world.stock("desk-1")
        assert again.stocked.fetched == (), "what is here is not fetched again"

        station = world.station("desk-1")
        opened = world.sat(station, admitted)
        told = delivered(opened, "held")
        assert "centre's computer keeps" in told.delivery_told.what
        assert told.receipt_lines == ()
        [row] = station.outbox.rows()
        outlook = station.waiting("en")
        assert outlook is not None
        assert "centre's computer keeps" in outlook.what

        [held] = desk.held()
        assert (held.station, held.where) == (world.keys["desk-1"].signing.key_id, "waiting")
        sealed = desk.holding.outbox.envelope(row.digest)
        assert CANDIDATE.encode() not in sealed, "the centre holds what it cannot read"
        sitting = opened.sitting.state.opened.sitting
        assert by_sitting(desk.held())[sitting].is_copied
        assert not by_sitting(desk.held())[sitting].is_sent

        assert [one.became for one in desk.stick(world.stick)] == ["written"]
        assert by_station(desk.held(), {held.station: "desk-1"})[0].carried == 1
        [carried] = take_folder(world.workshop.hub, world.stick)
        assert carried.is_new
        assert [one.became for one in desk.stick(world.stick)] == ["received"]
        assert by_sitting(desk.held())[sitting].is_sent

        _ask_again(station, world)
        told = delivered(opened, "received")
        assert told.receipt_lines != ()
        [row] = station.outbox.rows()
        assert row.status is Status.DONE
        document = station.outbox.receipt(row.digest)
        assert document is not None
        hubs = [world.workshop.academy.signing.public]
        assert verify_receipt(document, hubs, sealed_digest=row.digest).sitting == sitting
        opened.close()
        station.close()
    desk.close()
    [standing] = world.workshop.hub.standings()
    assert (standing.sitting, str(standing.status)) == (sitting, "scored")


def test_a_station_that_is_carried_away_meets_the_hub_itself_and_makes_no_double(world: World) -> None:
    """The centre keeps a result; before it sends it on, the station itself has met the hub elsewhere."""
    admitted = world.admit()
    hub = world.workshop.hub
    desk = world.desk()
    desk.fetch([str(world.depot.folder)])
    with world.room(desk):
        world.stock("desk-1")
        station = world.station("desk-1")
        opened = world.sat(station, admitted)
        delivered(opened, "held")
        opened.close()
        station.close()
    desk.close()

    with serving(hub) as url:
        hubs = [world.workshop.academy.signing.public]
        direct = HttpsTransport(url, key=world.keys["desk-1"].signing)
        box = Outbox(world.home("desk-1").outbox, direct, hubs)
        box.retry(now_ms=world.now_ms)
        [own] = box.run_once(world.now_ms)
        assert own.receipt is not None
        desk = world.desk(transport=HttpsTransport(url, key=world.keys[CENTRE].signing))
        [sent] = desk.send()
        assert sent.receipt == own.receipt
        assert desk.holding.outbox.receipt(sent.digest) == box.receipt(own.digest)
        box.close()
        desk.close()
    assert len(hub.standings()) == 1


def test_two_consoles_hold_the_same_and_the_hub_has_it_once(world: World) -> None:
    """The console is swapped during the day; both computers' sticks reach the academy, and one receipt clears all."""
    admitted = world.admit()
    first = world.desk()
    first.fetch([str(world.depot.folder)])
    with world.room(first):
        world.stock("desk-1")
        station = world.station("desk-1")
        opened = world.sat(station, admitted)
        delivered(opened, "held")
        world.home("desk-1").paired_rooms.unlink()
        assert not station.outbox.reaches(), "it holds on to no room that it is not paired with any more"
    second = world.desk("console-2")
    with world.room(second, computer="console-2"):
        station.outbox.retry(now_ms=world.now_ms)
        station.outbox.run_once(world.now_ms)
        [held], [before] = second.held(), first.held()
        assert held.digest == before.digest
        assert [one.became for desk in (first, second) for one in desk.stick(world.stick)] == ["written", "written"]
        [carried] = take_folder(world.workshop.hub, world.stick)
        assert carried.is_new
        for desk in (second, first):
            assert [one.became for one in desk.stick(world.stick)] == ["received"]
        _ask_again(station, world)
        delivered(opened, "received")
        opened.close()
        station.close()
    first.close()
    second.close()
    assert len(world.workshop.hub.standings()) == 1


def test_a_centre_without_bundles_says_so_and_nothing_is_made_worse(world: World) -> None:
    world.admit()
    desk = world.desk()
    with world.room(desk):
        with pytest.raises(PocusError) as told:
            world.stock("desk-1")
        assert told.value.code == "trust.no_carrier"
    desk.close()
