"""The academy's program in a rehearsal: the same commands, with the rehearsal's clock.

python -c "from pocus_desktop.app.rehearsals.programme.program import main; main()" CLOCK hub serve …
"""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from pocus_desktop.app.academy_desk import open_academy
from pocus_desktop.app.faces import faces
from pocus_desktop.app.hub import list_results, open_certificates, open_registry, serve
from pocus_desktop.app.hub_keeping import Keeping
from pocus_desktop.app.hub_peers import open_peers
from pocus_desktop.app.rehearsals.programme.clock import MovedClock
from pocus_desktop.cli.main import run


def program(clock: Path) -> tuple[str, ...]:
    """What starts it with a rehearsal's clock."""
    return (sys.executable, "-c", f"from {__name__} import main; main()", str(clock))


def main() -> None:
    """The first argument is the clock's file, the others are the command."""
    clock = MovedClock(Path(sys.argv[1]))
    moved = replace(
        faces(),
        serve_hub=partial(serve, clock=clock),
        list_results=partial(list_results, clock=clock),
        open_registry=partial(open_registry, clock=clock),
        open_peers=partial(open_peers, clock=clock),
        open_certificates=partial(open_certificates, clock=clock),
        open_academy=partial(open_academy, clock=clock),
        keep_hub=partial(Keeping, clock),
    )
    sys.exit(run(sys.argv[2:], faces=moved))
