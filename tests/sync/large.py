"""Sealed results of any size, for links that cut."""

import base64
import random
from typing import Final

from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.events import IntegrityNoted
from tests.hub.school import Sat, School

_NOTE_BYTES: Final = 3_000


def seal_large(school: School, sat: Sat, size_bytes: int, *, seed: int = 1) -> bytes:
    """The sitting again, with notes that do not pack: a sound result of about this size."""
    chance = random.Random(seed)
    recorded = list(sat.recorded)
    last = recorded[-1]
    for number in range(size_bytes // _NOTE_BYTES):
        detail = base64.b64encode(chance.randbytes(_NOTE_BYTES)).decode("ascii")
        event = IntegrityNoted(what="window-left", detail=detail)
        recorded.append(Recorded(seq=last.seq + 1 + number, at=last.at, event=event))
    return school.seal(recorded, sat.admission)
