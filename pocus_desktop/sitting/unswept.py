"""Makes many objects that all stay without the collector looking through the whole program for what is not there.

A replay makes some ten thousand objects. That alone sets off full collections, each as long as the replay itself where
a window is open (docs/adr/0036).
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """No cyclic collection inside, on any thread; for tens of milliseconds at most. May also decorate a function."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
