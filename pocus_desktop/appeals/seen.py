"""What was on the screen at any moment, and where each clip stood in it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.timeline import Part, Play
from pocus_desktop.sitting.present import view
from pocus_desktop.sitting.views import CaseView, ClipState, StageState, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A clip whose play was under way at a moment.

    Attributes:
        part: What it was doing.
        position_ms: Where it was, in between what the player told.
    """

    play: Play
    part: Part
    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A moment of a sitting.

    Attributes:
        view: What the screen showed, as the screens of the candidate render it; None where nothing can be shown: the
            program did not run, or the assessment is not at hand.
        monotonic_ms: What the clock of the screen counted from.
        is_running: Whether the program ran.
        playing: The plays under way.
    """

    view: View | None
    monotonic_ms: int
    is_running: bool
    playing: tuple[Running, ...]


def seen(appeal: Appeal, elapsed_ms: int) -> Seen:
    """What was seen after so much time had passed."""
    history = appeal.history
    playing = tuple(playing_at(appeal.timeline.plays, elapsed_ms))
    is_running = history.is_running_at(elapsed_ms)
    if history.course is None or not is_running:
        return Seen(view=None, monotonic_ms=0, is_running=is_running, playing=playing)
    state, now = history.at(elapsed_ms)
    shown = view(history.course, state, now=now)
    if isinstance(shown.screen, CaseView):
        positions = {one.play.clip: one.position_ms for one in playing}
        stage = tuple(_stand_at(part, positions) for part in shown.screen.stage)
        shown = replace(shown, screen=replace(shown.screen, stage=stage))
    return Seen(view=shown, monotonic_ms=now.monotonic_ms, is_running=True, playing=playing)


def playing_at(plays: Sequence[Play], elapsed_ms: int) -> list[Running]:
    """The plays under way at a moment, each with where it stood."""
    found = []
    for play in plays:
        if not play.begin.elapsed_ms <= elapsed_ms < play.end.elapsed_ms:
            continue
        part = next(one for one in reversed(play.parts) if one.begin.elapsed_ms <= elapsed_ms)
        found.append(Running(play=play, part=part, position_ms=_position_ms(play, part, elapsed_ms)))
    return found


def _position_ms(play: Play, part: Part, elapsed_ms: int) -> int:
    """Between two reports a clip that plays goes on at its own pace, and never past where it was next heard of."""
    index = bisect_right(play.reported, (elapsed_ms, 1 << 62)) - 1
    told_at_ms, position_ms = play.reported[max(index, 0)]
    if part.kind != "playing":
        return position_ms
    reached = position_ms + max(elapsed_ms - told_at_ms, 0)
    following = play.reported[index + 1][1] if index + 1 < len(play.reported) else None
    return reached if following is None or following < position_ms else min(reached, following)


def _stand_at(part: StageState, positions: dict[str, int]) -> StageState:
    if isinstance(part, ClipState) and part.key in positions:
        return replace(part, position_ms=positions[part.key])
    return part
