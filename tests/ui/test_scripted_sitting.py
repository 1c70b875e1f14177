"""A whole sitting through the real windows: source, bundle, station, journal, seal, hub, receipt; nothing made up."""

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.admission import Accommodations, Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.station import OpenSitting
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.hotspot import HotspotResponse
from pocus_desktop.case.items.registry import Response
from pocus_desktop.case.items.select_point import Point, SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.sitting.views import HandedInView
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.launch import show_sign_in
from pocus_desktop.ui.scripted import Script, ScriptedCandidate, ScriptRefusedError, left_to_give
from tests.ui.conftest import settle

pytestmark = pytest.mark.slow

SAMPLE = Path(__file__).resolve().parents[2] / "case_bundles" / "dvt-swollen-calf"
MARIA = Candidate(id="C-20417", display_name="María Álvarez")
ANSWERS: dict[str, Response] = {
    "risk-features": ChoiceResponse(choices=("plaster-cast", "long-flight")),
    "wells-score": TextEntryResponse(text="4"),
    "find-vein": SelectPointResponse(points=(Point(x_px=241, y_px=176, frame=3),)),
    "junction-vein": TextEntryResponse(text="vena safena mayor: unión"),
    "compressible": ChoiceResponse(choices=("not-compressible",)),
    "vein-diameter": TextEntryResponse(text="11,5", unit="mm"),
    "thrombus-region": HotspotResponse(regions=("region-b",)),
    "report": ExtendedTextResponse(text="Trombosis proximal izquierda; anticoagulación iniciada."),
}
"""Some answers of every kind; the rest stays open, so that going on is asked about."""


class Room:
    """A station with one admission, at its sign-in window."""

    def __init__(self, folder: Path, accommodations: Accommodations) -> None:
        self.clock = SystemClock()
        self.workshop = Workshop.open(folder, source=SAMPLE, recipe=None, clock=self.clock)
        self.station = self.workshop.station()
        self.admission_id = self.station.admit(
            self.workshop.admission(candidate=MARIA, mode=Mode.LIVE, start_code="4711", accommodations=accommodations)
        )
        self.hosts: list[OpenSitting] = []
        self.sign_in = show_sign_in(language="es")
        self.shell = CandidateShell(
            self.sign_in,
            Rooms(
                desk=self.station,
                clock=self.clock,
                make_player=lambda sink: FakePlayer(sink, clock=self.clock),
                check_engine=lambda: EngineFindings(error=None, version="fake", has_sound_device=True),
                folder=self.workshop.home.sittings,
            ),
        )
        self.shell.left.connect(self._keep)

    def _keep(self, host: object) -> None:
        assert isinstance(host, OpenSitting)
        self.hosts.append(host)

    def close(self) -> None:
        for host in self.hosts:
            host.close()
        window = self.shell.window
        if window is not None:
            window.close()
            window.deleteLater()
        self.sign_in.close()
        self.sign_in.deleteLater()
        self.station.close()
        self.workshop.close()
        settle()


def play(room: Room, qtbot: QtBot, script: Script) -> tuple[object, list[HandedInView]]:
    candidate = ScriptedCandidate(room.shell, room.sign_in, script)
    seen: list[HandedInView] = []
    ended: list[object] = []
    candidate.handed_in.connect(seen.append)
    candidate.finished.connect(ended.append)
    candidate.start()
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    return ended[0], seen


def test_a_candidate_sits_in_spanish_and_leaves_with_a_receipt(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(tmp_path, Accommodations())
    try:
        script = Script(
            candidate_id=MARIA.id,
            admission_id=room.admission_id,
            answers=ANSWERS,
            pictures=tmp_path / "screens",
            start_code="4711",
            clip_ms=100,
        )
        problem, seen = play(room, qtbot, script)
        assert problem is None
        (receipt,) = seen
        assert receipt.delivery == "received"
        assert receipt.receipt_lines
        assert receipt.score is None
        pictures = sorted((tmp_path / "screens").glob("*.png"))
        names = {picture.stem.partition("-")[2] for picture in pictures}
        assert {"sign-in", "identity", "system-check", "agreement", "comfort", "tutorial", "ready", "review"} <= names
        assert {"hand-in-question", "receipt", "survey", "farewell"} <= names
        assert any(name.startswith("case-") for name in names)
        assert not any(QImage(str(picture)).isNull() for picture in pictures)
        given = {item: response for item, response in room.hosts[0].sitting.state.responses.items() if item in ANSWERS}
        point = given.pop("find-vein")
        assert isinstance(point, SelectPointResponse)
        assert point.points[0].frame == 3
        assert (point.points[0].x_px, point.points[0].y_px) == pytest.approx((241, 176), abs=1.5)
        assert given == {item: answer for item, answer in ANSWERS.items() if item != "find-vein"}
        kinds = {recorded.event.type for recorded in room.hosts[0].sitting.recorded}
        assert {"answered", "play-started", "went-on", "handed-in"} <= kinds
    finally:
        room.close()


def test_a_point_that_was_marked_before_the_program_died_is_not_clicked_away() -> None:
    both = (Point(x_px=241, y_px=176), Point(x_px=20, y_px=30))
    answer = SelectPointResponse(points=both)
    first = SelectPointResponse(points=(Point(x_px=240.8, y_px=176.2),))
    assert left_to_give(answer, None) == answer
    assert left_to_give(answer, first) == SelectPointResponse(points=both[1:])
    assert left_to_give(answer, answer) == SelectPointResponse(points=())
    assert left_to_give(ANSWERS["compressible"], ANSWERS["compressible"]) == ANSWERS["compressible"]


@pytest.mark.parametrize("candidate_id", ["C-99999"])
def test_another_candidate_is_refused_at_the_desk(qtbot: QtBot, tmp_path: Path, candidate_id: str) -> None:
    room = Room(tmp_path, Accommodations())
    try:
        script = Script(candidate_id=candidate_id, answers={}, pictures=tmp_path / "screens")
        problem, _ = play(room, qtbot, script)
        assert isinstance(problem, ScriptRefusedError)
        assert room.shell.window is None
        assert (tmp_path / "screens" / "02-refused.png").exists()
    finally:
        room.close()
