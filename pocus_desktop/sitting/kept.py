"""What was recorded of a sitting under way, kept small: a day of it would else be the greater part of what grows.

An event as an object takes about a kilobyte, as its bytes a tenth of that, and most are heartbeats, whose bytes are the
same. It is asked for seldom: to be sealed.
"""

from array import array
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import codec
from pocus_desktop.sitting.codec import Recorded

_decode: Final = lru_cache(maxsize=64)(codec.decode_event)
"""Equal bytes are equal events."""


class Kept:
    """Recorded events in order, numbered from 1 without a gap."""

    def __init__(self, recorded: Iterable[Recorded]) -> None:
        self._boots: list[str] = []
        self._stamps = array("q")  # monotonic, wall and number of the boot, one after the other
        self._events: list[bytes] = []
        self._last_of_type: dict[str, bytes] = {}
        for one in recorded:
            self.append(one)

    def append(self, one: Recorded) -> None:
        """Keep the next one."""
        if one.at.boot_id not in self._boots:
            self._boots.append(one.at.boot_id)
        self._stamps.extend((one.at.monotonic_ms, one.at.wall_ms, self._boots.index(one.at.boot_id)))
        told = codec.encode_event(one.event)
        if self._last_of_type.get(one.event.type) != told:
            self._last_of_type[one.event.type] = told
        self._events.append(self._last_of_type[one.event.type])

    def all(self) -> tuple[Recorded, ...]:
        """Every one, as it was recorded."""
        return tuple(self._recorded(place) for place in range(len(self._events)))

    def after(self, seq: int) -> tuple[Recorded, ...]:
        """Those after a number; any thread may look while more are kept."""
        return tuple(self._recorded(place) for place in range(seq, len(self._events)))

    def _recorded(self, place: int) -> Recorded:
        monotonic_ms, wall_ms, boot = self._stamps[3 * place : 3 * place + 3]
        at = Reading(monotonic_ms=monotonic_ms, wall_ms=wall_ms, boot_id=self._boots[boot])
        return Recorded(seq=place + 1, at=at, event=_decode(self._events[place]))
