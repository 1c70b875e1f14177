"""The registry's desks, joined over one database."""

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.registry.enrolments import Enrolments
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.hub.store import HubStore
from pocus_desktop.kernel.clock import Clock


class Registry:
    """Whom the hub knows; any thread may call.

    Attributes:
        enrolments: Stations and centres.
    """

    def __init__(self, store: HubStore, ring: KeyRing, clock: Clock) -> None:
        """Open the registry's tables, making them where they are missing.

        Raises:
            StoreUnavailableError: The database does not work.
            StoreMismatchError: It is of another version.
        """
        rows = RegistryStore(store)
        self.enrolments = Enrolments(rows, ring, clock)
