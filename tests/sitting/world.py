"""A small assessment with everything a sitting has to keep, and the people and keys around it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, StationKeys, VerifiedAdmission
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.case.models import Assessment
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.writer import InlineWriter

ASSESSMENT: dict[str, Any] = {
    "id": "dvt-small",
    "title": {"en": "Swollen leg", "es": "Pierna hinchada"},
    "area": "lower-extremity-dvt",
    "languages": ["en", "es"],
    "time_limit": "30m",
    "cases": [
        {
            "id": "leg",
            "title": {"en": "A swollen calf", "es": "Una pantorrilla hinchada"},
            "area": "lower-extremity-dvt",
            "time_limit": "25m",
            "variables": {"delay": 0},
            "patient": {
                "name": {"en": "Ms Roe", "es": "Sra. Roe"},
                "age_years": 54,
                "sex": "female",
                "complaint": {"en": "Swollen calf", "es": "Pantorrilla hinchada"},
                "states": [
                    {
                        "id": "stable",
                        "title": "Stable",
                        "vitals": {"heart_rate_bpm": 88},
                        "then": [{"after": "20m", "go": "worse"}],
                    },
                    {"id": "worse", "title": "Worse", "vitals": {"heart_rate_bpm": 118}},
                ],
            },
            "phases": [
                {
                    "id": "presentation",
                    "title": "Presentation",
                    "steps": [
                        {
                            "id": "arrival",
                            "title": "Arrival",
                            "stage": [
                                {"kind": "clip", "video": "media/arrival.mp4", "plays": 2, "required": True},
                                {"kind": "patient"},
                            ],
                        }
                    ],
                },
                {
                    "id": "history",
                    "title": "History",
                    "navigation": "nonlinear",
                    "steps": [
                        {"id": "risk", "title": "Risk", "ask": ["risk-factors"]},
                        {"id": "calf", "title": "Calf", "ask": ["calf-size"], "time_limit": "2m"},
                    ],
                },
                {
                    "id": "interpretation",
                    "title": "Interpretation",
                    "time_limit": "6m",
                    "steps": [
                        {
                            "id": "femoral",
                            "title": "Femoral vein",
                            "cine": {"frames": "media/femoral.cine", "alt": "A vein under the probe"},
                            "ask": ["compressible", "diameter"],
                            "time_limit": "90s",
                            "then": [
                                {"when": {"response": "compressible", "includes": "no"}, "go": "plan"},
                                {"go": "again", "do": [{"add": {"delay": 1}}, {"advance": "30m"}]},
                            ],
                        },
                        {"id": "again", "title": "Look again", "patient": True, "ask": ["second-look"]},
                    ],
                },
                {
                    "id": "integration",
                    "title": "Integration",
                    "navigation": "nonlinear",
                    "steps": [
                        {"id": "plan", "title": "Plan", "ask": ["treatment"]},
                        {"id": "notes", "title": "Notes", "ask": ["letter"]},
                    ],
                },
            ],
            "references": [{"id": "guide", "citation": "A guideline, 2020"}],
            "items": [
                {
                    "id": "risk-factors",
                    "type": "choice",
                    "prompt": "Which risk factors?",
                    "max_choices": 0,
                    "shuffle": True,
                    "choices": [
                        {"id": "flight", "text": "Long flight"},
                        {"id": "pill", "text": "Contraceptive"},
                        {"id": "sport", "text": "Sport"},
                        {"id": "none", "text": "None", "fixed": True},
                    ],
                },
                {
                    "id": "calf-size",
                    "type": "text-entry",
                    "kind": "number",
                    "units": ["cm"],
                    "prompt": "Difference between the calves?",
                    "required": False,
                },
                {
                    "id": "compressible",
                    "type": "choice",
                    "prompt": "Is the vein compressible?",
                    "choices": [
                        {"id": "yes", "text": "Yes"},
                        {"id": "no", "text": "No"},
                        {"id": "unsure", "text": "Cannot be determined"},
                    ],
                    "time_limit": "60s",
                },
                {
                    "id": "diameter",
                    "type": "text-entry",
                    "kind": "number",
                    "units": ["mm", "cm"],
                    "prompt": "Its diameter?",
                    "required": False,
                },
                {
                    "id": "second-look",
                    "type": "choice",
                    "prompt": "And now?",
                    "choices": [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No"}],
                },
                {
                    "id": "treatment",
                    "type": "choice",
                    "prompt": "What now?",
                    "choices": [{"id": "treat", "text": "Treat"}, {"id": "wait", "text": "Wait"}],
                },
                {"id": "letter", "type": "extended-text", "prompt": "Write to the doctor.", "required": False},
            ],
        }
    ],
}

KEY: dict[str, Any] = {
    "assessment_id": "dvt-small",
    "entries": [
        {
            "item": "risk-factors",
            "points": 2,
            "correct": ["flight", "pill"],
            "rule": "map",
            "map": {"flight": 1, "pill": 1},
        },
        {"item": "calf-size", "number": {"value": 3, "tolerance": 0.5, "unit": "cm"}},
        {
            "item": "compressible",
            "correct": ["no"],
            "rationale": {"en": "The walls do not meet.", "es": "Las paredes no se tocan."},
            "cites": ["guide"],
            "option_rationale": {"yes": {"en": "They stay apart.", "es": "Siguen separadas."}},
        },
        {"item": "diameter", "number": {"value": 11, "tolerance": 1, "unit": "mm"}},
        {"item": "second-look", "correct": ["no"], "when_not_shown": "leave-out"},
        {"item": "treatment", "correct": ["treat"]},
        {"item": "letter", "rubric": [{"id": "says-dvt", "text": "Names the thrombosis", "points": 1}]},
    ],
}


def choice(*names: str) -> ChoiceResponse:
    """A selection."""
    return ChoiceResponse(choices=names)


def number(text: str, unit: str | None = None) -> TextEntryResponse:
    """A number as written."""
    return TextEntryResponse(text=text, unit=unit)


@dataclass
class World:
    """A hub, an academy, a station and a clock; and sittings between them."""

    folder: Path
    hub: SigningKey = field(default_factory=SigningKey.generate)
    academy: SealingKey = field(default_factory=SealingKey.generate)
    station: StationKeys = field(default_factory=StationKeys.generate)
    clock: ManualClock = field(default_factory=lambda: ManualClock(monotonic_ms=1_000))
    sittings: list[Sitting] = field(default_factory=list)
    assessment: Assessment = field(default_factory=lambda: Assessment.model_validate(ASSESSMENT))

    def material(self, *, has_key: bool = False, **changes: Any) -> Material:
        """The assessment as a verified bundle would give it."""
        given: dict[str, Any] = {
            "bundle_id": "dvt-small",
            "bundle_version": 3,
            "manifest_digest": "ab" * 32,
            "assessment": self.assessment,
            "key": ScoringKey.model_validate(KEY) if has_key else None,
        }
        return Material(**{**given, **changes})

    def admit(self, *, mode: Mode = Mode.TRIAL, **changes: Any) -> VerifiedAdmission:
        """An admission by the hub, verified."""
        given: dict[str, Any] = {
            "admission_id": "adm_1",
            "candidate": Candidate(id="C-17", display_name="Ana Roe"),
            "bundle_id": "dvt-small",
            "minimum_version": 2,
            "mode": mode,
            "recipients": (self.academy.public,),
            "accommodations": Accommodations(),
        }
        envelope = admissions.issue(Admission(**{**given, **changes}), [self.hub])
        return admissions.verify(envelope, [self.hub.public])

    def begin(self, *, name: str = "sitting", has_key: bool = False, **changes: Any) -> Sitting:
        """A new sitting on this station, written by the test itself."""
        hook, writer = changes.pop("hook", None), changes.pop("writer", None)
        sitting = Sitting.open(
            self.folder / name,
            admission=self.admit(**changes),
            material=self.material(has_key=has_key),
            station=self.station,
            clock=self.clock,
            writer=writer or InlineWriter(),
            hook=hook,
        )
        self.sittings.append(sitting)
        return sitting

    def again(self, *, name: str = "sitting", has_key: bool = False, **changes: Any) -> Sitting:
        """The same sitting, opened again."""
        sitting = Sitting.resume(
            self.folder / name,
            material=self.material(has_key=has_key),
            station=changes.pop("station", self.station),
            clock=self.clock,
            writer=InlineWriter(),
            **changes,
        )
        self.sittings.append(sitting)
        return sitting

    def close(self) -> None:
        """Close what is open; what was written is fair, whatever happened to it."""
        for sitting in self.sittings:
            sitting.close()
            if sitting.recorded:
                assert judge(sitting.course, sitting.recorded) == sitting.state


def to_case(sitting: Sitting) -> Sitting:
    """From sign-in to the first step of the case."""
    for intent in (
        intents.ConfirmIdentity(),
        intents.PassSystemCheck(),
        intents.AcceptAgreement(version="1"),
        intents.FinishComfort(),
        intents.FinishTutorial(),
        intents.StartCase(),
    ):
        sitting.handle(intent)
    return sitting


def to_femoral(sitting: Sitting) -> Sitting:
    """On to the timed phase."""
    to_case(sitting)
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.Answer(item="risk-factors", response=choice("flight", "pill")))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.Answer(item="calf-size", response=number("3", "cm")))
    sitting.handle(intents.GoNext())
    return sitting


def to_review(sitting: Sitting) -> Sitting:
    """On to the review, by the short way."""
    to_femoral(sitting)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.Answer(item="treatment", response=choice("treat")))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.GoNext())
    return sitting
