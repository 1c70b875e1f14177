"""Sticks read beside the window: one that is slow or dying holds up nobody's sign-in."""

import threading
from collections.abc import Sequence
from typing import Final

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.ui.candidate.desk import MoveDesk, MoveOffer

_PATIENCE_S: Final = 5.0


class MovesAside:
    """As `ui.candidate.desk.MoveDesk`: tells what was found last, and looks again on a thread of its own.

    What a person asks for is done at once, after the look that is under way.
    """

    def __init__(self, desk: MoveDesk) -> None:
        self._desk = desk
        self._turn = threading.Lock()
        self._told: tuple[MoveOffer, ...] = ()
        self._look: threading.Thread | None = None

    def offers(self, language: str) -> Sequence[MoveOffer]:
        """What the last look found; the first one finds nothing yet."""
        told = self._told
        if self._look is None or not self._look.is_alive():
            self._look = threading.Thread(target=self._find, args=(language,), name="sticks", daemon=True)
            self._look.start()
        return told

    def take_in(self, offer: MoveOffer) -> None:
        """As there; it is not offered again."""
        with self._turn:
            self._desk.take_in(offer)
            self._told = tuple(other for other in self._told if other.sitting != offer.sitting)

    def pack_out(self, admission_id: str) -> None:
        """As there."""
        with self._turn:
            self._desk.pack_out(admission_id)

    def close(self) -> None:
        """Wait for the look that is under way; one that a stick never answers ends with the program."""
        if self._look is not None:
            self._look.join(_PATIENCE_S)

    def _find(self, language: str) -> None:
        with self._turn:
            try:
                self._told = tuple(self._desk.offers(language))
            except PocusError as error:  # looked at again in a moment
                log.failure(error)
                self._told = ()
            except Exception as problem:  # noqa: BLE001 - a mistake here ends this look, not the program
                log.bug("station.sticks_not_read", problem)
