"""All that a proctor may want to know of a sitting so far: what was noted, and what its ledger shows of the clocks."""

from pocus_desktop.sitting import lost
from pocus_desktop.sitting.integrity.codes import Code
from pocus_desktop.sitting.state import SittingState


def noted(state: SittingState) -> tuple[tuple[str, str], ...]:
    """Every note as (code, detail): first those of the journal in order, then changed clocks and sleep."""
    ledger = state.ledger
    clocks = tuple((Code.CLOCK_CHANGED.value, str(note.delta_ms)) for note in ledger.notes)
    slept = tuple(
        (Code.SLEPT.value, str(entry.amount_ms))
        for entry in ledger.entries
        if entry.kind == "gap" and entry.reason == lost.SLEPT
    )
    return (*state.integrity, *clocks, *slept)
