"""`pocus outbox send`: a station's results on their way without a window, until their receipts are here."""

import time
from typing import Final

from pocus_desktop.app.station import Station
from pocus_desktop.sync.engine import Row, Status

_LOOK_S: Final = 0.1
_OVER: Final = frozenset({Status.DONE, Status.QUARANTINED})


def send_waiting(station: Station, *, wait_s: float) -> tuple[Row, ...]:
    """Send what waits, the way a running station does; every row of the outbox as it then is.

    Args:
        station: It is left open.
        wait_s: How long to go on trying.

    Raises:
        OutboxUnreadableError: The disk does not give it.
    """
    station.send_now()
    until_s = time.monotonic() + wait_s
    while any(row.status not in _OVER for row in station.outbox.rows()) and time.monotonic() < until_s:
        time.sleep(_LOOK_S)
    return station.outbox.rows()
