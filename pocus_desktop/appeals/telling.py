"""Events, reasons and doubts in words. What there are no words for yet is told by its own name, never left out."""

from collections.abc import Iterable, Mapping
from typing import Final

from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.timeline import Answer, Clock, Doubt, Mark, PartKind, Play, Shown
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import Safe
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting.integrity.codes import Code
from pocus_desktop.sitting.integrity.telling import tell
from pocus_desktop.sitting.state import Told, span

_TRUE: Final = "true"
_FALSE: Final = "false"
_VARIANTS: Final[Mapping[str, str]] = {
    "start-code-tried": "is_right",
    "code-tried": "came_too_soon",
    "code-used": "purpose",
    "flagged": "is_flagged",
    "media-reported": "what",
    "ordered": "act",
}
"""Events that are told differently by what a field says."""

_BY: Final = frozenset({"paused", "continued"})
_NOTES: Final = frozenset({"integrity-noted", "proctor-called", "system-check-passed"})
"""Events that say themselves what they leave for the proctor."""


class Telling:
    """Says what happened, in one language.

    Args:
        names: What things are called.
    """

    def __init__(self, names: Names) -> None:
        self.names: Final = names
        self.language: Final = names.language

    def event(self, mark: Mark) -> str:
        """An event in a line."""
        fields = dict(mark.fields)
        row = f"appeals.event.{mark.kind}"
        if mark.kind in _VARIANTS:
            value = fields.get(_VARIANTS[mark.kind], "")
            row += f"-{(_TRUE if value else _FALSE) if isinstance(value, bool) else value}"
        if mark.kind in _BY:
            row += "-by" if fields.get("by") else "-own"
        if mark.kind == "system-check-passed":
            row += "-found" if "findings" in fields else "-clean"
        if mark.kind == "integrity-noted":
            fields["note"] = self.note(str(fields.get("what", "")), str(fields.get("detail", "")))
        if not words.has(row):
            return self._unknown(mark.kind, fields)
        return words.say(row, self.language, **self._named(fields))

    def consequences(self, mark: Mark) -> tuple[str, ...]:
        """What came of it: what the candidate was told, what was noted, a clock that jumped."""
        found = (
            [words.say("appeals.moved", self.language, step=self.names.step(mark.moved_to))] if mark.moved_to else []
        )
        found += [self.told(one) for one in mark.told]
        if mark.kind not in _NOTES:
            found += [words.say("appeals.noted", self.language, what=self.note(*one)) for one in mark.noted]
        found += [one for note in mark.noted for one in self.explanations(*note)]
        code = dict(mark.fields).get("refused")
        if mark.kind == "ordered" and code:
            why = words.explain(str(code), {}, self.language).what
            found.append(words.say("appeals.order_refused", self.language, why=why))
        if mark.drift_ms:
            found.append(self.drift(mark.drift_ms))
        return tuple(found)

    def told(self, told: Told) -> str:
        """What the candidate was told, with its kind."""
        said = words.explain(told.code, dict(told.params), self.language)
        return words.say(f"appeals.told.{told.kind}", self.language, what=said.what)

    def refusal(self, code: str, number: int) -> str:
        """Why an answer was not taken."""
        return words.explain(code, {"number": number, "reason": "", "time": ""}, self.language).what

    def note(self, what: str, detail: str) -> str:
        """Something noted for the proctor."""
        return tell(what, detail, self.language).what

    def explanations(self, what: str, detail: str) -> tuple[str, ...]:
        """What something noted may be: the innocent explanation beside the other; none for a call for help."""
        if what == Code.PROCTOR_CALLED:
            return ()
        note = tell(what, detail, self.language)
        return (
            words.say("integrity.innocent", self.language, text=note.innocent),
            words.say("integrity.other", self.language, text=note.other),
        )

    def drift(self, drift_ms: int) -> str:
        """How wall and monotonic clock fell apart."""
        key = "appeals.clock.set_back" if drift_ms < 0 else "appeals.clock.jumped"
        return words.say(key, self.language, time=span(abs(drift_ms)))

    def outcome(self, answer: Answer) -> str:
        """What became of an answer."""
        if answer.is_counted is None:
            return words.say("appeals.answer.unknown", self.language)
        if not answer.is_counted:
            why = self.refusal(answer.refusal, answer.number) if answer.refusal else "-"
            return words.say("appeals.answer.refused", self.language, why=why)
        return words.say("appeals.answer.final" if answer.is_final else "appeals.answer.counted", self.language)

    def part(self, kind: PartKind) -> str:
        """What a clip did for a while."""
        return words.say(f"appeals.play.{kind}", self.language)

    def play_end(self, play: Play) -> str:
        """How a play came to its end."""
        return words.say(f"appeals.play.{play.how}", self.language, reason=play.reason or "-")

    def reason(self, reason: str) -> str:
        """Why time stood still or was given back."""
        row = f"appeals.reason.{reason}"
        return words.say(row, self.language) if words.has(row) else reason

    def interruption(self, clock: Clock) -> str:
        """What an interruption was."""
        reasons = self.reasons(clock.reasons)
        if clock.kind == "gap":
            return words.say(
                "appeals.clock.gap_because" if reasons else "appeals.clock.gap", self.language, why=reasons
            )
        return reasons[:1].upper() + reasons[1:]

    def reasons(self, reasons: Iterable[str]) -> str:
        """Several reasons, joined."""
        return ", ".join(self.reason(one) for one in reasons)

    def clock(self, kind: str) -> str:
        """What the exam clock did."""
        return words.say(f"appeals.clock.{kind}", self.language)

    def screen(self, shown: Shown) -> str:
        """What stood on the screen."""
        if shown.screen != "case":
            return words.say(f"appeals.screen.{shown.screen}", self.language)
        return self.names.step(shown.step)

    def lane(self, name: str) -> str:
        """A lane of the drawn timeline."""
        return words.say(f"appeals.lane.{name}", self.language)

    def doubt(self, doubt: Doubt) -> Explanation:
        """What is wrong, and what to make of it."""
        return words.explain(doubt.code, dict(doubt.params), self.language)

    def _unknown(self, kind: str, fields: Mapping[str, Safe]) -> str:
        said = ", ".join(f"{name}={value}" for name, value in fields.items())
        return words.say("appeals.event_unknown", self.language, kind=kind, fields=said or "-")

    def _named(self, fields: Mapping[str, Safe]) -> dict[str, Safe]:
        """The fields, with names in place of ids."""
        named = dict(fields)
        names = self.names
        for field, name in (("step", names.step), ("clip", names.clip), ("item", names.item), ("timer", names.timer)):
            if field in named:
                named[field] = name(str(named[field]))
        if "cine" in named:
            named["cine"] = names.step(str(named["cine"]).rpartition(".")[0])
        for field in ("purpose", "source"):
            if field in named:
                named[field] = words.say(f"appeals.code.{named[field]}", self.language)
        for field in ("position_ms", "extra_ms", "due_ms"):
            value = named.get(field)
            if isinstance(value, int):
                named[field.removesuffix("_ms")] = span(value)
        if "scope" in named:
            called = str(named.get("scope_id", ""))
            named["scope"] = words.say(f"appeals.scope.{named['scope']}", self.language, name=called)
        for field in ("by", "reason", "note", "text"):
            named.setdefault(field, "-")
        return named
