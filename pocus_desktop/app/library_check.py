"""Read many bundles to their last byte at once, on all cores: hashing and reading leave Python's lock alone.

No content is opened: what is compared are the digests that the publisher signed (formats/bundle 8), so an embargoed
bundle is verified as any other.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event, Lock
from typing import Final, TypeAlias

from pocus_desktop.bundle.verifier import Progress, VerifiedBundle
from pocus_desktop.kernel.errors import PocusError

Open: TypeAlias = Callable[[], VerifiedBundle]
"""Opens one bundle; called on a thread of the pool."""

_TELL_S: Final = 0.1


def verify_all(
    jobs: Sequence[Open],
    *,
    total_bytes: int = 0,
    progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    threads: int | None = None,
) -> tuple[PocusError | None, ...]:
    """Verify every byte of every bundle.

    Args:
        jobs: Each opens a bundle; the largest had better come first.
        total_bytes: Of all bundles, for `progress`.
        progress: Called on this thread, some ten times a second.
        cancel: Asked on this thread as often; true stops.
        threads: Two a core where omitted, so that none stands idle while the disk is waited for.

    Returns:
        For each job why its bundle cannot be used, or None. What was stopped says `bundle.cancelled`.
    """
    tally, stop = _Tally(), Event()

    def verify(job: Open) -> PocusError | None:
        try:
            with job() as bundle:
                bundle.verify_everything(tally.counter(), stop.is_set)
        except PocusError as problem:
            return problem
        return None

    with ThreadPoolExecutor(max_workers=threads or 2 * (os.cpu_count() or 1), thread_name_prefix="verify") as pool:
        under_way = [pool.submit(verify, job) for job in jobs]
        left = set(under_way)
        try:
            while left:
                left = wait(left, timeout=_TELL_S).not_done
                if progress is not None:
                    progress(Progress(done_bytes=tally.done_bytes, total_bytes=max(total_bytes, tally.done_bytes)))
                if cancel is not None and cancel():
                    stop.set()
        except BaseException:  # such as Ctrl-C: the threads end at their next segment
            stop.set()
            raise
        return tuple(each.result() for each in under_way)


class _Tally:
    """How many bytes all threads have verified together."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.done_bytes = 0

    def counter(self) -> Callable[[Progress], None]:
        """What one bundle's verification reports to."""
        before = 0

        def count(progress: Progress) -> None:
            nonlocal before
            with self._lock:
                self.done_bytes += progress.done_bytes - before
            before = progress.done_bytes

        return count
