"""Moves to another station, as the academy judges them (formats/move 6). Pure.

A history that went on at another station counts as permitted where for each of its moves:

1. The permit is signed by the centre that the admission names, and is of this sitting and this admission.
2. It is for the very history that comes before: up to the row before the move, and of these events.
3. From there to the next move, or to the end, only the station that it names writes; that one signed the result.

Nothing is refused for it (adr/0093): what is not permitted is kept, marked, and speaks for its sitting only where
nothing better came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.admission.move_permit import MovePermit, read_permit
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.marking import is_continuation
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.events import CAME_BACK, Moved
from pocus_desktop.sitting.moving.permitting import history_digest
from pocus_desktop.sitting.sealed import Opened

Remark: TypeAlias = Literal["moved", "unpermitted-move", "continued-after-move", "permit-used-twice", "moved-twice"]
UNPERMITTED: Final = -1

FindCentre: TypeAlias = Callable[[str], PublicKey | None]
"""The signing key of an enrolled centre by the id of its sealing key; None where none is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How a history moved between stations.

    Attributes:
        permits: Of its moves, in order, as far as they hold.
        is_permitted: Whether all of them hold, and no other station wrote.
        centre: The signing key's id of the centre that permitted them; empty where none did.
    """

    permits: tuple[MovePermit, ...] = ()
    is_permitted: bool = True
    centre: str = ""

    @property
    def rank(self) -> int:
        """What speaks before what: the more permitted moves, the later; what was not permitted, last."""
        return len(self.permits) if self.is_permitted else UNPERMITTED


def moves_of(opened: Opened, centre: PublicKey | None) -> Moves:
    """How a history moved; rules 1 to 3.

    Args:
        opened: A sealed result.
        centre: The signing key of the centre that its admission names; None where it names none that is known.
    """
    admission_digest = canonical.digest(opened.admission)
    permits: list[MovePermit] = []
    writer = ""
    for at, one in enumerate(opened.events):
        if not isinstance(one.event, CAME_BACK):
            continue
        if isinstance(one.event, Moved):
            found = _permit(one.event, opened.events[:at], centre, writer)
            told = (opened.header.sitting, admission_digest)
            if found is None or (found.sitting, found.admission_digest) != told:
                return Moves(permits=tuple(permits), is_permitted=False, centre=_id_of(centre, permits))
            permits.append(found)
        elif writer and one.event.station != writer:
            return Moves(permits=tuple(permits), is_permitted=False, centre=_id_of(centre, permits))
        writer = one.event.station
    is_signed = not writer or writer == opened.station.raw.hex()
    return Moves(permits=tuple(permits), is_permitted=is_signed, centre=_id_of(centre, permits))


def remark_of(other: Sequence[Recorded], its: Moves, speaks: Sequence[Recorded], its_moves: Moves) -> Remark | None:
    """What must be known of an envelope beside the one that speaks for its sitting; None where it adds nothing.

    Args:
        other: Its history.
        its: How that moved.
        speaks: The history that speaks.
        its_moves: How that moved.
    """
    if not its.is_permitted:
        return "unpermitted-move"
    if is_continuation(other, speaks):
        return None
    shared = _shared(its, its_moves)
    own, further = its.permits[shared:], its_moves.permits[shared:]
    if own:
        return "moved-twice"
    if further:
        is_ours = is_continuation(speaks[: further[0].last_seq], other)
        return "continued-after-move" if is_ours else None
    return "permit-used-twice" if shared else None


def _shared(one: Moves, other: Moves) -> int:
    """How many moves two histories share from the beginning: by the same permit, each used once for both."""
    count = 0
    for mine, theirs in zip(one.permits, other.permits, strict=False):
        if mine.permit_id != theirs.permit_id:
            break
        count += 1
    return count


def _permit(event: Moved, before: Sequence[Recorded], centre: PublicKey | None, writer: str) -> MovePermit | None:
    """The permit of a move, if it holds for what comes before."""
    try:
        permit = read_permit(event.permit, () if centre is None else (centre,)).permit
        history = history_digest(before)
    except PocusError:  # signed by another, or no permit at all; or events that no permit can be about
        return None
    is_of_it = (permit.last_seq, permit.history) == (len(before), history)
    is_from = writer in {"", permit.from_station.raw.hex()}
    is_to = event.station == permit.to_station.signing.raw.hex()
    return permit if is_of_it and is_from and is_to else None


def _id_of(centre: PublicKey | None, permits: Sequence[MovePermit]) -> str:
    return centre.key_id if centre is not None and permits else ""
