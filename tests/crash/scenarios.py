"""What is recorded, in a process of its own, and what must be so in every state that a power cut leaves of it.

    python -m tests.crash.scenarios FOLDER NAME...

Each in FOLDER/NAME; the outbox's after the sitting's.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import make_folder, sync_folder
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import MovedAwayError
from pocus_desktop.sitting.folder import MOVED, SittingFolder
from pocus_desktop.sitting.moving.move_in import Point as MoveIn
from pocus_desktop.sitting.moving.move_stick import only_on
from pocus_desktop.sitting.moving.packing import Point, pack
from pocus_desktop.sitting.receipt import issue_receipt, verify_receipt
from pocus_desktop.sitting.sealed import open_sealed_result, read_header
from pocus_desktop.sync.outbox import Outbox
from tests.crash import moving_in, portfolio_stick
from tests.crash.recording import MARKS
from tests.crash.states import State
from tests.sitting.crash_child import SCRIPT, world_in
from tests.sitting.world import to_femoral

SITTING: Final = "sitting"
STICK: Final = "stick"
DONE: Final = "done"
STEP_MS: Final = 7_000
DIGEST_LETTERS: Final = 64
HUB: Final = SigningKey.from_seed(b"\x01" * 32)
ACADEMY: Final = SealingKey.from_seed(b"\x02" * 32)
CENTRE: Final = SealingKey.from_seed(b"\x03" * 32)


class SignsAtOnce:
    """A carrier whose hub signs for whatever it gets."""

    name = "at once"

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """The receipt."""
        header = read_header(envelope)
        return issue_receipt(
            HUB,
            sealed_digest=digest,
            sitting=header.sitting,
            last_seq=header.last_seq,
            received_at_ms=1_800_000_000_000,
            is_partial=header.is_partial,
        )

    def close(self) -> None:
        """Nothing is open."""


# What is recorded ---------------------------------------------------------------------------------------------------


def sit(folder: Path) -> None:
    """A whole sitting: begun, answered over a checkpoint, handed in, sealed, its wrappings destroyed."""
    mark = _marker(folder)
    world = world_in(folder)
    sitting = world.begin(name=SITTING)
    mark(str(sitting.state.last_seq))
    for intent in SCRIPT:
        world.clock.advance(ms=STEP_MS)
        sitting.tick()
        sitting.handle(intent)
        mark(str(sitting.state.last_seq))
    assert sitting.sealed is not None
    mark(f"sealed {sitting.sealed.sealed_digest}")
    sitting.close()
    story = [one.as_json() for one in sitting.recorded]
    (folder.parent / f"{folder.name}.story").write_text(json.dumps(story))


def deliver(folder: Path) -> None:
    """What the sitting sealed, through the outbox: taken and delivered."""
    mark = _marker(folder)
    box = Outbox(folder / "outbox", SignsAtOnce(), [HUB.public])
    sealed = (path for path in (folder.parent / "sitting" / SITTING).iterdir() if len(path.name) == DIGEST_LETTERS)
    for path in sorted(sealed):
        digest = box.enqueue(path, now_ms=1_800_000_000_000)
        mark(f"taken {digest}")
        box.run_once(1_800_000_000_000)
        assert box.receipt(digest) is not None
        mark(f"received {digest}")
    box.close()


def note(folder: Path) -> None:
    """A small file replaced, three times: the note of the latest time, as all that are written whole or not."""
    mark = _marker(folder)
    latest = LatestTime(folder / "home" / "latest-time.json")
    for seen_ms in (1_000, 2_000, 3_000):
        latest.note(seen_ms)
        mark(str(seen_ms))


def move_out(folder: Path) -> None:
    """A sitting packed onto a new stick; each point of packing is marked."""
    mark = _marker(folder)
    world = world_in(folder)
    to_femoral(world.begin(name=SITTING, centre=CENTRE.public)).close()
    (folder / STICK).mkdir()
    sync_folder(folder)
    pack(folder / SITTING, folder / STICK, now_ms=1, hook=mark)


def move_in(folder: Path) -> None:
    """A permitted sitting taken in from a stick; each point of moving in is marked, and its end."""
    mark = _marker(folder)
    arrival = moving_in.arrival(folder)
    for place in (arrival.home.admissions, arrival.home.moves):
        make_folder(place)
    arrival.take_in(moving_in.packed(folder), hook=mark)
    mark(DONE)


def put_on_stick(folder: Path) -> None:
    """A portfolio put on a stick, and its answer."""
    portfolio_stick.put_and_answer(folder, _marker(folder), HUB, ACADEMY)


def _marker(folder: Path) -> Callable[[str], None]:
    handle = os.open(folder / MARKS, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def mark(line: str) -> None:
        os.write(handle, f"{line}\n".encode())

    return mark


# What must be so ----------------------------------------------------------------------------------------------------


def check_sitting(folder: Path, state: State, story: tuple[Recorded, ...]) -> str:
    """Every acknowledged event is there, the events are the first of the story, and a sealed result opens.

    Returns:
        How it was found: `not begun`, `goes on`, `handed in`, or the code of a refusal.
    """
    world = world_in(folder)
    world.clock.advance(ms=10 * 60_000)
    numbers = [int(line) for line in state.marks if line.isdigit()]
    acknowledged = max(numbers, default=0)
    place = SittingFolder(path=folder / SITTING)
    if not place.has_journal:
        assert acknowledged == 0, "an acknowledged sitting is gone"
        return "not begun"
    try:
        sitting = world.again(name=SITTING)
    except PocusError as refused:
        return refused.code
    try:
        sealed = sitting.sealed
        if sitting.recorded:
            back = max(n for n, one in enumerate(sitting.recorded) if isinstance(one.event, events.Reopened))
            before = list(sitting.recorded[:back])
            if before and before[-1] not in story:  # the sign of life that came between
                assert isinstance(before.pop().event, events.Heartbeat | events.MediaReported)
            assert len(before) >= acknowledged, f"{acknowledged} events were acknowledged, {len(before)} are there"
            assert tuple(before) == story[: len(before)], "an event is another than it was"
        if any(line.startswith("sealed ") for line in state.marks):
            assert sealed is not None, "the hand-in was acknowledged"
        if sealed is None:
            return "goes on"
        opened = open_sealed_result(Path(sealed.sealed_path).read_bytes(), [ACADEMY])
        assert opened.events[: len(story)] == story[: len(opened.events)]
        return "handed in"
    finally:
        sitting.close()


def check_outbox(folder: Path, state: State, _story: tuple[Recorded, ...]) -> str:
    """What was taken is there or receipted, what was received has its receipt, and all is delivered in the end."""
    box = Outbox(folder / "outbox", SignsAtOnce(), [HUB.public])
    try:
        for line in state.marks:
            what, _, digest = line.partition(" ")
            assert digest in {row.digest for row in box.rows()}, f"{line}, and now it is unknown"
            if what == "received":
                answer = box.receipt(digest)
                assert answer is not None, f"{line}, and now there is no receipt"
                verify_receipt(answer, [HUB.public], sealed_digest=digest)
        box.run_once(1_900_000_000_000)
        for row in box.rows():
            assert canonical.digest((box.folder / row.digest).read_bytes()) == row.digest, "a torn envelope"
            assert box.receipt(row.digest) is not None
        return f"{len(box.rows())} delivered"
    finally:
        box.close()


def check_note(folder: Path, state: State, _story: tuple[Recorded, ...]) -> str:
    """The last one acknowledged, or one after it; never anything else."""
    seen_ms = LatestTime(folder / "home" / "latest-time.json").seen_ms()
    acknowledged = max((int(line) for line in state.marks), default=0)
    assert acknowledged <= seen_ms
    assert seen_ms in {0, 1_000, 2_000, 3_000}
    return f"{seen_ms} ms"


def check_move_out(folder: Path, state: State, _story: tuple[Recorded, ...]) -> str:
    """Once it may be let go of, a whole copy is on the stick; until then it goes on here. Never neither, never both.

    Returns:
        How it was found: `not begun`, `goes on`, or `moved`.
    """
    place = SittingFolder(path=folder / SITTING)
    if not place.has_journal:
        assert not state.marks, "a sitting that was packed is gone"
        return "not begun"
    is_let_go = (place.path / MOVED).exists()
    assert is_let_go or Point.NOTED not in state.marks, "the note was acknowledged, and is gone"
    if is_let_go or Point.COPIED in state.marks:
        only_on(folder / STICK).read()
    try:
        world_in(folder).again(name=SITTING).close()
    except MovedAwayError:
        assert is_let_go
        return "moved"
    assert not is_let_go
    return "goes on"


def check_move_in(folder: Path, state: State, _story: tuple[Recorded, ...]) -> str:
    """Nothing of it is here, or all of it; and moving in again completes it, to a sitting that opens whole.

    Returns:
        How it was found: `nothing`, `all of it`, or `done`.
    """
    moving_in.link(folder)
    arrival, stick = moving_in.arrival(folder), moving_in.packed(folder)
    moved = arrival.verified(stick)
    permit, place = moved.permit, SittingFolder(path=arrival.home.sittings / moved.permit.admission_id)
    is_here = place.path.exists()
    assert is_here or not {MoveIn.PLACED, MoveIn.ADMITTED, MoveIn.NOTED, DONE} & set(state.marks), (
        "it came, and is gone"
    )
    if is_here:
        assert len(moving_in.read(place.path, arrival.keys)) == permit.last_seq, "what is in its place is whole"
        assert place.permit() == stick.permit()
    else:
        assert not arrival.home.begun(permit.admission_id).exists(), "nothing here was begun"
        assert not arrival.was_used(permit), "nor is the permit used"
    if arrival.was_used(permit):
        assert arrival.home.admission(permit.admission_id).exists(), "a used permit has all that it needs"
        assert arrival.home.begun(permit.admission_id).exists()
        return "done"
    assert MoveIn.NOTED not in state.marks, "the use was acknowledged, and is gone"
    arrival.take_in(stick)
    assert len(moving_in.read(place.path, arrival.keys)) == permit.last_seq
    assert arrival.was_used(permit)
    assert [path.name for path in arrival.home.sittings.iterdir()] == [permit.admission_id], "nothing is left over"
    return "all of it" if is_here else "nothing"


def check_portfolio_stick(folder: Path, state: State, _story: tuple[Recorded, ...]) -> str:
    """As `portfolio_stick.check`."""
    return portfolio_stick.check(folder, state, HUB, ACADEMY)


SCENARIOS: Final = {
    "sitting": sit,
    "outbox": deliver,
    "note": note,
    "move-out": move_out,
    "move-in": move_in,
    "portfolio-stick": put_on_stick,
}
CHECKS: Final = {
    "sitting": check_sitting,
    "outbox": check_outbox,
    "note": check_note,
    "move-out": check_move_out,
    "move-in": check_move_in,
    "portfolio-stick": check_portfolio_stick,
}


if __name__ == "__main__":
    for name in sys.argv[2:]:
        SCENARIOS[name](Path(sys.argv[1]) / name)
