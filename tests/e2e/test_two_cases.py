"""Two cases under one roof: built, sat with a break between, killed in the break, resumed, replayed and scored."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import BreakView, CaseView, HandedInView, ReviewView
from pocus_desktop.ui.candidate.screens.case import CaseScreen
from pocus_desktop.ui.candidate.screens.rest import BreakScreen
from tests.e2e.academy import CANDIDATE, LEFT, Academy, answer, at, delivered, hand_in_from, to_case
from tests.e2e.windows import Seat, find

ROOT = Path(__file__).resolve().parents[2]
SECOND = """\
format: 1
id: sore-arm
title: {en: Sore arm, es: Brazo dolorido}
area: lower-extremity-dvt
languages: [en, es]
time_limit: 10m
phases:
  - id: arm-all
    title: {en: The arm, es: El brazo}
    steps:
      - {id: arm-look, title: {en: Look, es: Mire}, ask: [arm-side]}
items: items/*.yaml
scoring: scoring/*.yaml
"""
ITEM = """\
- id: arm-side
  type: choice
  prompt: {en: Which arm?, es: ¿Qué brazo?}
  choices:
    - {id: left, text: {en: Left, es: Izquierdo}}
    - {id: right, text: {en: Right, es: Derecho}}
"""
ASSESSMENT = """\
format: 1
id: limbs
title: {en: Sore limbs, es: Extremidades doloridas}
area: lower-extremity-dvt
languages: [en, es]
time_limit: 40m
cases: [sore-leg, sore-arm]
order: seeded
pinned: {sore-leg: first}
breaks: [{after: 1, length: 1h}]
"""


@pytest.fixture
def limbs(playable: Path, tmp_path: Path) -> Iterator[Academy]:
    """An academy whose assessment has two cases and a break between them."""
    folder = tmp_path / "limbs"
    folder.mkdir()
    playable.rename(folder / "sore-leg")
    arm = folder / "sore-arm"
    for name, text in {
        "sore-arm/case.yaml": SECOND,
        "sore-arm/items/all.yaml": ITEM,
        "sore-arm/scoring/all.yaml": "- {item: arm-side, points: 3, correct: [right]}\n",
        "assessment.yaml": ASSESSMENT,
        "scoring/_assessment.yaml": "format: 1\ncut_score: 0.5\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert arm.is_dir()
    made = Academy.found(tmp_path, source=folder, clock=SystemClock())
    yield made
    made.close()


def killed(academy: Academy, admission_id: str) -> None:
    """Another process sits up to the break, and is killed there."""
    keys = academy.workshop.station_keys
    process = subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("killed_in_the_break.py")),
            str(academy.workshop.home.folder),
            admission_id,
            CANDIDATE,
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(json.dumps({"signing": keys.signing.seed.hex(), "sealing": keys.sealing.seed.hex()}) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "resting\n"
        process.kill()
        process.wait(timeout=30)


def test_a_break_outlives_the_program_and_both_cases_are_scored(limbs: Academy, take_seat: Callable[..., Seat]) -> None:
    admission_id = limbs.admit()
    limbs.station.close()
    killed(limbs, admission_id)
    limbs.station = limbs.workshop.station()
    seat = take_seat(limbs)
    seat.sign_in(CANDIDATE, admission_id)
    seat.wait(lambda: isinstance(seat.window.screen_shown, BreakScreen))
    shown = seat.window.view.screen
    assert isinstance(shown, BreakView)
    assert (shown.next_title, shown.next_number, shown.case_count) == ("Sore arm", 2, 2)
    assert 0 < shown.left_ms < 3_600_000
    button = find(seat.window, QAbstractButton, "primary")
    seat.wait(button.hasFocus)
    QTest.keyClick(button, Qt.Key.Key_Space)
    seat.wait(lambda: isinstance(seat.window.screen_shown, CaseScreen))
    opened = seat.host
    time = opened.sitting.state.ledger
    assert (time.granted(("case", "sore-arm")), time.credited_ms) == (0, 0)
    assert [entry.reason for entry in time.entries if entry.kind == "hold"] == ["break"]
    opened.handle(intents.Answer(item="arm-side", response=ChoiceResponse(choices=("right",))))
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, ReviewView)
    spent = opened.sitting.state.ledger
    cases = [spent.spent(("case", name)) for name in ("sore-leg", "sore-arm")]
    assert all(cases)
    assert sum(cases) == spent.spent(("assessment", "limbs"))
    hand_in_from(opened)
    delivered(opened, "received")
    [standing] = limbs.workshop.hub.standings()
    report = limbs.workshop.hub.report(standing.sitting)
    assert report is not None
    assert (report.points, report.max_points, report.result) == (4, 5, "pass")


def test_both_cases_are_reviewed_in_one_list(limbs: Academy) -> None:
    opened = to_case(limbs.open(limbs.admit()))
    answer(opened, LEFT)
    for kind, step in ((CaseView, "decision"), (BreakView, "")):
        opened.handle(intents.GoNext(is_confirmed=True))
        at(opened, kind, step)
    opened.handle(intents.EndBreak())
    at(opened, CaseView, "arm-look")
    opened.handle(intents.GoNext(is_confirmed=True))
    review = at(opened, ReviewView).screen
    assert isinstance(review, ReviewView)
    told = [(line.number, line.item, line.is_answered) for line in review.lines]
    assert told == [(1, "side", True), (2, "next-step", False), (3, "arm-side", False)]
    assert isinstance(hand_in_from(opened), HandedInView)
