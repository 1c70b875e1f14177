"""A scripted candidate at a station: the real windows on the offscreen platform, nobody in front of them."""

import os

from pocus_desktop.app.candidate import close_sittings_left
from pocus_desktop.app.rooms import make_rooms
from pocus_desktop.app.station import Station
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.ui import event_loop
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.launch import make_application, show_sign_in
from pocus_desktop.ui.scripted import Script, ScriptedCandidate


def run_scripted(station: Station, script: Script, *, home: Home, clock: Clock) -> None:
    """Play a script from sign-in to farewell. The station is closed at the end.

    Raises:
        PocusError: What ended the script early.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    engine = VlcEngine()
    application = make_application()
    sign_in = show_sign_in()
    rooms = make_rooms(station, clock=clock, folder=home.sittings, engine=engine)
    shell = CandidateShell(sign_in, rooms)
    close_sittings_left(shell)
    candidate = ScriptedCandidate(shell, sign_in, script)
    ended: list[PocusError | None] = []

    def end(problem: PocusError | None) -> None:
        ended.append(problem)
        application.quit()

    candidate.finished.connect(end)
    candidate.start()
    try:
        event_loop.run(application)
    finally:
        station.close()
        engine.close()
        sign_in.close()
    if ended and ended[0] is not None:
        raise ended[0]
