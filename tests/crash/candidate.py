"""A scripted candidate without a plan: looks at the view and does the next thing, from wherever it comes back."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from pocus_desktop.case.items.choice import ChoiceItem, ChoiceResponse
from pocus_desktop.case.items.registry import Response
from pocus_desktop.case.items.text_entry import TextEntryItem, TextEntryResponse
from pocus_desktop.sitting import intents, views
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.views import CaseView, ClipState, ItemState, View

CLIP_LOOKS = 4
"""How often it looks at a clip before that is over."""


@dataclass
class Candidate:
    """Someone who answers, by a walkthrough and by chance.

    Attributes:
        answers: Item to a response that it takes.
        chance: Of this life.
    """

    answers: Mapping[str, Response]
    chance: random.Random
    looks: int = 0
    step: str = ""
    changes: int = 0

    def next(self, view: View) -> Intent | None:
        """What to do now; None once the sitting was handed in."""
        match view.screen:
            case views.IdentityView():
                return intents.ConfirmIdentity()
            case views.SystemCheckView():
                return intents.PassSystemCheck()
            case views.AgreementView(version=version):
                return intents.AcceptAgreement(version=version)
            case views.ComfortView():
                return intents.FinishComfort()
            case views.TutorialView():
                return intents.FinishTutorial()
            case views.ReadyView():
                return intents.StartCase()
            case views.CaseView() as screen:
                return self._sit(screen)
            case views.BreakView():
                return intents.EndBreak()
            case views.PausedView():
                return intents.Resume()
            case views.ReviewView():
                return intents.HandIn(is_confirmed=True)
            case _:
                return None

    def _sit(self, screen: CaseView) -> Intent:
        if screen.step != self.step:
            self.step, self.changes = screen.step, 0
        for clip in screen.stage:
            if isinstance(clip, ClipState) and (watched := self._watch(clip)) is not None:
                return watched
        open_items = [item for item in screen.items if item.locked_reason is None]
        missing = [item for item in open_items if item.response is None or item.response.is_empty]
        if missing:
            return intents.Answer(item=missing[0].item.id, response=self._response(missing[0]))
        if open_items and self.changes < 2:
            self.changes += 1
            chosen = self.chance.choice(open_items)
            if self.chance.random() < 0.3:
                return intents.Flag(item=chosen.item.id, is_flagged=not chosen.is_flagged)
            return intents.Answer(item=chosen.item.id, response=self._response(chosen))
        return intents.GoNext(is_confirmed=True, step=screen.step)

    def _watch(self, clip: ClipState) -> Intent | None:
        if not clip.is_started:
            self.looks = 0
            return intents.PlayClip(clip=clip.key) if clip.plays_used == 0 else None
        self.looks += 1
        length_ms = clip.clip.duration_ms or 10_000
        if self.looks >= CLIP_LOOKS:
            return intents.ReportMedia(clip=clip.key, what="ended", position_ms=length_ms)
        at_ms = min(clip.position_ms + self.chance.randrange(100, 400), length_ms)
        return intents.ReportMedia(clip=clip.key, what="position", position_ms=at_ms)

    def _response(self, state: ItemState) -> Response:
        """Another response than the one that stands, where the item has several."""
        item = state.item
        match item:
            case ChoiceItem():
                others = [
                    choice.id for choice in item.choices if state.response != ChoiceResponse(choices=(choice.id,))
                ]
                return ChoiceResponse(choices=(self.chance.choice(others),))
            case TextEntryItem(kind="number"):
                unit = item.units[0] if item.units else None
                return TextEntryResponse(text=str(self.chance.randrange(1, 9_999) / 100), unit=unit)
            case TextEntryItem():
                return TextEntryResponse(text=f"word {self.chance.randrange(10**6)}")
            case _:
                return self.answers[item.id]


def refused_answer(view: View, chance: random.Random) -> intents.Answer | None:
    """An answer that must not be taken: of an unknown choice, or to an item that is not open."""
    if not isinstance(view.screen, CaseView) or not view.screen.items:
        return None
    item = chance.choice(view.screen.items).item
    return intents.Answer(item=item.id, response=ChoiceResponse(choices=(f"never-offered-{chance.randrange(10**9)}",)))
