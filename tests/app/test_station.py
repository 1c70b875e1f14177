"""A station end to end: a real bundle, a real journal, a hub in this process, a verified receipt."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.errors import WrongCandidateError
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.sign_in import sign_in_verifier
from pocus_desktop.admission.trusting import Override
from pocus_desktop.app.station import NoSuchAdmissionError, OpenSitting
from pocus_desktop.app.station_keys import station_keys
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.errors import MovedAwayError
from pocus_desktop.sitting.folder import MovedAway, SittingFolder
from pocus_desktop.sitting.views import CaseView, HandedInView, ReviewView, View
from tests.bundle.trust.academy import DAY_MS, Academy, key

CODE = "river-42"


class World:
    """One academy, one station, one sealed bundle."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.station = workshop.station()

    def admit(self) -> str:
        candidate = Candidate(id="C-1001", display_name="Alex Moreno")
        return self.station.admit(self.workshop.admission(candidate=candidate, mode=Mode.LIVE, start_code=CODE))

    def restart(self) -> None:
        self.station.close()
        self.station = self.workshop.station()

    def close(self) -> None:
        self.station.close()
        self.workshop.close()


@pytest.fixture
def world(source: Path, tmp_path: Path) -> Iterator[World]:
    samples = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    made = World(Workshop.open(tmp_path, source=source, recipe=Recipe(mode="sealed"), clock=SystemClock()))
    yield made
    made.close()


def _until(opened: OpenSitting, reached: Callable[[View], bool]) -> View:
    """Wait for the threads behind a sitting to show what is reached; bounded."""
    views: SimpleQueue[View] = SimpleQueue()
    opened.on_view(views.put)
    view = opened.view()
    while not reached(view):
        view = views.get(timeout=20)
    return view


def _at(opened: OpenSitting, kind: type, step: str = "") -> View:
    return _until(opened, lambda view: isinstance(view.screen, kind) and step in {"", getattr(view.screen, "step", "")})


def _sit_to_the_first_step(opened: OpenSitting) -> None:
    for intent in (
        intents.ConfirmIdentity(start_code=CODE),
        intents.PassSystemCheck(),
        intents.AcceptAgreement(version="1"),
        intents.FinishComfort(),
        intents.FinishTutorial(),
        intents.StartCase(),
    ):
        opened.handle(intent)
    _at(opened, CaseView, "arrival")


def test_a_live_sitting_is_sealed_received_scored_and_receipted(world: World) -> None:
    admission_id = world.admit()
    [choice] = world.station.choices("es")
    assert (choice.title, choice.is_resumable) == ("Pierna dolorida", False)
    opened = world.station.open(candidate_id="c-1001", admission_id=admission_id, language="es")
    _sit_to_the_first_step(opened)
    opened.handle(intents.Answer(item="side", response=ChoiceResponse(choices=("left",))))
    opened.handle(intents.GoNext(is_confirmed=True))
    _at(opened, CaseView, "decision")
    opened.handle(intents.GoNext(is_confirmed=True))
    _at(opened, ReviewView)
    opened.handle(intents.HandIn(is_confirmed=True))
    view = _until(
        opened,
        lambda view: isinstance(view.screen, HandedInView) and view.screen.delivery == "received",
    )
    assert isinstance(view.screen, HandedInView)
    assert view.screen.receipt_qr
    assert view.screen.score is None, "a live sitting shows no score"
    hub = world.workshop.hub
    [standing] = hub.standings()
    report = hub.report(standing.sitting)
    assert report is not None
    assert (report.points, report.max_points) == (1, 2)


def test_a_station_closed_in_the_middle_goes_on_where_it_was(world: World) -> None:
    admission_id = world.admit()
    opened = world.station.open(candidate_id="C-1001", admission_id=admission_id, language="en")
    _sit_to_the_first_step(opened)
    opened.handle(intents.Answer(item="side", response=ChoiceResponse(choices=("right",))))
    _until(opened, lambda view: isinstance(view.screen, CaseView) and view.screen.items[0].response is not None)
    opened.close()
    world.restart()
    [choice] = world.station.choices("en")
    assert choice.is_resumable
    again = world.station.open(candidate_id="C-1001", admission_id=admission_id, language="en")
    view = _at(again, CaseView, "arrival")
    assert isinstance(view.screen, CaseView)
    assert view.screen.items[0].response == ChoiceResponse(choices=("right",))
    again.close()


def test_what_is_heard_and_allowed_while_the_station_runs_counts_at_once(world: World, tmp_path: Path) -> None:
    home, admission_id = world.workshop.home, world.admit()
    long_ago_ms = SystemClock().read().wall_ms - 200 * DAY_MS
    academy = Academy(folder=tmp_path / "depot")
    academy.found(now_ms=long_ago_ms)
    Enrolment(publishers=(), hubs=(key("hub").public,)).save(home.trust)
    client = TrustClient(home.trust_state)
    client.enrol(academy.root)
    client.refresh([FolderCarrier(academy.folder)], now_ms=long_ago_ms)

    def refused() -> str:
        with pytest.raises(PocusError) as caught:
            world.station.open(candidate_id="C-1001", admission_id=admission_id, language="en")
        return caught.value.code

    assert refused() == "sitting.stale_needs_override"
    Override(reason="The stick broke.", at_ms=SystemClock().read().wall_ms).save(home.stale_override)
    assert refused() == "crypto.not_enough_signatures", "the word counts; the academy's people signed no such bundle"


def test_another_candidate_is_refused_by_name(world: World) -> None:
    admission_id = world.admit()
    with pytest.raises(WrongCandidateError):
        world.station.open(candidate_id="C-9999", admission_id=admission_id, language="en")
    with pytest.raises(NoSuchAdmissionError):
        world.station.open(candidate_id="C-1001", admission_id="adm_nowhere", language="en")


def test_an_admission_whose_bundle_is_missing_says_so_among_the_choices(world: World) -> None:
    Library(world.workshop.home.library).remove("sore-leg", 1)
    world.admit()
    [choice] = world.station.choices("en")
    assert not choice.is_resumable
    assert "sore-leg" in choice.told


def test_who_has_a_code_is_asked_for_it_and_told_that_the_sitting_was_moved_away(world: World) -> None:
    workshop = world.workshop
    envelope = workshop.admission(candidate=Candidate(id="C-1001", display_name="Alex Moreno"), mode=Mode.TRIAL)
    plain = admissions.verify(envelope, [workshop.academy.signing.public]).admission
    verifier = sign_in_verifier("7KQ-4TN", admission_id=plain.admission_id)
    with_code = plain.model_copy(update={"sign_in_code": verifier})
    admission_id = world.station.admit(admissions.issue(with_code, [workshop.academy.signing]))

    def opened() -> OpenSitting:
        return world.station.open(candidate_id="C-1001", admission_id=admission_id, language="en", code="7KQ-4TN")

    opened().close()
    folder = SittingFolder(path=workshop.home.sittings / admission_id)
    folder.keep_moved(MovedAway(at_ms=1_790_000_000_000, last_seq=3, head="00" * 32, to="a stick"))
    [choice] = world.station.choices("en")
    assert (choice.title, choice.needs_code, choice.is_resumable) == ("Sore leg", True, False)
    assert "a stick" in choice.told
    with pytest.raises(MovedAwayError):
        opened()


def test_a_damaged_admission_is_among_the_choices_with_its_reason(world: World) -> None:
    path = world.workshop.home.admission(world.admit())
    path.write_bytes(path.read_bytes().replace(b"A", b"B", 3))
    [choice] = world.station.choices("en")
    assert choice.told


def test_station_keys_are_made_once(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path, "passphrase")
    assert station_keys(store) == station_keys(FileKeyStore(tmp_path, "passphrase"))


@pytest.mark.parametrize("name", ["station-signing", "station-sealing"])
def test_a_start_cut_short_between_the_two_keys_keeps_the_one_there_is(name: str, tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path, "passphrase")
    store.store(name, b"k" * 32)
    keys = station_keys(store)
    seeds = {"station-signing": keys.signing.seed, "station-sealing": keys.sealing.seed}
    assert seeds[name] == b"k" * 32
    assert station_keys(store) == keys
