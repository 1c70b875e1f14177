"""Results, as candidates are told them: into the portfolio of whoever has an account (formats/academy 8).

1. A sitting is told once it is scored whole, was live, and nothing of it waits for people or is in doubt.
2. What is told later of the same sitting, such as a corrected score, is a later revision of the same document.
3. One that does not count, because it was set aside or an appeal on technology was granted, is told as void. What was
   never told is not told as void either: there is nothing to take back.
4. That something may have to be told is noted with what changes it (`hub.records.store_untold`), and the note goes with
   what is told. A hub that dies between leaves the note, and whoever runs next takes it up. It stays while something is
   in doubt too, for what ends the doubt may be a word on another sitting.
"""

import hashlib
from collections.abc import Callable
from typing import Final, NamedTuple

from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.errors import StoreUnavailableError
from pocus_desktop.hub.programme.appeals import GRANTED
from pocus_desktop.hub.programme.portfolios import Portfolios, payload_of
from pocus_desktop.hub.programme.store import APPEAL, GIVEN, PORTFOLIO
from pocus_desktop.hub.records import store_engine
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.records.store_tables import UNTOLD
from pocus_desktop.hub.registry.results import Results
from pocus_desktop.hub.registry.store import RegistryRows, RegistryStore, Row
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.ids import ALPHABET
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import ResultSummary
from pocus_desktop.scoring.score import ScoreReport

SUBJECT: Final = "result:"
_SET_ASIDE: Final = "set-aside"
_REJECTED: Final = "rejected-walk-in"
"""The one doubt that never ends."""

_CONTEXT: Final = b"pocus result\x00"
_ID_CHARACTERS: Final = 20
_HUNDREDTHS: Final = 100

SatAt = Callable[[Standing], int | None]
"""When a sitting was last heard of, by its own stamps; None where that cannot be told."""


class _Found(NamedTuple):
    """A sitting that somebody is to be told of, with what that takes.

    Attributes:
        account: The row of who is told.
        sat_ms: When it was handed in; None where that cannot be told.
    """

    standing: Standing
    report: ScoreReport
    area: ContentArea
    account: Row
    sat_ms: int | None


class Releasing:
    """The desk; any thread may call.

    Args:
        store: The registry's tables.
        results: Where sittings stand.
        sat: Who sat them, and what must be known beside them.
        portfolios: Who is told.
        clock: When.
        area_of: The area of a bundle in a version.
        sat_at: When a sitting was handed in.
    """

    def __init__(
        self,
        store: RegistryStore,
        results: HubStore,
        sat: Results,
        portfolios: Portfolios,
        clock: Clock,
        *,
        area_of: Callable[[str, int], ContentArea | None],
        sat_at: SatAt,
    ) -> None:
        self._store = store
        self._results = results
        self._sat = sat
        self._portfolios = portfolios
        self._clock = clock
        self._area_of = area_of
        self._sat_at = sat_at

    def release(self, sitting: str) -> bool:
        """Tell what a sitting came to, where it may be told and is news; whether it was.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        while True:
            standing = self._results.standing(sitting)
            account = None if standing is None else self._account(standing)
            found = None if standing is None or account is None else self._found(standing, account)
            if found is None and not self._store.look(UNTOLD, sitting=sitting):
                return False
            with self._store.rows() as rows:
                rows.find(UNTOLD, sitting=sitting)  # from here on what changes waits, and is noted anew
                if self._results.standing(sitting) != standing:
                    continue
                if standing is not None and _id(self._account(standing)) != _id(account):
                    continue  # it turned out to be somebody else's in between, or somebody's at all
                is_told = found is not None and self._tell(rows, found)
                if is_told is not None and (standing is None or standing.status is not Status.RECEIVED):
                    rows.told(sitting)
                return bool(is_told)

    def take_up(self) -> int:
        """Tell what is noted still, and can be told now (rule 4); how many sittings were looked at.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        waiting = sorted(row["sitting"] for row in self._store.look(UNTOLD))
        for sitting in waiting:
            try:
                self.release(sitting)
            except PocusError as problem:  # such as a damaged shelf: the others are told all the same
                if isinstance(problem, StoreUnavailableError) and not store_engine.is_unstorable(problem):
                    raise
                log.failure(problem)
            except Exception as bug:  # noqa: BLE001 - such as a report that this program does not read: the same
                log.bug("academy.untold_failed", bug)
        return len(waiting)

    def is_awaited(self, standing: Standing) -> bool:
        """Whether somebody has an account to be told in."""
        if standing.mode != Mode.LIVE or standing.is_partial:
            return False
        return self._account(standing) is not None

    def _account(self, standing: Standing) -> Row | None:
        """The account of who sat it; None where they have none."""
        found = self._store.look(PORTFOLIO, folded_id=folded(self._sat.candidate_of(standing)))
        return found[0] if found else None

    def _found(self, standing: Standing, account: Row) -> _Found | None:
        """What takes long to find, and stays as it is while the standing does; None where there is nothing to tell."""
        if standing.mode != Mode.LIVE or standing.is_partial or standing.report is None:
            return None
        area = self._area_of(standing.bundle_id, standing.bundle_version)
        report = ScoreReport.model_validate_json(standing.report)
        if area is None or report.result == "pending":
            return None
        return _Found(standing, report, area, account, self._sat_at(standing))

    def _tell(self, rows: RegistryRows, found: _Found) -> bool | None:
        """Rules 1 and 3: whether it was told; None where that waits until nothing is in doubt."""
        sitting = found.standing.sitting
        doubts = self._sat.doubts_of(sitting)
        before = _told(rows, sitting)
        granted = rows.find(APPEAL, about=sitting, state=GRANTED)
        is_void = bool(granted) or _SET_ASIDE in doubts
        if doubts and not is_void:
            return False if _REJECTED in doubts else None
        if is_void and before is None:
            return False
        return self._give(rows, found.account, before, self._summary(found, is_void=is_void))

    def _summary(self, found: _Found, *, is_void: bool) -> ResultSummary:
        standing, account = found.standing, found.account
        now_ms = self._clock.read().wall_ms
        sat_ms = min(found.sat_ms or now_ms, now_ms)
        return ResultSummary(
            result_id=result_id_of(standing.sitting),
            candidate_id=account["candidate_id"],
            area=found.area,
            sitting_id=standing.sitting,
            sealed_digest=standing.digest,
            sat_on=local_day(sat_ms, account["zone"]),
            score=round(found.report.points * _HUNDREDTHS),
            maximum=max(round(found.report.max_points * _HUNDREDTHS), 1),
            is_void=is_void,
            released_on=local_day(now_ms, account["zone"]),
        )

    def _give(self, rows: RegistryRows, account: Row, before: ResultSummary | None, document: ResultSummary) -> bool:
        """Rule 2."""
        if before is not None:
            document = document.model_copy(update={"revision": before.revision + 1})
            same = {"revision": before.revision, "released_on": before.released_on, "sat_on": before.sat_on}
            if document.model_copy(update=same) == before:
                return False
        self._portfolios.give(rows, account["account_id"], document, document.sitting_id)
        now = "void" if document.is_void else f"{document.score}/{document.maximum}"
        rows.note(
            SUBJECT + document.sitting_id,
            at_ms=self._clock.read().wall_ms,
            action="released",
            was="" if before is None else f"{before.score}/{before.maximum}",
            now=now,
            who="hub",
            why="",
        )
        log.event("academy.result_released", sitting=document.sitting_id)
        return True


def _id(account: Row | None) -> str:
    return "" if account is None else account["account_id"]


def result_id_of(sitting: str) -> str:
    """The id of the document that tells a sitting's result: the same whenever it is told."""
    bits = int.from_bytes(hashlib.sha256(_CONTEXT + sitting.encode()).digest()[:13], "big") >> 4
    return "res_" + "".join(ALPHABET[bits >> 5 * at & 31] for at in range(_ID_CHARACTERS - 1, -1, -1))


def _told(rows: RegistryRows, sitting: str) -> ResultSummary | None:
    """What was told of a sitting last; None where nothing was."""
    given = [payload_of(row["envelope"]) for row in rows.find(GIVEN, about=sitting, kind="result")]
    found = [one for one in given if isinstance(one, ResultSummary)]
    return max(found, key=lambda one: one.revision, default=None)
