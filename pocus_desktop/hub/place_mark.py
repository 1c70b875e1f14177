"""The mark of a hub's place, so that a folder that is not mounted is told from an empty one (formats/hub 5.2).

The mark is a file with an id, written once; the records hold the same id. A place without it is not the one in which
the envelopes lie, whatever is mounted there now; what is put into it would be lost to the hub tomorrow.
"""

from typing import Final

from pocus_desktop.hub.errors import PlaceMissingError, PlaceOfAnotherError
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.registry.store import SETTING, RegistryStore
from pocus_desktop.hub.storage.places import Place
from pocus_desktop.kernel import ids, log

MARK: Final = "place-id"
"""Its name in the place, and the name of the setting in the records."""


OBJECTS: Final = "objects"
"""The part of a place in which accepted envelopes lie."""


class PlaceMark:
    """The mark of one place; any thread may ask."""

    def __init__(self, place: Place, place_id: str) -> None:
        """Know it.

        Args:
            place: The hub's.
            place_id: What must stand there.
        """
        self._place = place
        self._place_id = place_id

    def require(self) -> None:
        """The place is the one that the records are about.

        Raises:
            PlaceMissingError: It has no mark.
            PlaceOfAnotherError: It has another hub's.
            StoreUnavailableError: It does not answer.
        """
        found = _read(self._place)
        if found is None:
            raise PlaceMissingError(needed=self._place_id)
        if found != self._place_id:
            raise PlaceOfAnotherError(needed=self._place_id, found=found)


def open_mark(place: Place, store: HubStore) -> PlaceMark:
    """The mark of a place that is the hub's; a place that has none yet is marked.

    Raises:
        PlaceMissingError, PlaceOfAnotherError: It is not the hub's. One whose records hold envelopes while nothing lies
            there is not marked: it is not mounted.
        StoreUnavailableError: Records or place do not answer.
    """
    rows = RegistryStore(store)
    known = rows.look(SETTING, name=MARK)
    place_id = known[0]["value"].decode("utf-8") if known else ""
    mark = PlaceMark(place, place_id or _mark(place, store, rows))
    mark.require()
    return mark


def forget(store: HubStore) -> None:
    """Let the place that is opened next be marked anew: the records were restored beside another one."""
    with RegistryStore(store).rows() as rows:
        rows.put(MARK, b"")


def _mark(place: Place, store: HubStore, registry: RegistryStore) -> str:
    is_empty = next(place.at(OBJECTS).names(), None) is None
    if is_empty and store.tally():
        raise PlaceMissingError(needed="-")
    with registry.rows() as rows:  # one at a time: processes that start together agree on one mark
        place_id = rows.setting(MARK).decode("utf-8")
        if not place_id:
            place_id = _read(place) or ids.new_id("plc")  # one is there where who wrote it came no further
            place.put(MARK, place_id.encode("utf-8"))
            rows.put(MARK, place_id.encode("utf-8"))
            log.event("hub.place_marked", place=place_id)
    return place_id


def _read(place: Place) -> str | None:
    data = place.get(MARK)
    return None if data is None else data.decode("ascii", "replace")[:80]
