"""A sitting that lies permitted on a stick, and the new station's home, of which only what is written is watched.

What the station has already (library, grant, trust, rosters) lies beside and is reached by links, so that every state
that is built is of what moving in did.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.journal import Journal
from pocus_desktop.sitting.moving.move_in import Arrival
from pocus_desktop.sitting.moving.move_stick import PackedSitting, only_on
from tests.conftest import small_source
from tests.e2e.academy import LEFT
from tests.e2e.centre import Centre

BESIDE: Final = "moving"
"""Where the centre, the stick and the station's things are, beside what is watched."""

_KEYS: Final = "keys.json"
_CENTRE: Final = "centre"
_STATION: Final = "desk-2"
_WRITTEN: Final = frozenset({"sittings", "admissions", "moves"})


def founded(folder: Path) -> Centre:
    """A centre with a small case whose clip plays a tone."""
    source = small_source(folder / "source" / "sore-leg")
    tone = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=tone).data)
    return Centre.found(folder / _CENTRE, source=source, clock=ManualClock())


def prepare(folder: Path, watched: Path) -> None:
    """Begin a sitting, pack it, and permit another station to go on, whose things are linked into `watched`."""
    centre = founded(folder / BESIDE)
    try:
        admitted = centre.admit()
        centre.begun(admitted, LEFT)
        centre.pack(admitted)
        centre.permit(_STATION)
        keys = centre.keys[_STATION]
        seeds = {"signing": keys.signing.seed.hex(), "sealing": keys.sealing.seed.hex()}
        (folder / BESIDE / _KEYS).write_text(json.dumps(seeds))
    finally:
        centre.close()
    link(watched)


def link(home: Path) -> None:
    """What the station had before, where a home was laid anew."""
    for path in (home.parent / BESIDE / _CENTRE / _STATION).iterdir():
        if path.name not in _WRITTEN:
            (home / path.name).symlink_to(path)


def arrival(home: Path) -> Arrival:
    """The new station, whose home it is."""
    seeds = json.loads((home.parent / BESIDE / _KEYS).read_text())
    keys = StationKeys(
        signing=SigningKey.from_seed(bytes.fromhex(seeds["signing"])),
        sealing=SealingKey.from_seed(bytes.fromhex(seeds["sealing"])),
    )
    place = Home(folder=home)
    return Arrival(home=place, keys=keys, trusting=Trusting.load(place), clock=ManualClock())


def packed(home: Path) -> PackedSitting:
    """What lies on the stick."""
    return only_on(home.parent / BESIDE / _CENTRE / "stick")


def read(place: Path, keys: StationKeys) -> Sequence[Recorded]:
    """The events of a sitting that came, opened by the new station's own key."""
    journal, recorded = Journal.open(place, keys=[keys.sealing], signer=keys.signing)
    journal.close()
    return recorded
