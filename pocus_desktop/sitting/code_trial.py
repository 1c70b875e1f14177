"""Looks at a one-time code that was typed at a sitting: the event that it comes to."""

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission
from pocus_desktop.admission.room_code import Source, needs_start_code, source_of, wait_ms
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.fold_code import challenges
from pocus_desktop.sitting.state import SittingState


def event_of(
    admission: Admission,
    secret: bytes | None,
    *,
    course: Course,
    state: SittingState,
    given: intents.UseCode,
    at: Reading,
) -> events.CodeTried | events.CodeUsed | None:
    """What to journal; None where no code is asked for (it came late, or this station takes none).

    Raises:
        PocusError: The admission's start code is damaged, or the computer cannot do the work.
    """
    fitting = (one for one in challenges(course, state) if (one.purpose, one.minutes) == (given.purpose, given.minutes))
    challenge = next(fitting, None)
    if challenge is None or secret is None:
        return None
    told = {"purpose": challenge.purpose, "minutes": challenge.minutes, "number": challenge.number}
    if wait_ms(state.wrong_room_codes, at) > 0:
        return events.CodeTried.model_validate({**told, "came_too_soon": True})
    source = source_of(secret, challenge, given.code)
    if source is None or not _is_known(source, given, admission):
        return events.CodeTried.model_validate(told)
    return events.CodeUsed.model_validate({**told, "source": source})


def _is_known(source: Source, given: intents.UseCode, admission: Admission) -> bool:
    """Whether the code needs no start code beside it, or has the right one."""
    if not needs_start_code(source, given.purpose, admission):
        return True
    return admissions.is_start_code(admission, given.start_code)
