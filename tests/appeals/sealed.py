"""From a sitting to the file of an appeal."""

from collections.abc import Sequence

from pocus_desktop.appeals.appeal import Appeal, appeal
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.sealed import Opened, open_sealed_result, seal_bytes
from tests.sitting.world import World


def sealed_of(world: World, recorded: Sequence[Recorded], *, is_partial: bool = False, name: str = "sitting") -> bytes:
    """The events sealed to the world's academy."""
    return seal_bytes(
        recorded,
        admission=(world.folder / name / "admission.dsse.json").read_bytes(),
        head=b"\x01" * 32,
        station=world.station.signing,
        recipients=[world.academy.public],
        sealed_at_ms=recorded[-1].at.wall_ms,
        is_partial=is_partial,
    )


def opened_of(world: World, recorded: Sequence[Recorded], *, is_partial: bool = False) -> Opened:
    """The same, sealed and opened again."""
    return open_sealed_result(sealed_of(world, recorded, is_partial=is_partial), [world.academy])


def appeal_of(world: World, recorded: Sequence[Recorded], *, has_bundle: bool = True) -> Appeal:
    """The file of an appeal over these events."""
    material = world.material() if has_bundle else None
    return appeal([opened_of(world, recorded)], material=material, hubs=[world.hub.public])
