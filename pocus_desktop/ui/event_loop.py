"""The event loop, with cyclic garbage collected on the GUI thread only.

Python may start a collection on whatever thread allocates. One that started on the journal's thread could destroy a
widget there, which Qt does not survive; so while the loop runs, collections wait for a timer of the GUI thread.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QCoreApplication, QTimer

LOOK_MS: Final = 1_000
"""How often it is looked whether there is enough to collect."""


def run(application: QCoreApplication) -> int:
    """Run the event loop until it is told to quit; its exit status."""
    with collecting_here():
        return application.exec()


@contextmanager
def collecting_here() -> Iterator[None]:
    """Collect on this thread, by its event loop, and on no other."""
    was_enabled = gc.isenabled()
    gc.disable()
    timer = QTimer()
    timer.setInterval(LOOK_MS)
    timer.timeout.connect(collect_what_is_due)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        if was_enabled:
            gc.enable()


def keep_what_was_loaded() -> None:
    """Never look again at what is there now: modules and classes stay, and looking takes a tenth of a second."""
    gc.freeze()


def collect_what_is_due() -> int:
    """Collect the generations that Python itself would by now; the number of objects that went."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    if not thresholds[0] or counts[0] <= thresholds[0]:
        return 0
    oldest = max(
        generation for generation in range(3) if generation == 0 or counts[generation] > thresholds[generation]
    )
    return gc.collect(oldest)
