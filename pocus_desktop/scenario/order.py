"""In which order a candidate sits the cases, and where they rest between them (formats/case 8.2, 8.3). Pure."""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from pocus_desktop.case.models import Assessment, Break, Case
from pocus_desktop.scenario.errors import CaseUnfitError


def as_sat(assessment: Assessment, seed: int) -> Assessment:
    """The assessment with its cases in the order in which the sitting of this seed takes them.

    Raises:
        CaseUnfitError: A case is pinned that is not there.
    """
    names = {case.id for case in assessment.cases}
    stray = next((name for name in assessment.pinned if name not in names), None)
    if stray is not None:
        raise CaseUnfitError(id=stray, reason="it is pinned, and no case has this id")
    if assessment.order == "fixed":
        return assessment
    place = {None: 1, "first": 0, "last": 2}

    def key(case: Case) -> tuple[int, bytes]:
        pin = assessment.pinned.get(case.id)
        return place[pin], b"" if pin else lot(seed, case.id)

    return assessment.model_copy(update={"cases": tuple(sorted(assessment.cases, key=key))})


def lot(seed: int, name: str) -> bytes:
    """What a name draws: the same on every machine and in every version, unlike the orders of a random generator."""
    return sha256(f"pocus order v1/{seed}/{name}".encode()).digest()


def breaks_after(sat: Assessment) -> Mapping[str, Break]:
    """By the case that comes before it: the breaks between the cases of an assessment as it is sat.

    Raises:
        CaseUnfitError: A break comes after no case, after the last one, or where another does.
    """
    ids = [case.id for case in sat.cases]
    found: dict[str, Break] = {}
    for one in sat.breaks:
        number = one.after if isinstance(one.after, int) else ids.index(one.after) + 1 if one.after in ids else 0
        if not 0 < number < len(ids):
            raise CaseUnfitError(id=str(one.after), reason="a break comes after it, and no case follows")
        if ids[number - 1] in found:
            raise CaseUnfitError(id=str(one.after), reason="two breaks come after it")
        found[ids[number - 1]] = one
    return MappingProxyType(found)
