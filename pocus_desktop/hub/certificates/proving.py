"""What a certificate rests on: a sitting that the hub scored (formats/certificate 8.1)."""

from collections.abc import Callable, Collection, Sequence

from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.certificates.errors import NotPassedError
from pocus_desktop.hub.programme.appeals import GRANTED
from pocus_desktop.hub.programme.store import APPEAL
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.registry.results import Results
from pocus_desktop.hub.registry.store import Row
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.scoring.score import ScoreReport

AreaOf = Callable[[str, int], ContentArea | None]
"""The content area of a registered bundle and version."""

Look = Callable[..., Sequence[Row]]
"""Reads the rows of a table that have these values, such as a transaction does."""


class Proving:
    """A sitting proves where it was live, passed, the candidate's own, whole, not void, and nothing is in doubt.

    Args:
        records: The hub's records of sittings.
        attempts: Whose each is, and what is remarked about it.
        area_of: What a bundle is of.
    """

    def __init__(self, records: HubStore, attempts: Results, area_of: AreaOf) -> None:
        self._records = records
        self._attempts = attempts
        self._area_of = area_of

    def area(self, sitting: str) -> ContentArea:
        """What the assessment was of: the same for ever.

        Raises:
            NotPassedError: Nothing is known of the sitting.
        """
        standing = self._records.standing(sitting)
        area = None if standing is None else self._area_of(standing.bundle_id, standing.bundle_version)
        if area is None:
            raise NotPassedError(sitting=sitting, reason="nothing is known of it")
        return area

    def opening(self, candidate_id: str, sitting: str, area: ContentArea, look: Look) -> Opening:
        """What a certificate commits to: the sealed result of the sitting.

        Args:
            candidate_id: Whose it must be.
            sitting: Which.
            area: What it was of.
            look: Reads the rows of the transaction that issues.

        Raises:
            NotPassedError: The sitting proves nothing for this candidate.
        """
        standing = self._records.standing(sitting)
        assert standing is not None  # noqa: S101 - its area is known, and no result is ever taken away
        sat_by = self._attempts.candidate_of(standing)
        if folded(sat_by) != folded(candidate_id):
            raise NotPassedError(sitting=sitting, reason="another candidate sat it")
        if look(APPEAL, about=sitting, state=GRANTED):  # from the decision on, told or not
            raise NotPassedError(sitting=sitting, reason="an appeal made it void")
        reason = _fault(standing, self._attempts.doubts_of(sitting))
        if reason:
            raise NotPassedError(sitting=sitting, reason=reason)
        return Opening.fresh(str(area), standing.digest)


def _fault(standing: Standing, doubts: Collection[str]) -> str:
    """Why a sitting proves nothing; empty where it does."""
    report = None if standing.report is None else ScoreReport.model_validate_json(standing.report)
    if standing.mode != Mode.LIVE:
        return "it was not live"
    if report is None or report.result != "pass" or standing.is_partial:
        return "it is not passed, or not whole"
    return f"it is in doubt: {', '.join(sorted(doubts))}" if doubts else ""
