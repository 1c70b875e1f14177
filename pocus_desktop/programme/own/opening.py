"""Opens the portfolio of an installation's home, for the window and for commands alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.on_this_computer import look
from pocus_desktop.programme.rules.keeping import rules_in_use

KEY: Final = "portfolio-signing"


def portfolio_key(home: Home, passphrase: str | None) -> SigningKey:
    """The portfolio's own key; made and kept when it is first asked for, the same ever after.

    Raises:
        PocusError: `crypto.*`, as the key store says.
    """
    store = open_keystore(home.keys, passphrase)
    seed = store.load(KEY)
    if seed is None:
        seed = SigningKey.generate().seed
        store.store(KEY, seed)
    return SigningKey.from_seed(seed)


@contextmanager
def open_portfolio(home: Home, *, passphrase: str | None, clock: Clock | None = None) -> Iterator[PortfolioDesk]:
    """The portfolio that is kept in a home.

    Raises:
        PortfolioUnreadableError, PortfolioOfLaterVersionError: Its database cannot be used.
    """
    key = cache(lambda: portfolio_key(home, passphrase))
    clock = clock or SystemClock()
    station_keys = cache(lambda: own_keys(open_keystore(home.keys, passphrase)))
    desk = PortfolioDesk(
        home.portfolio,
        key=key,
        rules=lambda keys: rules_in_use(home.programme_rules, keys),
        clock=clock,
        here=lambda: look(home, station_keys, clock),
    )
    try:
        yield desk
    finally:
        desk.close()
