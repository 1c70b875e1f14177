"""What was played: one play after another, with its pauses, stalls and what became of it."""

from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.appeals.history import Passed
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.timeline import Part, PartKind, Play, PlayEnd
from pocus_desktop.sitting import events
from pocus_desktop.sitting.events import MediaReported

_AFTER: Final[dict[str, PartKind]] = {
    "paused": "paused",
    "resumed": "playing",
    "stalled": "stalled",
    "recovered": "playing",
}
"""What a clip does after the player reported so; a position changes nothing."""


@dataclass(slots=True)
class _Open:
    """A play under way."""

    clip: str
    number: int
    kind: PartKind
    begin: At
    from_ms: int = 0
    to_ms: int = 0
    last: At | None = None
    parts: list[Part] = field(default_factory=list)
    reported: list[tuple[int, int]] = field(default_factory=list)

    def turn(self, at: At, position_ms: int, kind: PartKind) -> None:
        """End the part under way, and begin another."""
        self.parts.append(Part(kind=self.kind, begin=self.begin, end=at, from_ms=self.from_ms, to_ms=position_ms))
        self.kind, self.begin, self.from_ms, self.to_ms = kind, at, position_ms, position_ms

    def finish(self, at: At, position_ms: int, how: PlayEnd, reason: str = "") -> Play:
        """The whole play."""
        self.turn(at, position_ms, self.kind)
        parts = tuple(part for part in self.parts if part.begin != part.end) or (self.parts[-1],)
        return Play(
            clip=self.clip, number=self.number, parts=parts, reported=tuple(self.reported), how=how, reason=reason
        )


class PlayTrack:
    """Takes event after event; `done` gives the plays."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._found: list[Play] = []
        self._numbers: dict[str, int] = {}
        self._last: At | None = None

    def take(self, passed: Passed) -> None:
        """One more event."""
        event, at = passed.one.event, passed.at
        if passed.is_back and self._last is not None:
            self._went_away(self._last, at)
        elif isinstance(event, events.PlayStarted) and _is_begun(passed, event.clip, self._open):
            self._begin(event.clip, at)
        elif isinstance(event, MediaReported) and event.clip in self._open:
            self._report(self._open[event.clip], at, event)
        self._last = at

    def done(self) -> tuple[Play, ...]:
        """The plays, in the order in which they began. One that never ended stands where it was last heard of."""
        left = [play.finish(play.last or play.begin, play.to_ms, "left") for play in self._open.values()]
        return tuple(sorted([*self._found, *left], key=lambda play: (play.begin.elapsed_ms, play.begin.seq)))

    def _begin(self, clip: str, at: At) -> None:
        number = self._numbers.get(clip, 0) + 1
        self._numbers[clip] = number
        self._open[clip] = _Open(clip=clip, number=number, kind="playing", begin=at, reported=[(at.elapsed_ms, 0)])

    def _report(self, play: _Open, at: At, event: MediaReported) -> None:
        play.reported.append((at.elapsed_ms, event.position_ms))
        play.last, play.to_ms = at, event.position_ms
        if event.what == "ended" or event.what == "failed":
            del self._open[event.clip]
            self._found.append(play.finish(at, event.position_ms, event.what, event.reason))
        elif event.what in _AFTER and _AFTER[event.what] != play.kind:
            play.turn(at, event.position_ms, _AFTER[event.what])

    def _went_away(self, last: At, back: At) -> None:
        """The program was away; what played then did not."""
        for play in self._open.values():
            if play.kind != "away":
                play.turn(last, play.to_ms, "away")
            play.turn(back, play.to_ms, "paused")
            play.last = back


def _is_begun(passed: Passed, clip: str, under_way: dict[str, _Open]) -> bool:
    """Whether a play was counted; without the assessment: whether none was under way."""
    if passed.now is None:
        return clip not in under_way
    was = passed.was.clips.get(clip) if passed.was is not None else None
    now = passed.now.clips.get(clip)
    return now is not None and now.plays_used > (was.plays_used if was is not None else 0)
