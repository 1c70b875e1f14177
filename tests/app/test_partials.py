"""Partial results: when they are sealed, that they go, that newer ones replace them, that nothing waits for them."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.partials import EVERY_MS, HELD_TIMES, LEAST_MS, VARIABLE, Partials, asked_ms
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.receipt import issue_receipt
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.writer import InlineWriter
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.engine import Row, Status
from pocus_desktop.sync.errors import GaveWayError, HeldByCentreError, NoConnectionError
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.store import OutboxStore
from tests.hub.school import BUNDLE, MANIFEST, VERSION, School

BEGIN: tuple[Intent, ...] = (
    intents.ConfirmIdentity(),
    intents.PassSystemCheck(),
    intents.AcceptAgreement(version="1"),
    intents.FinishComfort(),
    intents.FinishTutorial(),
    intents.StartCase(),
)


@dataclass
class Line(httpx2.BaseTransport):
    """The network to the hub, up or down."""

    hub: httpx2.BaseTransport
    is_up: bool = True

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if not self.is_up:
            raise httpx2.ConnectError("no route", request=request)
        return self.hub.handle_request(request)


@dataclass
class World:
    """A station with a sitting under way."""

    school: School
    hub: Hub
    line: Line
    outbox: Outbox
    partials: Partials
    sitting: Sitting
    woken: list[int]

    def later(self, ms: int) -> None:
        self.school.clock.advance(ms=ms)
        self.sitting.tick()

    def answer(self, choice: str) -> None:
        self.sitting.handle(intents.Answer(item="compressible", response=ChoiceResponse(choices=(choice,))))

    def send(self) -> None:
        self.outbox.run_once(self.school.clock.read().wall_ms)

    def hand_in(self) -> str:
        plan = intents.Answer(item="treatment", response=ChoiceResponse(choices=("treat",)))
        for intent in (intents.GoNext(), plan, intents.GoNext(), intents.HandIn(is_confirmed=True)):
            self.sitting.handle(intent)
        assert self.sitting.sealed is not None
        return self.outbox.enqueue(Path(self.sitting.sealed.sealed_path), now_ms=self.school.clock.read().wall_ms)


@pytest.fixture
def open_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(mode: Mode = Mode.TRIAL, every_ms: int = EVERY_MS) -> World:
        school = School(folder=tmp_path)
        hub = school.hub()
        line = Line(hub=InProcessTransport(create_app(hub)))
        transport = HttpsTransport("https://hub.invalid", transport=line)
        outbox = Outbox(tmp_path / "outbox", transport, [school.keys.signing.public])
        woken: list[int] = []
        partials = Partials(outbox, clock=school.clock, wake=lambda: woken.append(1), every_ms=every_ms)
        sitting = Sitting.open(
            tmp_path / "sitting",
            admission=admissions.verify(school.admission(mode=mode), [school.keys.signing.public]),
            material=Material(
                bundle_id=BUNDLE, bundle_version=VERSION, manifest_digest=MANIFEST, assessment=school.assessment
            ),
            station=school.station,
            clock=school.clock,
            writer=InlineWriter(),
        )
        for intent in BEGIN:
            sitting.handle(intent)
        partials.watch(sitting)
        made.append(
            World(school=school, hub=hub, line=line, outbox=outbox, partials=partials, sitting=sitting, woken=woken)
        )
        return made[-1]

    yield make
    for world in made:
        world.partials.close()
        world.sitting.close()
        world.outbox.close()
        world.hub.close()


OpenWorld = Callable[..., World]


def test_every_few_minutes_what_is_new_reaches_the_hub(open_world: OpenWorld) -> None:
    world = open_world()
    world.answer("no")
    assert world.partials.look() == (), "not yet"
    world.later(EVERY_MS)
    [digest] = world.partials.look()
    assert world.woken == [1]
    world.send()
    [standing] = world.hub.standings()
    assert (standing.digest, standing.is_partial) == (digest, True)
    world.later(EVERY_MS)
    assert world.partials.look() == (), "time alone is no news"
    world.later(EVERY_MS)
    world.answer("yes")
    [newer] = world.partials.look()
    world.send()
    assert [row.digest for row in world.outbox.rows()] == [newer], "what is signed for twice over is not kept twice"
    final = world.hand_in()
    world.later(EVERY_MS)
    assert world.partials.look() == (), "it is handed in"
    world.send()
    [standing] = world.hub.standings()
    assert (standing.digest, standing.is_partial) == (final, False)
    assert [(row.digest, row.status) for row in world.outbox.rows()] == [(final, Status.DONE)]
    assert sorted(path.name for path in world.outbox.folder.glob("[0-9a-f]*")) == [final, f"{final}.receipt"]


def test_nothing_is_sealed_where_no_hub_can_be_reached(open_world: OpenWorld) -> None:
    world = open_world()
    world.line.is_up = False
    world.later(EVERY_MS)
    world.answer("no")
    assert world.partials.look() == ()
    assert world.outbox.rows() == ()
    world.line.is_up = True
    assert len(world.partials.look()) == 1


def test_nothing_is_sealed_while_anything_waits(open_world: OpenWorld) -> None:
    world = open_world()
    world.answer("no")
    world.later(EVERY_MS)
    assert len(world.partials.look()) == 1
    world.answer("yes")
    world.later(EVERY_MS)
    assert world.partials.look() == ()


def test_what_the_rooms_relay_keeps_is_followed_by_newer_parts_and_is_not_kept_twice(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = open_world()
    kept: list[str] = []

    def held(_self: object, _envelope: bytes, digest: str, **_how: object) -> bytes:
        kept.append(digest)
        raise HeldByCentreError(reason="waiting")

    monkeypatch.setattr(HttpsTransport, "upload", held)
    world.answer("no")
    world.later(EVERY_MS)
    [first] = world.partials.look()
    world.send()
    world.answer("yes")
    world.later(EVERY_MS)
    assert world.partials.look() == (), "a relay lets nothing go, so that it is brought less"
    world.later((HELD_TIMES - 1) * EVERY_MS)
    [second] = world.partials.look()
    world.send()
    assert kept[0] == first
    assert kept[-1] == second
    assert [row.digest for row in world.outbox.rows()] == [second]
    final = world.hand_in()
    assert [row.digest for row in world.outbox.rows()] == [final]


def test_the_end_of_a_phase_counts_but_not_every_few_seconds(open_world: OpenWorld) -> None:
    world = open_world()
    [watched] = world.partials._watched
    world.answer("no")
    watched.is_phase_over = True
    world.later(LEAST_MS - 1)
    assert world.partials.look() == ()
    world.later(1)
    assert len(world.partials.look()) == 1
    assert not watched.is_phase_over


def test_another_phase_in_sight_is_noted(open_world: OpenWorld) -> None:
    world = open_world()
    [watched] = world.partials._watched
    world.answer("no")
    assert (watched.phase is not None, watched.is_phase_over) == (True, False)
    watched.phase = ("A case before", 0)
    world.answer("yes")
    assert watched.is_phase_over


@pytest.mark.parametrize(("mode", "every_ms"), [(Mode.DEMO, EVERY_MS), (Mode.TRIAL, 0)])
def test_what_does_not_count_is_not_watched(open_world: OpenWorld, mode: Mode, every_ms: int) -> None:
    world = open_world(mode, every_ms)
    world.answer("no")
    world.later(EVERY_MS)
    assert world.partials.look() == ()


def test_a_sitting_that_was_left_is_not_looked_at(open_world: OpenWorld) -> None:
    world = open_world()
    world.answer("no")
    world.later(EVERY_MS)
    world.partials.leave(world.sitting)
    assert world.partials.look() == ()


def test_a_newer_part_and_then_the_whole_take_the_place_of_what_was_not_sent(open_world: OpenWorld) -> None:
    world = open_world()
    for choice in ("no", "yes"):
        world.answer(choice)
        world.later(EVERY_MS)
        world.sitting.unsealed(
            lambda unsealed: world.outbox.take_in(unsealed.seal(sealed_at_ms=1), now_ms=1)  # type: ignore[arg-type]
        )
        assert len(world.outbox.rows()) == 1
    final = world.hand_in()
    assert [row.digest for row in world.outbox.rows()] == [final]
    assert [path.name for path in world.outbox.folder.glob("[0-9a-f]*")] == [final]


@pytest.mark.parametrize(("told", "every_ms"), [("", EVERY_MS), ("10", 600_000), ("0", 0), ("often", EVERY_MS)])
def test_how_often_is_a_setting(monkeypatch: pytest.MonkeyPatch, told: str, every_ms: int) -> None:
    monkeypatch.setenv(VARIABLE, told)
    assert asked_ms() == every_ms


class Slow:
    """Takes pieces until something goes first."""

    name = "slow"

    def __init__(self, school: School) -> None:
        self.school = school
        self.began = threading.Event()
        self.delivered: list[str] = []

    def reaches(self) -> bool:
        return True

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        self.delivered.append(digest)
        assert hashlib.sha256(envelope).hexdigest() == digest
        return issue_receipt(
            self.school.keys.signing, sealed_digest=digest, sitting="s", last_seq=1, received_at_ms=1, is_partial=False
        )

    def upload(
        self,
        envelope: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Callable[[str, int], None],
        is_wanted: Callable[[], bool],
    ) -> bytes:
        moved("https://hub/v1/uploads/x", min(offset + 10, len(envelope)))
        self.began.set()
        pause = threading.Event()
        for _ in range(2_000):
            if not is_wanted():
                raise GaveWayError(host=digest[:6])
            pause.wait(0.01)
        raise NoConnectionError(host=upload)

    def close(self) -> None:
        """Nothing is open."""


def test_a_part_under_way_makes_room_at_once_for_the_whole(tmp_path: Path) -> None:
    school = School(folder=tmp_path)
    sat, slow = school.sit(), Slow(school)
    outbox = Outbox(tmp_path / "outbox", slow, [school.keys.signing.public])
    outbox.take_in(sat.partial, now_ms=1)
    attempts: list[object] = []
    thread = threading.Thread(target=lambda: attempts.extend(outbox.run_once(5)))
    thread.start()
    assert slow.began.wait(20)
    final = outbox.enqueue(sat.final_path, now_ms=2)
    thread.join(20)
    assert not thread.is_alive()
    assert slow.delivered == [final], "in the same round"
    assert [(row.digest, row.status) for row in outbox.rows()] == [(final, Status.DONE)]
    assert len(attempts) == 1, "giving way is no failure"
    outbox.close()


def test_a_whole_that_comes_just_as_a_part_was_chosen_is_not_overlooked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = School(folder=tmp_path)
    part, whole, slow = school.sit().partial, school.sit().final_path, Slow(school)
    outbox = Outbox(tmp_path / "outbox", slow, [school.keys.signing.public])
    outbox.take_in(part, now_ms=1)
    change, coming = OutboxStore.change, [whole]

    def changes(self: OutboxStore, digest: str, work: Callable[[Row], Row]) -> Row | None:
        if coming:
            outbox.enqueue(coming.pop(), now_ms=2)
        return change(self, digest, work)

    monkeypatch.setattr(OutboxStore, "change", changes)
    [attempt] = outbox.run_once(5)
    assert slow.delivered == [attempt.digest], "giving way is no failure"
    assert attempt.receipt is not None
    outbox.close()
