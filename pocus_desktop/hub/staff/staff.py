"""Staff of the academy, joined over the registry's tables."""

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.hub.staff.accounts import Accounts
from pocus_desktop.hub.staff.sessions import Sessions
from pocus_desktop.kernel.clock import Clock


class Staff:
    """Who they are, and who is signed in; any thread may call.

    Attributes:
        accounts: Kept by administrators.
        sessions: Of browsers.
    """

    def __init__(self, store: RegistryStore, ring: KeyRing, clock: Clock) -> None:
        self.accounts = Accounts(store, clock)
        self.sessions = Sessions(store, ring, clock)
