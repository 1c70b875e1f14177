"""An academy, a station and a short assessment; and the sealed results of candidates who sat it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, StationKeys
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.models import Assessment
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.sealed import SealedResult, seal_bytes
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.writer import InlineWriter

BUNDLE = "short-leg"
VERSION = 3
MANIFEST = "ab" * 32
START_CODE = "4711"

ASSESSMENT: dict[str, Any] = {
    "id": "short-leg",
    "title": {"en": "A leg"},
    "area": "lower-extremity-dvt",
    "languages": ["en"],
    "cases": [
        {
            "id": "leg",
            "title": {"en": "A leg"},
            "area": "lower-extremity-dvt",
            "patient": {
                "name": {"en": "Ms Roe"},
                "age_years": 54,
                "sex": "female",
                "complaint": {"en": "Swollen calf"},
                "states": [{"id": "stable", "title": "Stable", "vitals": {"heart_rate_bpm": 88}}],
            },
            "phases": [
                {
                    "id": "looking",
                    "title": "Looking",
                    "steps": [
                        {"id": "femoral", "title": "Femoral vein", "ask": ["compressible"]},
                        {"id": "plan", "title": "Plan", "ask": ["treatment"]},
                    ],
                }
            ],
            "items": [
                {
                    "id": "compressible",
                    "type": "choice",
                    "prompt": "Is the vein compressible?",
                    "choices": [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No"}],
                },
                {
                    "id": "treatment",
                    "type": "choice",
                    "prompt": "What now?",
                    "choices": [{"id": "treat", "text": "Treat"}, {"id": "wait", "text": "Wait"}],
                },
            ],
        }
    ],
}

KEY: dict[str, Any] = {
    "assessment_id": "short-leg",
    "entries": [
        {"item": "compressible", "correct": ["no"]},
        {"item": "treatment", "points": 3, "correct": ["treat"]},
    ],
}

CHEAPER_KEY: dict[str, Any] = {**KEY, "entries": [KEY["entries"][0], {"item": "treatment", "correct": ["treat"]}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """What came of a sitting.

    Attributes:
        partial: Sealed after the first answer.
        final: Sealed at hand-in.
        recorded: Every event until hand-in.
        admission: The envelope.
    """

    sitting: str
    partial: bytes
    final: bytes
    final_path: Path
    recorded: Sequence[Recorded]
    admission: bytes


@dataclass
class School:
    """Everyone around a hub."""

    folder: Path
    keys: AcademyKeys = field(default_factory=AcademyKeys.generate)
    station: StationKeys = field(default_factory=StationKeys.generate)
    clock: ManualClock = field(default_factory=lambda: ManualClock(monotonic_ms=1_000))
    assessment: Assessment = field(default_factory=lambda: Assessment.model_validate(ASSESSMENT))
    count: int = 0
    database_url: str | None = None

    def key(self, document: dict[str, Any] = KEY) -> ScoringKey:
        """The scoring key."""
        return ScoringKey.model_validate(document)

    def hub(self, *, is_registered: bool = True, **changes: Any) -> Hub:
        """The academy's hub, opened (again) on its folder; it scores as results come, on either database."""
        keys = changes.pop("keys", self.keys)
        given = {"clock": self.clock, "database_url": self.database_url, "is_scoring_later": False}
        hub = Hub(self.folder / "hub", keys, **{**given, **changes})
        if is_registered:
            self.register(hub)
        return hub

    def register(self, hub: Hub, document: dict[str, Any] = KEY, *, manifest_digest: str = MANIFEST) -> None:
        """Put the assessment on the hub's shelf."""
        hub.register(
            bundle_id=BUNDLE,
            bundle_version=VERSION,
            assessment=self.assessment,
            key=self.key(document),
            manifest_digest=manifest_digest,
        )

    def admission(self, *, signer: AcademyKeys | None = None, **changes: Any) -> bytes:
        """The envelope of an admission."""
        self.count += 1
        given: dict[str, Any] = {
            "admission_id": f"adm_{self.count}",
            "candidate": Candidate(id=f"C-{self.count}", display_name="Ana Roe"),
            "bundle_id": BUNDLE,
            "mode": Mode.TRIAL,
            "recipients": (self.keys.sealing.public,),
            "accommodations": Accommodations(),
        }
        admission = Admission(**{**given, **changes})
        if admission.mode is Mode.LIVE:
            code = admissions.start_code_verifier(START_CODE, admission_id=admission.admission_id)
            admission = admission.model_copy(update={"start_code": code})
        return admissions.issue(admission, [(signer or self.keys).signing])

    def sit(
        self,
        *,
        vein: str = "no",
        plan: str = "treat",
        signer: AcademyKeys | None = None,
        manifest_digest: str = MANIFEST,
        **changes: Any,
    ) -> Sat:
        """A candidate sits the assessment, from sign-in to hand-in."""
        envelope = self.admission(signer=signer, **changes)
        folder = self.folder / f"sitting-{self.count}"
        sitting = Sitting.open(
            folder,
            admission=admissions.verify(envelope, [(signer or self.keys).signing.public]),
            material=Material(
                bundle_id=BUNDLE,
                bundle_version=VERSION,
                manifest_digest=manifest_digest,
                assessment=self.assessment,
            ),
            station=self.station,
            clock=self.clock,
            writer=InlineWriter(),
        )
        partial: list[SealedResult | PocusError] = []
        begin: list[Intent] = [
            intents.ConfirmIdentity(start_code=START_CODE if changes.get("mode") is Mode.LIVE else ""),
            intents.PassSystemCheck(),
            intents.AcceptAgreement(version="1"),
            intents.FinishComfort(),
            intents.FinishTutorial(),
            intents.StartCase(),
            intents.Answer(item="compressible", response=ChoiceResponse(choices=(vein,))),
        ]
        finish: list[Intent] = [
            intents.GoNext(),
            intents.Answer(item="treatment", response=ChoiceResponse(choices=(plan,))),
            intents.GoNext(),
        ]
        for intent in begin:
            sitting.handle(intent)
        sitting.seal_partial(partial.append)
        for intent in finish:
            sitting.handle(intent)
        recorded = sitting.recorded
        sitting.handle(intents.HandIn(is_confirmed=True))
        sealed = sitting.sealed
        sitting.close()
        assert sealed is not None
        assert isinstance(partial[0], SealedResult)
        return Sat(
            sitting=sitting.state.opened.sitting,
            partial=partial[0].path.read_bytes(),
            final=Path(sealed.sealed_path).read_bytes(),
            final_path=Path(sealed.sealed_path),
            recorded=recorded,
            admission=envelope,
        )

    def seal(
        self,
        recorded: Sequence[Recorded],
        admission: bytes,
        *,
        is_partial: bool = False,
        station: StationKeys | None = None,
        recipients: Sequence[PublicKey] | None = None,
    ) -> bytes:
        """Seal any history, as a station that does not play fair could."""
        return seal_bytes(
            recorded,
            admission=admission,
            head=bytes(32),
            station=(station or self.station).signing,
            recipients=recipients or [self.keys.sealing.public],
            sealed_at_ms=self.clock.read().wall_ms,
            is_partial=is_partial,
        )

    def seal_as_no_station_would(self, sat: Sat, **changes: Any) -> bytes:
        """Seal a first event that canonical JSON has no words for, by another writer of JSON."""
        with patch.object(canonical, "encode", lambda document: json.dumps(document).encode()):
            return self.seal(with_first(sat.recorded, **changes), sat.admission)


def with_first(recorded: Sequence[Recorded], **changes: Any) -> list[Recorded]:
    """A history whose first event says something else."""
    first = recorded[0]
    event = first.event.model_copy(update=changes)
    return [Recorded(seq=first.seq, at=first.at, event=event), *recorded[1:]]
