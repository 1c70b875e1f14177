"""What was recorded comes back as it was."""

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.journal import Journal
from pocus_desktop.sitting.kept import Kept
from tests.sitting.crash_child import SCRIPT
from tests.sitting.world import World


def test_a_whole_sitting_is_kept_as_the_journal_has_it(world: World) -> None:
    sitting = world.begin()
    for intent in SCRIPT[:-1]:  # a journal that was handed in opens here no more
        world.clock.advance(ms=7_000)
        sitting.tick()
        sitting.handle(intent)
    kept = sitting.recorded
    sitting.close()
    keys = [world.station.sealing]
    journal, durable = Journal.open(world.folder / "sitting", keys=keys, signer=world.station.signing)
    journal.close()
    assert kept == durable
    assert Kept(durable).all() == durable


def test_heartbeats_of_several_boots() -> None:
    recorded = tuple(
        Recorded(
            seq=seq,
            at=Reading(monotonic_ms=-seq, wall_ms=2**52 + seq, boot_id=f"boot-{seq % 3}"),
            event=events.Heartbeat() if seq % 4 else events.Paused(reason=str(seq)),
        )
        for seq in range(1, 60)
    )
    assert Kept(recorded).all() == recorded
