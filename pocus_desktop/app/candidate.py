"""`pocus sit`: the candidate's window on a station that was set up.

What stands behind the window is imported and opened after its first paint (`ui.launch`), for start-up time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from pocus_desktop.app.display import require_display
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.ui import qt_messages
from pocus_desktop.ui.candidate.desk import AdmissionChoice, Link, RoomCode, RoomLink
from pocus_desktop.ui.launch import run_candidate

if TYPE_CHECKING:
    from pocus_desktop.app.moves_aside import MovesAside
    from pocus_desktop.app.practice import PracticeRoom
    from pocus_desktop.app.station import Station
    from pocus_desktop.kernel.settings import Home
    from pocus_desktop.ui.candidate.rooms import Rooms
    from pocus_desktop.ui.candidate.shell import CandidateShell


class ClosedDesk:
    """Says at the sign-in screen why this station opens no sitting."""

    def __init__(self, problem: PocusError) -> None:
        self._problem = problem

    def choices(self, language: str) -> Sequence[AdmissionChoice]:
        """None; the sign-in screen tells why."""
        del language
        raise self._problem

    def open(
        self,
        *,
        candidate_id: str,
        admission_id: str,
        language: str,
        code: str = "",
        words: str = "",
        room_code: RoomCode | None = None,
    ) -> NoReturn:
        """As `choices`."""
        del candidate_id, admission_id, language, code, words, room_code
        raise self._problem

    def waiting(self, language: str) -> None:
        """As `choices`: what cannot be opened says nothing of what waits there."""
        del language

    def link(self) -> Link:
        """Nothing is sent from here."""
        return "none"

    def room_link(self) -> RoomLink:
        """No room hears of what cannot be opened."""
        return "none"


def sit(home: Home, *, passphrase: str | None, admission: str = "", language: str = words.SOURCE_LANGUAGE) -> int:
    """Run the candidate's program until its window is closed; the exit status.

    Args:
        home: This station's.
        passphrase: Of its keys, where the operating system has no key store.
        admission: The one that the window is opened for; empty for none.
        language: The interface language to begin with.

    Raises:
        PocusError: There is no display; or, once the window that said so was closed, why the station, its keys or its
            outbox could not be opened. Anyone may practise in that window all the same.
    """
    require_display()
    qt_messages.route()
    engine = VlcEngine()
    made: list[Station] = []
    practices: list[PracticeRoom] = []
    moves: list[MovesAside] = []
    problems: list[PocusError] = []

    def rooms() -> Rooms:
        from pocus_desktop.app.moves_aside import MovesAside
        from pocus_desktop.app.moving import Moving
        from pocus_desktop.app.practice import PracticeRoom  # the heavy rooms: after the first paint
        from pocus_desktop.app.rooms import make_rooms

        try:
            made.append(open_station(home, passphrase))
        except PocusError as problem:
            log.failure(problem)
            problems.append(problem)
        desk = made[0] if made else ClosedDesk(problems[0])
        practices.append(PracticeRoom(SystemClock()))
        moves.extend(MovesAside(Moving(station.arrival)) for station in made)
        return make_rooms(
            desk,
            clock=SystemClock(),
            folder=home.sittings,
            engine=engine,
            practice=practices[0],
            moves=moves[0] if moves else None,
        )

    try:
        status = run_candidate(rooms, language=language, chosen=admission, on_ready=close_sittings_left)
    finally:
        for move in moves:
            move.close()
        for practice in practices:
            practice.close()
        for station in made:
            station.close()
        engine.close()
    if problems:
        raise problems[0]
    return status


def close_sittings_left(shell: CandidateShell) -> None:
    """Let go of a sitting's journal and bundle when its candidate leaves."""
    from pocus_desktop.app.practice import PracticeSitting  # called once the rooms are there
    from pocus_desktop.app.station import OpenSitting

    def close(host: object) -> None:
        if isinstance(host, OpenSitting | PracticeSitting):
            host.close()

    shell.left.connect(close)


def open_station(home: Home, passphrase: str | None) -> Station:
    """The station of a home, with its keys open.

    Raises:
        PocusError: Its keys, its trust or its outbox cannot be opened.
    """
    from pocus_desktop.admission.trusting import Trusting
    from pocus_desktop.app.room_roads import station_roads
    from pocus_desktop.app.station import Station  # as above
    from pocus_desktop.app.station_keys import station_keys
    from pocus_desktop.crypto.keystore import open_keystore

    trusting = Trusting.load(home)
    keys = station_keys(open_keystore(home.keys, passphrase))
    transport = station_roads(home, trusting, keys.signing)
    return Station(home, keys=keys, trusting=trusting, transport=transport, clock=SystemClock())
