"""What the ledger shows of the clocks, as notes: a proctor is to see it, and the journal has the evidence."""

from pocus_desktop.sitting import lost
from pocus_desktop.sitting.integrity.codes import Code, Note
from pocus_desktop.sitting.ledger import Ledger


def of_clocks(ledger: Ledger) -> tuple[Note, ...]:
    """Changed clocks, then sleep, each in order."""
    changed = [Note(what=Code.CLOCK_CHANGED, detail=str(note.delta_ms)) for note in ledger.notes]
    slept = [
        Note(what=Code.SLEPT, detail=str(entry.amount_ms))
        for entry in ledger.entries
        if entry.kind == "gap" and entry.reason == lost.SLEPT
    ]
    return (*changed, *slept)
