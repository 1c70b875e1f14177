"""From the portfolio into the sitting: a real station, a real bundle, and the button that opens the right one."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Accommodations, Admission, Candidate
from pocus_desktop.admission.enrolling import request_enrolment
from pocus_desktop.admission.enrolment import accept_grant
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import Order
from pocus_desktop.app import candidate
from pocus_desktop.app import portfolio as own
from pocus_desktop.app.faces import faces
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.bundle.library import Library
from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.main import run
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.kernel.settings import HOME_VARIABLE
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.documents.academy import AreaDecision, Decision, Voucher
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.opening import open_portfolio
from pocus_desktop.programme.papers import write_papers
from pocus_desktop.programme.places import SittingPlace
from pocus_desktop.programme.signing import sign_document
from pocus_desktop.programme.voucher_code import new_code, voucher_id_of
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.launch import make_application, show_sign_in
from pocus_desktop.ui.portfolio.window import PortfolioWindow
from pocus_desktop.ui.words import Words
from tests.hub.loopback import serving
from tests.ui.conftest import named
from tests.ui.portfolio.conftest import settle

DVT = ContentArea.LOWER_EXTREMITY_DVT
NUMBER, PASSPHRASE = "P123456789", "a passphrase"
DAY_MS = 24 * 60 * 60 * 1000


class World:
    """An academy, a candidate's own computer that it enrolled as a station, and the candidate's portfolio there."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop, self.home = workshop, workshop.home
        store = open_keystore(self.home.keys, PASSPHRASE)
        store.store("station-signing", workshop.station_keys.signing.seed)
        store.store("station-sealing", workshop.station_keys.sealing.seed)

    @contextmanager
    def desk(self) -> Iterator[PortfolioDesk]:
        with open_portfolio(self.home, passphrase=PASSPHRASE, clock=self.workshop.clock) as desk:
            yield desk

    def admit(self, *, name: str = "adm-own", mode: Mode = Mode.LIVE, **changed: Any) -> str:
        """Put an admission into the home, as its file would come."""
        given = {"candidate": Candidate(id=NUMBER, display_name="Ana Ruiz"), "mode": mode, "start_code": "r-1"}
        plain = admissions.recall(self.workshop.admission(**given)).admission  # type: ignore[arg-type]
        sealed = admissions.seal_content_key(
            self.workshop.built.content_key, [self.workshop.station_keys.sealing.public], admission_id=name
        )
        made = plain.model_copy(update={"admission_id": name, "content_keys": sealed, **changed})
        made = Admission.model_validate(made.model_dump(mode="json") | {"format": 2})
        self.home.admissions.mkdir(parents=True, exist_ok=True)
        self.home.admission(name).write_bytes(admissions.issue(made, [self.workshop.academy.signing]))
        return name

    def begin_the_clock(self) -> None:
        """Account, application, decision, voucher."""
        academy = self.workshop.academy
        with self.desk() as desk:
            desk.connect(Academy(keys=(academy.signing.public, academy.sealing.public)))
            fields = {"name": "Ana Ruiz", "email": "ana@example.org", "zone": "America/Bogota", "language": "en"}
            desk.write(changes.write_account(desk.portfolio(), now_ms=desk.now_ms, **fields))
            self.give(desk)
            held = desk.view()
            wanted = changes.statements_for(held.portfolio, held.rules, [DVT], held.on)
            made = changes.apply(
                desk.portfolio(),
                held.rules,
                areas=[DVT],
                attested=[(row.id, area) for row, area in wanted],
                language="en",
                lives=held.lives,
                now_ms=held.now_ms,
            )
            desk.write(*made)
            application = changes.application_in(made)
            code = new_code()
            self.give(
                desk,
                Decision(
                    decision_id=new_id("dec"),
                    application_id=application.application_id,
                    decided_on=held.on,
                    areas=(AreaDecision(area=DVT, is_approved=True, rule_ids=("cases-lower-extremity-dvt-2020",)),),
                    rules=held.rules.digest,
                    by="Dora",
                    made_at_ms=held.now_ms,
                ),
                Voucher(voucher_id=voucher_id_of(code), areas=(DVT,), issued_at_ms=held.now_ms - 1),
            )
            desk.write(
                changes.enter_voucher(
                    desk.portfolio(), code=code, application_id=application.application_id, now_ms=desk.now_ms
                )
            )

    def give(self, desk: PortfolioDesk, *documents: Any) -> None:
        signed = [sign_document(one, self.workshop.academy.signing) for one in documents]
        desk.take_papers(write_papers(NUMBER, signed))

    def place(self) -> SittingPlace:
        with self.desk() as desk:
            [found] = desk.view().places
        return found

    def code(self) -> str:
        found = self.place()
        return found.refusal.code if found.refusal is not None else found.code


@pytest.fixture
def world(source: Path, tmp_path: Path) -> Iterator[World]:
    samples = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    workshop = Workshop.open(tmp_path, source=source, recipe=Recipe(mode="sealed"), clock=SystemClock())
    made = World(workshop)
    made.begin_the_clock()
    yield made
    workshop.close()


def test_what_is_in_the_way_here_is_what_the_sign_in_would_say(world: World) -> None:
    workshop, home, now_ms = world.workshop, world.home, world.workshop.clock.read().wall_ms
    assert world.code() == "no-admission"
    world.admit(name="adm-other", station="f" * 64)
    assert world.code() == "station"
    world.admit(name="adm-locked", content_keys=())
    assert world.code() == "station", "another computer leads further than a lock"
    home.admission("adm-other").unlink()
    assert world.code() == "sitting.not_released"
    home.admission("adm-locked").unlink()
    world.admit(window=admissions.Window(not_before_ms=now_ms + DAY_MS, not_after_ms=now_ms + 2 * DAY_MS))
    assert world.code() == "later"
    world.admit()
    assert world.code() == "now"
    manifest = workshop.built.manifest
    world.admit(minimum_version=manifest.version + 1)
    assert world.code() == "bundle.not_in_library"
    world.admit()
    Library(home.library).remove(manifest.bundle_id, manifest.version)
    assert world.code() == "bundle.not_in_library", "nobody says of which area it is, and that is told"
    home.admission("adm-own").write_bytes(b"{}")
    assert world.code() == "no-admission"
    home.trust.unlink()
    world.admit()
    assert world.code() == "no-admission"


def test_a_sitting_that_was_begun_goes_on_and_one_that_was_lost_is_not_begun_again(world: World) -> None:
    name = world.admit()
    station = world.workshop.station()
    station.open(candidate_id=NUMBER, admission_id=name, language="en").close()
    station.close()
    assert world.code() == "go-on"
    world.admit(name="adm-second", attempt=1)
    assert world.code() == "go-on", "the attempt that was begun comes first"
    (world.home.sittings / name).rename(world.home.sittings / "gone")
    world.home.admission("adm-second").unlink()
    assert world.code() == "app.journal_lost"


def test_the_button_opens_the_sitting_of_that_admission(
    world: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_application()
    world.admit(name="adm-a-practice", mode=Mode.TRIAL)
    name = world.admit(name="adm-b-live", accommodations=Accommodations(can_pause=True))
    begun = _pressed(world, monkeypatch)
    opened: list[Any] = []

    def in_front(rooms: Callable[[], Rooms], *, chosen: str, language: str, on_ready: Callable[..., None]) -> int:
        sign_in = show_sign_in(language=language, chosen=chosen)
        shell = CandidateShell(sign_in, rooms())
        on_ready(shell)
        shell.opened.connect(opened.append)
        field = named(sign_in, "candidate-id")
        assert isinstance(field, QLineEdit)
        field.setText(NUMBER)
        QTest.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
        opened[0].close()
        shell.left.emit(shell._host)
        sign_in.close()
        sign_in.deleteLater()
        settle()
        return 0

    monkeypatch.setattr(candidate, "run_candidate", in_front)
    monkeypatch.setattr(candidate, "require_display", lambda: None)
    monkeypatch.setenv(HOME_VARIABLE, str(world.home.folder))
    monkeypatch.setenv(PASSPHRASE_VARIABLE, PASSPHRASE)
    assert run(list(begun[3:]), faces=faces()) == 0
    assert [path.name for path in world.home.sittings.iterdir()] == [name]
    assert world.home.begun(name).exists()


def _pressed(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Press the button in the portfolio's window; the program that it starts."""
    begun: list[tuple[str, ...]] = []

    class Begun:
        def __init__(self, command: tuple[str, ...], *, env: dict[str, str]) -> None:
            assert env[HOME_VARIABLE] == str(world.home.folder)
            begun.append(command)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Begun)
    with world.desk() as desk:
        window = PortfolioWindow(
            desk,
            words=Words("en"),
            sync=lambda: Explanation(what="", next=""),
            carry=lambda _stick, _is_writing: Explanation(what="", next=""),
            read_keys=own.read_academy,
            sit=own.sitting_here(world.home, "en"),
        )
        window.show()
        settle()
        window.go_to("assess")
        settle()
        button = named(window, f"sit:{DVT}")
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
        settle()
        window.close()
        window.deleteLater()
        settle()
    [command] = begun
    return command


def test_an_admission_to_this_computer_comes_with_a_sync_from_a_hub_that_is_served(world: World) -> None:
    workshop, hub = world.workshop, world.workshop.hub
    manifest = workshop.built.manifest
    hub.registry.candidates.add(candidate_id=NUMBER, name="Ana Ruiz", who="ada")
    with serving(hub) as url:
        hub.registry.enrolments.set_terms(hub_url=url, publishers=(workshop.publisher.signing.public,))
        request = request_enrolment(
            workshop.station_keys, kind="station", name="Ana's own", centre_id=None, code=None, now_ms=1
        )
        grant = hub.registry.enrolments.enrol(request, who="ada")
        accept_grant(
            world.home,
            workshop.station_keys,
            grant,
            academy=hub.ring.verifiers,
            trusted=(workshop.academy.signing.public,),
            pin=lambda _root: None,
        )
        admitted = hub.registry.admissions.admit(
            Order(
                candidate_id=NUMBER,
                forms=(Form(bundle_id=manifest.bundle_id, minimum_version=manifest.version),),
                mode=Mode.LIVE,
                station="Ana's own",
                content_keys={manifest.bundle_id: workshop.built.content_key},
            ),
            who="rex",
        )
        with world.desk() as desk:
            notices = hub.answers._notices.of(NUMBER)
            desk.take_papers(write_papers(NUMBER, notices))
            [before] = desk.view().places
            assert before.code == "not-here"
            own.fetch_admissions(desk, world.home, PASSPHRASE, workshop.clock)
            [after] = desk.view().places
    assert (after.code, after.admission_id) == ("now", admitted.admission_id)
