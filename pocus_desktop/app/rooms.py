"""What stands behind the candidate's windows: the desk, the clock, libVLC."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pocus_desktop.kernel.clock import Clock
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.ui.candidate.desk import Desk, MoveDesk
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.integrity.probe import SystemProbe

if TYPE_CHECKING:
    from pocus_desktop.app.practice import PracticeRoom


def make_rooms(
    desk: Desk,
    *,
    clock: Clock,
    folder: Path,
    engine: VlcEngine,
    practice: PracticeRoom | None = None,
    moves: MoveDesk | None = None,
) -> Rooms:
    """The rooms over one libVLC; it starts when first a clip is loaded or the system check asks.

    Args:
        desk: Opens sittings.
        clock: The machine's.
        folder: Where answers stand.
        engine: Plays clips.
        practice: Opens the tutorial; none is offered where omitted.
        moves: Takes in sittings that were moved here; none are offered where omitted.
    """
    return Rooms(
        desk=desk,
        clock=clock,
        make_player=engine.player,
        check_engine=lambda: findings_of(engine),
        folder=folder,
        probe=SystemProbe(folder),
        practise=None if practice is None else practice.open,
        moves=moves,
    )


def findings_of(engine: VlcEngine) -> EngineFindings:
    """What the system check is told of libVLC."""
    report = engine.check()
    return EngineFindings(error=report.problem, version=report.version)
