"""A station that has nobody but its room's console is not fooled by it, and loses nothing to a bad cable."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, Candidate
from pocus_desktop.admission.handing_out import write_admissions, write_releases
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.relay_desk import RelayDesk
from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.link import Address
from pocus_desktop.proctoring.pairing import load_rooms, save_rooms
from pocus_desktop.proctoring.relay import Relay
from tests.conftest import small_source
from tests.e2e.academy import flip
from tests.e2e.relayed import World
from tests.sync.weak_link import cut_coming, weak_link


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sound: bytes) -> Iterator[World]:
    source = small_source(tmp_path_factory.mktemp("source") / "sore-leg")
    (source / "media" / "arrival.ogg").write_bytes(sound)
    made = World.found(tmp_path_factory.mktemp("world"), source)
    made.admit()
    yield made
    made.workshop.close()


@pytest.fixture
def desk(world: World) -> Iterator[RelayDesk]:
    made = world.desk()
    made.fetch([str(world.depot.folder)])
    yield made
    made.close()


@pytest.fixture
def name(world: World, request: pytest.FixtureRequest) -> str:
    """A station of the test's own."""
    fresh = f"desk-{len(world.keys)}"
    world.add(fresh, kind="station")
    return fresh


def _here(world: World, name: str) -> int:
    return len(Library(world.home(name).library).entries())


def test_a_cable_that_drops_costs_what_was_cut(world: World, desk: RelayDesk, name: str) -> None:
    with world.room(desk) as console, weak_link(f"http://{console.addresses[0]}") as link:
        link.otherwise = cut_coming(60_000)
        path = world.home(name).paired_rooms
        save_rooms(path, [replace(room, address=Address("127.0.0.1", link.port)) for room in load_rooms(path)])
        got = world.stock(name)
        assert got.stocked.failed == ()
        [fetched] = got.stocked.fetched
        assert link.count > 3, "it was cut"
    container = next((world.home("north").relay / "depot" / "bundles").iterdir())
    assert fetched.received_bytes < 1.5 * container.stat().st_size
    assert _here(world, name) == 1


def test_changed_bytes_of_a_bundle_are_refused_by_name(world: World, desk: RelayDesk, name: str) -> None:
    container = next((world.home("north").relay / "depot" / "bundles").iterdir())
    sound = container.read_bytes()
    container.unlink()  # it has a second name in the library
    container.write_bytes(sound)
    flip(container, len(sound) // 2)
    with world.room(desk):
        got = world.stock(name)
        [(listing, problem)] = got.stocked.failed
        assert (problem.code, problem.params["reason"]) == ("depot.incomplete", "depot.wrong_bytes")
        assert _here(world, name) == 0
        container.write_bytes(sound)
        again = world.stock(name)
        assert [each.entry.bundle_id for each in again.stocked.fetched] == [listing.bundle_id]
        assert _here(world, name) == 1


def test_papers_that_nobody_signed_are_refused(world: World, desk: RelayDesk, name: str) -> None:
    made = Admission(
        admission_id=admissions.new_admission_id(),
        candidate=Candidate(id="C-666", display_name="Nobody"),
        bundle_id=world.workshop.built.manifest.bundle_id,
        minimum_version=1,
        mode=Mode.TRIAL,
        recipients=(world.workshop.academy.sealing.public,),
    )
    forged = admissions.issue(made, [SigningKey.generate()])

    class Forged:
        def admissions(self, _station: PublicKey) -> bytes:
            return write_admissions((forged,))

        def releases(self, _station: PublicKey) -> bytes:
            return write_releases((forged,))

    def lying(relay: Relay) -> Relay:
        return replace(relay, papers=Forged())

    with world.room(desk, changed=lying):
        got = world.stock(name)
    [(_, problem)] = got.problems
    assert problem.code == "crypto.not_enough_signatures"
    assert got.admissions == 0
    assert not list(world.home(name).admissions.glob("*"))


def test_each_station_is_given_its_own_admissions(world: World, desk: RelayDesk, name: str) -> None:
    """And what stands in the centre's home unsigned is given to nobody."""
    (world.home("north").admissions / "adm_torn.admission").write_bytes(b"{")
    with world.room(desk):
        assert world.stock(name).admissions == 1
    (world.home("north").admissions / "adm_torn.admission").unlink()


def test_old_metadata_is_refused_by_name(world: World, desk: RelayDesk, name: str) -> None:
    """The station has heard of the academy elsewhere since the console fetched."""
    with world.room(desk):
        world.stock(name)
        now_ms = SystemClock().read().wall_ms
        world.depot.publish(now_ms=now_ms)
        client = TrustClient(world.home(name).trust_state)
        known = client.refresh([FolderCarrier(world.depot.folder)], now_ms=now_ms).state
        with pytest.raises(PocusError) as told:
            world.stock(name)
        assert told.value.code == "trust.rolled_back"
        assert client.state() == known
        assert _here(world, name) == 1
