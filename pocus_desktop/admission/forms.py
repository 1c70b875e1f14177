"""Forms: which of several bundles of one assessment a candidate gets (formats/case 9). Pure.

The rule knows nothing of hubs: it is given what the forms are, what the candidate had, and how often each was drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pocus_desktop.admission.errors import SittingError
from pocus_desktop.kernel.errors import Blame
from pocus_desktop.scenario.order import lot


class NoFormsError(SittingError):
    """An assessment has no form that could be drawn, or one of its forms stands twice."""

    code = "sitting.no_forms"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One bundle of several that ask the same of a candidate.

    Attributes:
        bundle_id: Which.
        minimum_version: The oldest version of it that may be sat.
    """

    bundle_id: str
    minimum_version: int


def draw(forms: Sequence[Form], *, had: Sequence[str], used: Mapping[str, int], seed: int) -> Form:
    """The form for a candidate's next attempt.

    1. One that the candidate never had, while there is one; else one of those that they had least often; of these, the
       one that they had longest ago.
    2. Where several are left, those that were drawn least often for anyone.
    3. Where several are still left, the lot of the seed.

    Args:
        forms: The assessment's, in any order.
        had: The bundle ids of the candidate's earlier attempts, the oldest first; those that are no form (any more)
            do not count.
        used: By bundle id, how often it was drawn for anyone; 0 where it is not there.
        seed: Of this draw.

    Raises:
        NoFormsError: There is none, or one stands twice.
    """
    ids = [form.bundle_id for form in forms]
    twice = next((name for name in ids if ids.count(name) > 1), "")
    if not forms or twice:
        raise NoFormsError(twice=twice or "-", count=len(forms))
    last = {name: number for number, name in enumerate(had, start=1)}

    def merit(form: Form) -> tuple[int, int, int, bytes]:
        name = form.bundle_id
        return had.count(name), last.get(name, 0), used.get(name, 0), lot(seed, name)

    return min(forms, key=merit)
