"""What people must know beside a score: double sittings, provisional admissions, doubtful stations.

Remarks are codes; they follow from the records and are written nowhere, so none goes missing and none outlives its
cause.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final

from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import WalkInRecord, WalkInState
from pocus_desktop.hub.errors import NotFoundError
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.registry.marks import Marks
from pocus_desktop.hub.registry.reconciling import WalkIns
from pocus_desktop.kernel import canonical

_COUNTING: Final = frozenset({Mode.LIVE, Mode.TRIAL})
_WALK_IN: Final = {WalkInState.WAITING: "provisional", WalkInState.REJECTED: "rejected-walk-in"}
_HARMLESS: Final = frozenset({"moved"})
"""Remarks that keep no result from counting."""


class Results:
    """Results with what must be known beside them."""

    def __init__(self, results: HubStore, marks: Marks, walk_ins: WalkIns) -> None:
        self._results = results
        self._marks = marks
        self._walk_ins = walk_ins

    def remarks_of(self, sitting: str) -> tuple[str, ...]:
        """The remarks of one sitting, without a look at everybody's (`remarks`).

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        standing = self._results.standing(sitting)
        if standing is None:
            return ()
        walked = self._walk_ins.all(sitting=sitting)
        said = {standing.candidate_id, *(one.candidate for one in walked if one.candidate)}
        near = {one.sitting: one for one in self._results.standings(admission_id=standing.admission_id)}
        for person in said | self._walk_ins.spelled(said):
            near |= {one.sitting: one for one in self._results.standings(candidate_id=person)}
        found = [self._results.standing(one) for one in self._walk_ins.sat_by(said)]
        near |= {one.sitting: one for one in found if one}
        walk_ins = [walk_in for one in near for walk_in in self._walk_ins.all(sitting=one)]
        return self._remarks(list(near.values()), walk_ins, sitting).get(sitting, ())

    def doubts_of(self, sitting: str) -> frozenset[str]:
        """The remarks of one sitting that keep it from counting until people have looked.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return frozenset(self.remarks_of(sitting)) - _HARMLESS

    def candidate_of(self, standing: Standing) -> str:
        """The ID number of who sat a sitting: of a walk-in the one that it was matched to.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        walk_in = self._matched(standing.sitting)
        return standing.candidate_id if walk_in is None else walk_in.candidate

    def _matched(self, sitting: str) -> WalkInRecord | None:
        walked = self._walk_ins.all(sitting=sitting)
        return next((one for one in walked if one.state is WalkInState.MATCHED), None)

    def remarks(self) -> Mapping[str, tuple[str, ...]]:
        """For each sitting that has any, its remarks.

        They are: `admission-sat-twice`, `attempt-sat-twice`, `forked`, `revoked-station`, `revoked-centre`,
        `revoked-key`, `unknown-station`, `set-aside`, `provisional`, `rejected-walk-in`, `number-used-twice`; and of
        moves between stations (`hub.moves`) `moved`, `unpermitted-move`, `continued-after-move`, `permit-used-twice`,
        `moved-twice`.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return self._remarks(self._results.standings(), self._walk_ins.all(), None)

    def _remarks(
        self, standings: Sequence[Standing], walk_ins: Sequence[WalkInRecord], sitting: str | None
    ) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for one in _doubled(standings, lambda one: (one.admission_id,)):
            found[one].append("admission-sat-twice")
        counting = [one for one in standings if one.mode in _COUNTING]
        walked = {one.sitting: one for one in walk_ins}
        rejected = {sitting for sitting, one in walked.items() if one.state is WalkInState.REJECTED}
        counting = [one for one in counting if one.sitting not in rejected]
        for one in _doubled(counting, lambda one: _attempt(one, walked.get(one.sitting))):
            if "admission-sat-twice" not in found[one]:
                found[one].append("attempt-sat-twice")
        for move in self._results.moves(sitting):
            found[move.sitting] += [move.remark] if move.remark else []
        for standing in standings:
            if standing.has_fork and found[standing.sitting] in ([], ["moved"]):
                found[standing.sitting].append("forked")
        for mark in self._marks.all(sitting):
            found[mark.sitting] += [] if mark.decision == "keep" else [mark.reason]
            found[mark.sitting] += ["set-aside"] if mark.decision == "set-aside" else []
        for walk_in in walked.values():
            found[walk_in.sitting] += [_WALK_IN[walk_in.state]] if walk_in.state in _WALK_IN else []
            found[walk_in.sitting] += ["number-used-twice"] if walk_in.is_doubled else []
        return {sitting: tuple(dict.fromkeys(told)) for sitting, told in found.items() if told}

    def report(self, sitting: str) -> str:
        """A sitting's score report as JSON, with whose it is and every remark.

        Raises:
            NotFoundError: No sitting of that id is known.
            StoreUnavailableError: The database does not answer.
        """
        standing = self._results.standing(sitting)
        if standing is None:
            raise NotFoundError
        walk_in = self._matched(sitting)
        return canonical.encode(
            {
                "format": 1,
                "sitting": sitting,
                "candidate": standing.candidate_id if walk_in is None else walk_in.candidate,
                "admission_id": standing.admission_id,
                "attempt": standing.attempt if walk_in is None else walk_in.attempt,
                "mode": standing.mode,
                "bundle_id": standing.bundle_id,
                "bundle_version": standing.bundle_version,
                "status": str(standing.status),
                "is_partial": standing.is_partial,
                "problem": standing.problem,
                "remarks": list(self.remarks_of(sitting)),
                "report": None if standing.report is None else canonical.decode(standing.report.encode("utf-8")),
            }
        ).decode("utf-8")


def _doubled(standings: Iterable[Standing], key: Callable[[Standing], Hashable]) -> list[str]:
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for one in standings:
        groups[key(one)].append(one.sitting)
    return [sitting for group in groups.values() if len(group) > 1 for sitting in group]


def _attempt(one: Standing, walk_in: WalkInRecord | None) -> Hashable:
    """Whose attempt it is, as far as is known: a matched walk-in's is that of the admission it was matched to."""
    if walk_in is not None and walk_in.state is WalkInState.MATCHED:
        return folded(walk_in.candidate), one.bundle_id, walk_in.attempt, one.mode
    return folded(one.candidate_id), one.bundle_id, one.attempt, one.mode
