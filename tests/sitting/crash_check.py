"""What must be so when a sitting that was killed is opened again."""

import json
from pathlib import Path

from pocus_desktop.sitting import views
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.folder import SittingFolder
from tests.sitting.crash_child import SCRIPT, essence, world_in


def require_kept(folder: Path, name: str, point: str) -> None:
    """The sitting of a child killed at a point goes on from all that was acknowledged to it, and from nothing else."""
    world = world_in(folder)
    world.clock.advance(ms=10 * 60_000)
    acknowledged = (folder / f"{name}.acknowledged").read_text().splitlines()
    if not SittingFolder(path=folder / name).has_journal:
        assert acknowledged == [], point
        return
    sitting = world.again(name=name)
    if sitting.recorded:
        before = sitting.recorded[:-1]  # the last one says that the program came back
        seq = json.loads(acknowledged[-1])[0] if acknowledged else 1
        assert len(before) >= seq
        assert (
            essence(replay(sitting.course, before[:seq]))
            == (acknowledged or [essence(replay(sitting.course, before[:1]))])[-1]
        )
        again = replay(sitting.course, before)
        assert (sitting.state.place, sitting.state.responses, sitting.state.clips, sitting.state.cines) == (
            again.place,
            again.responses,
            again.clips,
            again.cines,
        )
        assert sitting.state.ledger.consumed_ms == again.ledger.consumed_ms
    if len(acknowledged) == len(SCRIPT) or point in {"sealed:1", "noted:1", "finished:1"}:
        assert isinstance(sitting.view().screen, views.HandedInView)
        assert sitting.sealed is not None
        assert Path(sitting.sealed.sealed_path).is_file()
    world.close()
