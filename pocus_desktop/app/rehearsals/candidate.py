"""`pocus rehearse candidate`: a scripted candidate at this station."""

from pathlib import Path

from pocus_desktop.app.candidate import open_station
from pocus_desktop.app.scripted_sitting import run_scripted
from pocus_desktop.authoring.walkthrough import read_walkthrough
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.ui import qt_messages
from pocus_desktop.ui.scripted import Script


def sit_scripted(
    home: Home,
    *,
    candidate_id: str,
    admission_id: str,
    answers: Path,
    pictures: Path,
    start_code: str,
    sign_in_code: str,
    think_s: int,
    patience_s: int,
    passphrase: str | None,
) -> int:
    """A scripted candidate sits an admission at this station; the exit status.

    Raises:
        PocusError: The station is not set up, the answers cannot be read, or the script got stuck.
    """
    log.start(home.log)
    qt_messages.route()
    script = Script(
        candidate_id=candidate_id,
        admission_id=admission_id,
        answers=read_walkthrough(answers),
        pictures=pictures,
        start_code=start_code,
        sign_in_code=sign_in_code,
        receipt_ms=2_000,
        think_ms=think_s * 1000,
        patience_ms=patience_s * 1000,
    )
    run_scripted(open_station(home, passphrase), script, home=home, clock=SystemClock())
    return 0
