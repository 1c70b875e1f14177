"""What becomes of a sitting: scored by the envelope that speaks for it, and compared with all that were sent of it."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.errors import NotFoundError, ObjectDamagedError, ShelfDamagedError, StoreUnavailableError
from pocus_desktop.hub.intake import Intake
from pocus_desktop.hub.marking import is_continuation, mark
from pocus_desktop.hub.moves import remark_of
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.records.store_orders import OrderRemark
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.shelf import Shelf
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scoring.score import ScoreReport
from pocus_desktop.sitting.sealed import Opened

UNEXPECTED: Final = "kernel.unexpected"


class Settling:
    """Settles sittings of one hub; any thread may call."""

    def __init__(
        self,
        *,
        store: HubStore,
        intake: Intake,
        shelf: Shelf,
        registry: Registry,
        clock: Clock,
        is_awaited: Callable[[Standing], bool],
    ) -> None:
        """Join the parts.

        Args:
            store: Where each sitting stands.
            intake: Opens the envelopes.
            shelf: Assessments and their scoring keys.
            registry: Is told of walk-ins.
            clock: When a sitting was settled.
            is_awaited: Whether somebody is told of what it comes to.
        """
        self._store = store
        self._intake = intake
        self._shelf = shelf
        self._registry = registry
        self._clock = clock
        self._is_awaited = is_awaited

    def settle(self, sitting: str) -> Status:
        """Score a sitting by the envelope that speaks for it, and note what came of it.

        Whatever goes wrong here is noted and harms no one else's result; the envelope itself is safe.

        Raises:
            NotFoundError: No sitting of that id is known.
            StoreUnavailableError: The records do not take it; it is done at the next start.
        """
        while True:
            envelopes = self._store.envelopes(sitting)
            standing = self._store.standing(sitting)
            if standing is None:
                raise NotFoundError
            stamp = self._stamp(standing)
            status = self._settle(standing)
            later = self._store.standing(sitting)
            is_same = later is not None and later.digest == standing.digest
            is_compared = self._store.envelopes(sitting) == envelopes  # with all that may tell another history
            if is_same and is_compared and self._stamp(standing) == stamp:
                return status  # else a key was registered or an envelope came meanwhile, here or in another process

    def opened(self, standing: Standing) -> Opened:
        """What the envelope that speaks for a sitting says.

        Raises:
            ObjectDamagedError: The file is gone, or not what it was.
            PocusError: `sitting.*`, where no key opens it any more.
        """
        opened = self._intake.open(standing.digest)
        if opened is None:
            raise ObjectDamagedError(digest=standing.digest)
        return opened

    def _settle(self, standing: Standing) -> Status:
        report: ScoreReport | None = None
        status, problem, has_fork = Status.WAITING_FOR_KEY, "", standing.has_fork
        try:
            opened = self.opened(standing)
            self._registry.walk_ins.note(standing.sitting, opened.admission)
            shelved = self._shelf.find(standing.bundle_id, standing.bundle_version)
            has_fork = self._compare(standing.sitting, opened)
            self._note_orders(standing.sitting, opened)
            if shelved is not None:
                report = mark(opened, shelved)
                status = Status.SCORED
        except StoreUnavailableError:
            raise
        except PocusError as error:
            log.failure(error)
            status, problem = Status.FAILED, error.code
        except Exception as bug:  # noqa: BLE001 - a mistake in marking must not stop the hub from taking results
            _log_bug(bug)
            status, problem = Status.FAILED, UNEXPECTED
        self._store.settle(
            standing.sitting,
            digest=standing.digest,
            status=status,
            now_ms=self._clock.read().wall_ms,
            problem=problem,
            has_fork=has_fork,
            report=None if report is None else report.model_dump_json(),
            is_untold=status is Status.SCORED and self._is_awaited(standing),
        )
        log.event("hub.settled", sitting=standing.sitting, status=str(status), problem=problem, has_fork=has_fork)
        return status

    def _stamp(self, standing: Standing) -> str | None:
        try:
            return self._shelf.stamp(standing.bundle_id, standing.bundle_version)
        except ShelfDamagedError:  # marking meets it too, and notes it
            return None

    def _note_orders(self, sitting: str, speaks: Opened) -> None:
        """Note what must be known of what a proctor did in the history that speaks."""
        orders = self._intake.orders_of(speaks)
        found = None
        if orders is not None and (orders.remarks or orders.centre):
            found = OrderRemark(digest=speaks.digest, sitting=sitting, centre=orders.centre, remarks=orders.remarks)
        if found is not None or self._store.orders(sitting):
            self._store.note_orders(sitting, found)

    def _compare(self, sitting: str, speaks: Opened) -> bool:
        """Note what a sitting's envelopes say of its moves; whether any tells a history that does not lead here."""
        moves = self._intake.moves_of(speaks)
        remarks: dict[str, str] = {}
        if not moves.is_permitted:
            remarks[speaks.digest] = "unpermitted-move"
        elif moves.permits:
            remarks[speaks.digest] = "moved"
        has_fork = False
        for digest in self._store.envelopes(sitting):
            other = None if digest == speaks.digest else self._intake.open(digest)
            if other is None:
                continue
            remark = remark_of(other.events, self._intake.moves_of(other), speaks.events, moves)
            if remark is not None:
                remarks[digest] = remark
            has_fork = has_fork or not is_continuation(other.events, speaks.events)
        if remarks or self._store.moves(sitting):
            self._store.note_moves(sitting, remarks)
        return has_fork


def _log_bug(bug: Exception) -> None:
    """Where it happened and of what kind; its text may carry an answer and stays out."""
    place = traceback.extract_tb(bug.__traceback__)[-1]
    safe = {"kind": type(bug).__name__, "file": Path(place.filename).name, "line": place.lineno or 0}
    logging.getLogger("pocus_desktop").error("hub.marking_failed", extra={"safe": safe})
