"""`pocus demo`: the main job on one machine, from a case's source to a scored result and its receipt."""

import gc
import json
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.candidate import close_sittings_left
from pocus_desktop.app.cut_link import ToldTransport, cut_link
from pocus_desktop.app.display import require_display
from pocus_desktop.app.rooms import make_rooms
from pocus_desktop.app.scripted_sitting import run_scripted
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.walkthrough import read_walkthrough
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.serve import served_here
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.scoring.score import ScoreReport
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.events import Opened
from pocus_desktop.sitting.log import lines
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.outbox import RECEIPT_SUFFIX
from pocus_desktop.ui import qt_messages
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.launch import run_candidate
from pocus_desktop.ui.scripted import Script

SAMPLES: Final = Path(__file__).resolve().parents[2] / "case_bundles"
SAMPLE: Final = SAMPLES / "dvt-swollen-calf"
CUT_BYTES: Final = 2_048
CUTS: Final = 6
PATIENCE_S: Final = 20.0
BEAT_S: Final = 0.05
CANDIDATE: Final = Candidate(id="DEMO-1", display_name="Robin Castillo")


class NoSampleError(PocusError):
    """The sample case is not there: it comes with the source, not with an installed station."""

    code = "app.no_sample"
    blame = Blame.USER


class NothingHandedInError(PocusError):
    """The window was closed before the sitting was handed in."""

    code = "app.nothing_handed_in"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a demonstration leaves in its folder."""

    folder: Path
    screens: tuple[Path, ...]
    bundle: Path
    result: Path
    receipt: Path
    report: Path
    log: Path
    score: ScoreReport


def demonstrate(*, case: Path | None, out: Path, is_scripted: bool) -> int:
    """Build and sign, sit, seal, send, score; tell what happened; the exit status.

    Args:
        case: The case folder; the sample where omitted.
        out: A fresh folder is made in it.
        is_scripted: A scripted candidate takes the case on the offscreen platform; else a window opens.

    Raises:
        PocusError: Some part of the way refuses; its words say why and what to do.
    """
    if not is_scripted:
        require_display()
    qt_messages.route()
    source = case or SAMPLE
    if not source.is_dir():
        raise NoSampleError(folder=str(source))
    folder = out / datetime.now(UTC).strftime("demo-%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    log.start(folder / "program.log")
    _say(f"Building and signing {source.name} …")
    workshop = Workshop.open(folder, source=source, recipe=None, clock=SystemClock())
    try:
        manifest = workshop.built.manifest
        _say(f"  {manifest.bundle_id} version {manifest.version}, {manifest.mode}, {len(manifest.members)} members")
        if is_scripted:
            _sit_scripted(workshop, source)
        else:
            _sit_in_window(workshop)
        _tell(_collect(workshop))
    finally:
        workshop.close()
    return 0


def _sit_scripted(workshop: Workshop, source: Path) -> None:
    """The scripted candidate through the real windows, without a display."""
    _say("A scripted candidate takes the case through the real screens …")
    answers = read_walkthrough(source)
    told: list[str] = []
    with served_here(workshop.hub) as hub_url, cut_link(hub_url, cut_bytes=CUT_BYTES, cuts=CUTS) as url:
        station = workshop.station(ToldTransport(url, told.append))
        script = Script(
            candidate_id=CANDIDATE.id,
            admission_id=station.admit(workshop.admission(candidate=CANDIDATE, mode=Mode.DEMO)),
            answers=answers,
            pictures=workshop.folder / "screens",
        )
        run_scripted(station, script, home=workshop.home, clock=workshop.clock)
        gc.collect()  # what is left of the windows goes here, on their own thread, and not on one that sends
        _let_the_rest_go(workshop, ToldTransport(url, told.append))
    _say(f"Results went to the hub over a real link that cut {CUTS} connections, each after {CUT_BYTES:,} bytes:")
    for line in told:
        _say(f"  {line}")


def _let_the_rest_go(workshop: Workshop, transport: ToldTransport) -> None:
    """The program is started once more, and what was under way when it was closed goes on by itself."""
    station = workshop.station(transport)
    until_s = time.monotonic() + PATIENCE_S
    while any(row.status is not Status.DONE for row in station.outbox.rows()) and time.monotonic() < until_s:
        time.sleep(BEAT_S)
    station.close()


def _sit_in_window(workshop: Workshop) -> None:
    """A person at the window."""
    _say(f"The window opens. Sign in as {CANDIDATE.id}; close it when you have seen the receipt.")
    station, engine = workshop.station(), VlcEngine()
    station.admit(workshop.admission(candidate=CANDIDATE, mode=Mode.DEMO))

    def rooms() -> Rooms:
        return make_rooms(station, clock=workshop.clock, folder=workshop.home.sittings, engine=engine)

    try:
        run_candidate(rooms, on_ready=close_sittings_left)
    finally:
        station.close()
        engine.close()


def _collect(workshop: Workshop) -> Left:
    """Put what came of it where a person finds it."""
    hub: Hub = workshop.hub
    folder = workshop.folder
    standings = hub.standings()
    if not standings:
        raise NothingHandedInError(folder=str(folder))
    standing = standings[0]
    score = hub.report(standing.sitting)
    if score is None:
        raise NothingHandedInError(folder=str(folder))
    result, receipt = folder / "sealed-result.pocus", folder / "receipt.json"
    shutil.copyfile(workshop.home.outbox / standing.digest, result)
    shutil.copyfile(workshop.home.outbox / f"{standing.digest}{RECEIPT_SUFFIX}", receipt)
    report = folder / "score-report.json"
    report.write_text(score.model_dump_json(indent=2) + "\n", encoding="utf-8")
    opened = hub.opened(standing.sitting)
    first = opened.events[0].event
    assert isinstance(first, Opened)  # noqa: S101 - opening a sealed result proves it (rule 6)
    told = lines(opened.events, Course.of(workshop.built.assessment, first), with_answers=True)
    story = folder / "sitting-log.txt"
    story.write_text("\n".join(told) + "\n", encoding="utf-8")
    (folder / "academy.json").write_text(
        json.dumps({"role": "academy", "keys": [key.as_json() for key in workshop.academy.public]}, indent=2) + "\n",
        encoding="utf-8",
    )
    return Left(
        folder=folder,
        screens=tuple(sorted((folder / "screens").glob("*.png"))),
        bundle=workshop.built.bundle,
        result=result,
        receipt=receipt,
        report=report,
        log=story,
        score=score,
    )


def _tell(left: Left) -> None:
    score = left.score
    _say("Sealed, received by the hub, replayed and scored. The signed receipt is back.")
    pending = f", {score.pending_points:g} more for people to score" if score.pending_points else ""
    _say(f"  {score.points:g} of {score.max_points:g} points{pending}: {score.result}")
    _say(f"All of it is in {left.folder}")
    for path, what in (
        (left.bundle, "the signed bundle"),
        (left.folder / "screens", f"{len(left.screens)} pictures of screens"),
        (left.result, "the sealed result"),
        (left.receipt, "the hub's receipt"),
        (left.report, "the score report"),
        (left.log, "what happened, line by line"),
    ):
        if path.exists():
            _say(f"  {path.relative_to(left.folder)!s:<44} {what}")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this command tells a person what happens
