"""What the records say, as figures for operators: the same from every process of a hub."""

from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.metrics import Reading


def figures(hub: Hub) -> Reading:
    """Sittings by what became of them, how many wait to be scored, and what the quarantine holds.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    tally = hub.tally()
    refused = hub.quarantined()
    return {
        "pocus_hub_sittings": {str(status): float(tally.get(status, 0)) for status in Status},
        "pocus_hub_scoring_queue": {"": float(tally.get(Status.RECEIVED, 0))},
        "pocus_hub_quarantine_files": {"": float(len(refused))},
        "pocus_hub_quarantine_bytes": {"": float(sum(one.size_bytes for one in refused))},
    }
