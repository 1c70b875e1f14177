"""Lives with everything that a candidate has before them: the real windows, and libVLC playing the sample's clips.

The scripted candidate of `make run` sits at them, by the machine's own clock. What a person would see of a clip and of
the exam clock is told every 30 ms; after a kill, the next life must show the same.
"""

from typing import Any, Final

from PySide6.QtCore import QTimer

from pocus_desktop.app.candidate import close_sittings_left
from pocus_desktop.app.demo import CANDIDATE
from pocus_desktop.app.hosted import HostedSitting
from pocus_desktop.app.rooms import make_rooms
from pocus_desktop.app.station import OpenSitting, Station
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.media.player import PlayerState
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.ui import event_loop
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.launch import make_application, show_sign_in
from pocus_desktop.ui.scripted import Script, ScriptedCandidate
from tests.crash.lives import Life

PLAYING: Final = "while a clip is on"
"""Come by with every look at one."""

LOOK_MS: Final = 30
CLIP_MS: Final = 2_500
_SEEN: Final = (PlayerState.PLAYING, PlayerState.PAUSED)


class WindowLife(Life):
    """A person's program, with a scripted person."""

    def run(self) -> None:
        """From the sign-in to the farewell."""
        self._clock = SystemClock()
        hub, station = self.kitchen.opened(self.truth, self._clock)
        self._listen_to_the_program()
        engine, application, sign_in = VlcEngine(), make_application(), show_sign_in()
        folder = self.kitchen.workshop.home.sittings
        shell = CandidateShell(sign_in, make_rooms(station, clock=self._clock, folder=folder, engine=engine))
        close_sittings_left(shell)
        script = Script(
            candidate_id=CANDIDATE.id,
            admission_id=self.admission_id,
            answers=self.kitchen.answers,
            pictures=self.kitchen.folder / "pictures",
            clip_ms=CLIP_MS,
        )
        candidate = ScriptedCandidate(shell, sign_in, script)
        ended: list[Exception | None] = []
        candidate.finished.connect(ended.append)
        candidate.finished.connect(lambda _problem: application.quit())
        looking = QTimer()
        looking.timeout.connect(lambda: self._look(shell))
        looking.start(LOOK_MS)
        candidate.start()
        event_loop.run(application)
        if ended != [None]:
            raise AssertionError(f"the script ended with {ended}")
        station.close()
        engine.close()
        hub.close()

    def _listen_to_the_program(self) -> None:
        """Hear what is opened and what is asked for, before the program takes it."""
        open_sitting, handle = Station.open, HostedSitting.handle

        def opening(station: Station, **how: Any) -> OpenSitting:
            opened = open_sitting(station, **how)
            self.welcome(opened)
            return opened

        def handling(host: HostedSitting, intent: Intent) -> None:
            if isinstance(intent, intents.Answer):
                self.tell(asked=intent.response.model_dump_json())
            handle(host, intent)

        setattr(Station, "open", opening)  # noqa: B010 - this process is another program from here on
        setattr(HostedSitting, "handle", handling)  # noqa: B010

    def _look(self, shell: CandidateShell) -> None:
        window = shell.window
        if window is None or not isinstance(window.host, OpenSitting):
            return
        self.tell_clock(window.host, self._clock.read())
        for key in window.host.sitting.state.clips:
            playing = window.media.playing(key)
            if playing.state in _SEEN:
                self.tell(seen=[key, playing.position_ms])
                self.reach(PLAYING)
