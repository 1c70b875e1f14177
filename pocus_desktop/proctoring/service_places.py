"""Who has a place at a room's service: its connections, by where they come from and whose they were found to be.

1. A connection is a *stranger's* until a station of the room, or who holds the centre's key, signed a request on it.
2. Strangers have a third of all places. Where these are taken, the oldest of the address that has the most of them
   gives way to one of an address that has fewer; else the new one is turned away. So no few addresses keep others out.
3. The other two thirds are for who is known. Nobody has more than eight there: of more, their oldest gives way. Where
   all are taken, the oldest of whoever has the most gives way, which is likely one that a cut left behind.

Nothing here opens, closes or waits: who gives way is told by calling what came with the connection. One thread calls.
"""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

MOST_OF_ONE: Final = 8
"""Of one who is known, who needs two: so many questions as are held, and what was cut off and is not noticed yet."""


@dataclass(slots=True)
class _Held:
    """One connection; `who` is empty for a stranger's."""

    address: str
    cut: Callable[[], None]
    who: str = ""


class Places:
    """The places of one service.

    Args:
        most: How many connections are held.
    """

    def __init__(self, most: int) -> None:
        self._strangers = most // 3
        self._known = most - self._strangers
        self._held: dict[Hashable, _Held] = {}

    @property
    def taken(self) -> int:
        """How many connections have one."""
        return len(self._held)

    def came(self, connection: Hashable, address: str, cut: Callable[[], None]) -> bool:
        """Rule 2: whether a new connection has a place.

        Args:
            connection: Names it.
            address: Where it comes from.
            cut: Ends it at once, should it have to give way.
        """
        counts = Counter(held.address for held in self._held.values() if not held.who)
        if counts.total() >= self._strangers:
            greediest = max(counts, key=counts.__getitem__, default=address)
            if counts[greediest] <= counts[address]:
                return False
            self._give_way(lambda held: not held.who and held.address == greediest)
        self._held[connection] = _Held(address=address, cut=cut)
        return True

    def known(self, connection: Hashable, who: str) -> None:
        """Rule 3: whose a connection was found to be; nothing where it has no place."""
        found = self._held.get(connection)
        if found is None or found.who == who:
            return
        counts = Counter(held.who for held in self._held.values() if held.who)
        if counts[who] >= MOST_OF_ONE:
            self._give_way(lambda held: held.who == who)
        elif counts.total() >= self._known:
            greediest = max(counts, key=counts.__getitem__)
            self._give_way(lambda held: held.who == greediest)
        found.who = who

    def gone(self, connection: Hashable) -> None:
        """A connection ended."""
        self._held.pop(connection, None)

    def _give_way(self, is_meant: Callable[[_Held], bool]) -> None:
        """The oldest that is meant."""
        connection = next(connection for connection, held in self._held.items() if is_meant(held))
        self._held.pop(connection).cut()
