"""The heavy rooms that the candidate's face needs, made once the first screen is painted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocus_desktop.kernel.clock import Clock
from pocus_desktop.ui.candidate.desk import Desk, MoveDesk
from pocus_desktop.ui.candidate.host import SittingHost
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.integrity.probe import Probe
from pocus_desktop.ui.media_host import PlayerFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What stands behind the windows.

    Attributes:
        desk: Opens sittings.
        clock: The clock that sittings use.
        make_player: Makes a player for clips.
        check_engine: Asks the media engine for the system check.
        folder: Where answers stand.
        practise: Opens the tutorial in a language, for anyone; None where none is offered.
        probe: Asks the platform what a proctor may want to know; None where nothing but Qt is asked.
        moves: Takes in sittings that were moved here; None where none can be.
    """

    desk: Desk
    clock: Clock
    make_player: PlayerFactory
    check_engine: Callable[[], EngineFindings]
    folder: Path
    practise: Callable[[str], SittingHost] | None = None
    probe: Probe | None = None
    moves: MoveDesk | None = None
