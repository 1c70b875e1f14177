"""An academy with one station, and the bad things that are done to what passes between them."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, Candidate, VerifiedAdmission
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.hosted import HostedSitting
from pocus_desktop.app.station import OpenSitting, Station
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.build.build import Built, build
from pocus_desktop.authoring.build.members import CASE_MEMBER, gather
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.bundle.library import Entry, Library
from pocus_desktop.bundle.writer import BundleSource, SourceMember, Written, write_bundle
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import CaseView, HandedInView, ReviewView, View

CANDIDATE = "C-1001"
LEFT, RIGHT = ChoiceResponse(choices=("left",)), ChoiceResponse(choices=("right",))
CLIP = "arrival.0"
PATIENCE_S = 5


@dataclass(slots=True)
class Academy:
    """One academy, its hub, one station, one sealed bundle in the station's library."""

    workshop: Workshop
    source: Path
    station: Station
    opened: list[OpenSitting] = field(default_factory=list)
    _attempts: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def found(cls, folder: Path, *, source: Path, clock: Clock, recipe: Recipe | None = None) -> "Academy":
        """Build the source's bundle and set up everything around it."""
        workshop = Workshop.open(folder, source=source, recipe=recipe or Recipe(mode="sealed"), clock=clock)
        return cls(workshop=workshop, source=source, station=workshop.station())

    @property
    def library(self) -> Library:
        """The station's."""
        return Library(self.workshop.home.library)

    def build(
        self,
        *,
        version: int = 1,
        keys: PublisherKeys | None = None,
        name: str = "other",
        recipe: Recipe | None = None,
    ) -> Built:
        """The source as it now stands, as another bundle."""
        return build(
            self.source,
            out=self.workshop.folder / name,
            keys=keys or self.workshop.publisher,
            academy=self.workshop.academy.sealing.public,
            recipe=recipe or Recipe(mode="sealed", version=version),
        )

    def press(self, *, version: int, spoil: Callable[[], object]) -> Written:
        """A bundle of a publisher whose tools look at nothing: the source is spoilt after all checks, then signed."""
        gathered = gather(load_source(self.source))
        spoil()
        assessment = gathered.assessment
        return write_bundle(
            BundleSource(
                bundle_id=assessment.id,
                version=version,
                title=dict(assessment.title.root),
                content_area=str(assessment.area),
                languages=assessment.languages,
                mode="sealed",
                minimum_app="0",
                members=(
                    SourceMember(name=CASE_MEMBER, media_type="application/json", data=assessment.to_json()),
                    *gathered.members,
                ),
            ),
            line_secret=self.workshop.publisher.line_secret,
            signers=[self.workshop.publisher.signing],
            destination=self.workshop.folder / f"pressed-v{version}.casebundle",
        )

    def take_in(self, bundle: Path) -> Entry:
        """Import a bundle into the station's library."""
        return self.library.import_bundle(
            bundle,
            self.workshop.enrolment.policy(),
            now_ms=self.workshop.clock.read().wall_ms,
            app_version=__version__,
        )

    def issue(
        self, *, signer: SigningKey | None = None, content_key: bytes | None = None, version: int = 1, **changes: Any
    ) -> bytes:
        """An admission; what is not given is right."""
        admission_id = admissions.new_admission_id()
        built, station = self.workshop.built, self.workshop.station_keys
        given: dict[str, Any] = {
            "admission_id": admission_id,
            "candidate": Candidate(id=CANDIDATE, display_name="Alex Moreno"),
            "bundle_id": built.manifest.bundle_id,
            "minimum_version": version,
            "attempt": next(self._attempts),
            "mode": Mode.TRIAL,
            "recipients": (self.workshop.academy.sealing.public,),
            "content_keys": admissions.seal_content_key(
                content_key or built.content_key, [station.sealing.public], admission_id=admission_id
            ),
        }
        return admissions.issue(Admission(**{**given, **changes}), [signer or self.workshop.academy.signing])

    def admit(self, **changes: Any) -> str:
        """Issue an admission and take it in."""
        return self.station.admit(self.issue(**changes))

    def open(self, admission_id: str, *, candidate_id: str = CANDIDATE, language: str = "en") -> OpenSitting:
        """Sign in."""
        opened = self.station.open(candidate_id=candidate_id, admission_id=admission_id, language=language)
        self.opened.append(opened)
        return opened

    def begin(self, **changes: Any) -> tuple[str, OpenSitting]:
        """A fresh admission, opened and brought to the first step of the case."""
        admission_id = self.admit(**changes)
        return admission_id, to_case(self.open(admission_id))

    def restart(self) -> None:
        """Close the program and start it again."""
        self.leave()
        self.station.close()
        self.station = self.workshop.station()

    def leave(self) -> None:
        """Close what is open."""
        for opened in self.opened:
            opened.close()
        self.opened.clear()

    def journal(self, admission_id: str) -> Path:
        """The journal of a sitting."""
        return self.workshop.home.sittings / admission_id / "journal.sqlite"

    def close(self) -> None:
        """Let go of everything."""
        self.leave()
        self.station.close()
        self.workshop.close()


def verified(academy: Academy, envelope: bytes) -> VerifiedAdmission:
    """What an admission says."""
    return admissions.verify(envelope, academy.workshop.enrolment.hubs)


def until(opened: HostedSitting, reached: Callable[[View], bool]) -> View:
    """Wait for the threads behind a sitting to show what is reached; bounded."""
    views: SimpleQueue[View] = SimpleQueue()
    opened.on_view(views.put)
    view = opened.view()
    while not reached(view):
        view = views.get(timeout=PATIENCE_S)
    return view


def at(opened: OpenSitting, kind: type, step: str = "") -> View:
    """Wait for a screen."""
    return until(opened, lambda view: isinstance(view.screen, kind) and step in {"", getattr(view.screen, "step", "")})


def to_case(opened: OpenSitting) -> OpenSitting:
    """From sign-in to the first step of the case."""
    for intent in (
        intents.ConfirmIdentity(),
        intents.PassSystemCheck(),
        intents.AcceptAgreement(version="1"),
        intents.FinishComfort(),
        intents.FinishTutorial(),
        intents.StartCase(),
    ):
        opened.handle(intent)
    at(opened, CaseView, "arrival")
    return opened


def answer(opened: OpenSitting, response: ChoiceResponse) -> View:
    """Answer the first question, and wait until it is acknowledged."""
    opened.handle(intents.Answer(item="side", response=response))
    return until(opened, lambda view: answered(view) == response and view.chrome.saved == "saved")


def answered(view: View) -> object:
    """The response that the screen shows for the first question."""
    return view.screen.items[0].response if isinstance(view.screen, CaseView) and view.screen.items else None


def hand_in(opened: OpenSitting) -> HandedInView:
    """From the first step to the receipt screen."""
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, CaseView, "decision")
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, ReviewView)
    return hand_in_from(opened)


def hand_in_from(opened: OpenSitting) -> HandedInView:
    """From the review to the receipt screen."""
    opened.handle(intents.HandIn(is_confirmed=True))
    screen = until(
        opened, lambda view: isinstance(view.screen, HandedInView) and view.screen.sealed_digest != ""
    ).screen
    assert isinstance(screen, HandedInView)
    return screen


def delivered(opened: OpenSitting, state: str) -> HandedInView:
    """Wait until the sealed result has come so far."""
    screen = until(opened, lambda view: isinstance(view.screen, HandedInView) and view.screen.delivery == state).screen
    assert isinstance(screen, HandedInView)
    return screen


def points(academy: Academy) -> float:
    """What the hub gave for the one sitting it has."""
    [standing] = academy.workshop.hub.standings()
    report = academy.workshop.hub.report(standing.sitting)
    assert report is not None
    return report.points


def told(error: PocusError, code: str) -> Explanation:
    """The error has this code, and words of its own in both languages: what happened, and what to do next."""
    assert error.code == code
    shown = error.explain("en")
    require_words(shown)
    for language in words.languages():
        assert words.has(f"errors.{code}.what", language), f"{code} has no words in {language}"
        require_words(error.explain(language))
    return shown


def require_words(shown: Explanation) -> None:
    """Whole sentences without a hole, a traceback or a code in the place of words."""
    for text in (shown.what, shown.next):
        assert text
        assert text[0].isupper() or text[0] in "¿¡" or not text[0].isalpha() or " " in text
        assert "{" not in text
        assert "Traceback" not in text
    assert "errors.kernel.unexpected" not in shown.what


@contextmanager
def no_growth() -> Iterator[None]:
    """No file of this process can grow inside, as when a quota is reached; needs no rights."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:  # before anyone reports how it went: reports are files too
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def flip(path: Path, offset: int, mask: int = 0x01) -> None:
    """Change one byte of a file in its place."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes((byte ^ mask,)))
