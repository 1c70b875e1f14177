"""Marking: from an accepted envelope to a score report, by the engine and fold that the candidate's screen ran on."""

from collections.abc import Sequence

from pocus_desktop.hub.errors import OtherBundleError
from pocus_desktop.hub.shelf import Shelved
from pocus_desktop.scoring.score import ScoreReport, score
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.events import Opened as OpenedEvent
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.sealed import Opened


def mark(opened: Opened, shelved: Shelved) -> ScoreReport:
    """Replay a sitting, judge whether it kept to its limits, and score what was answered.

    Raises:
        OtherBundleError: It was sat with another build of the bundle.
        PocusError: `sitting.*`, `scenario.*` or `scoring.*`: its events are no fair history of this assessment.
    """
    first = opened.events[0].event
    assert isinstance(first, OpenedEvent)  # noqa: S101 - opening a sealed result proves it (rule 6)
    if shelved.manifest_digest and first.manifest_digest != shelved.manifest_digest:
        raise OtherBundleError(bundle=shelved.bundle_id, version=shelved.bundle_version)
    course = Course.of(shelved.assessment, first)
    state = judge(course, opened.events)
    return score(shelved.assessment, shelved.key, state.responses, course.shown_items(state.configuration))


def is_continuation(earlier: Sequence[Recorded], later: Sequence[Recorded]) -> bool:
    """Whether the later history begins with the whole of the earlier one."""
    return tuple(later[: len(earlier)]) == tuple(earlier)
