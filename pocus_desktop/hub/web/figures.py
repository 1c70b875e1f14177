"""What the records say, as figures for operators: the same from every process of a hub."""

from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.metrics import Reading


def figures(hub: Hub) -> Reading:
    """Sittings by what became of them, how many wait to be scored, what the quarantine holds, what room is left.

    Raises:
        StoreUnavailableError: The database or the place of the objects does not answer.
    """
    tally = hub.tally()
    refused = hub.quarantined()
    free = hub.free_bytes()
    return {
        "pocus_hub_sittings": {str(status): float(tally.get(status, 0)) for status in Status},
        "pocus_hub_scoring_queue": {"": float(tally.get(Status.RECEIVED, 0))},
        "pocus_hub_quarantine_files": {"": float(len(refused))},
        "pocus_hub_quarantine_bytes": {"": float(sum(one.size_bytes for one in refused))},
        **({} if free is None else {"pocus_hub_objects_free_bytes": {"": float(free)}}),
    }
