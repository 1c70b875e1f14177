"""Hand-made views of every screen, and what shows them: for the tests of the face and for looking at it.

`python tests/ui/gallery.py FOLDER` writes a PNG of each screen in each of a few looks.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.select_point import Point, SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.words import Explanation, explain
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.views import (
    AgreementView,
    BreakView,
    CaseView,
    Chrome,
    Comfort,
    ComfortView,
    FarewellView,
    Feedback,
    HandedInView,
    IdentityView,
    ItemState,
    Notice,
    PausedView,
    ProctorWord,
    ReadyView,
    ReviewLine,
    ReviewView,
    Screen,
    StageState,
    StoppedView,
    SurveyView,
    SystemCheckView,
    TimeLeft,
    TutorialView,
    View,
)
from tests.ui.gallery_case import AUDIO, CARD, CINE, CLIP, IMAGE, ITEMS, GalleryContent

CHROME = Chrome(
    mode=Mode.LIVE,
    comfort=Comfort(is_reduced_motion=True),
    candidate_name="Maria Álvarez",
    candidate_id="C-20417",
    assessment_title="Lower-extremity DVT",
    saved_at_ms=1_767_225_600_000,
)


def case_chrome(**changes: object) -> Chrome:
    chrome = replace(
        CHROME,
        case_title="Swollen calf after a long flight",
        step_title="Femoral view",
        step_number=7,
        step_count=16,
        phase_title="Interpretation",
        phase_titles=(
            "Presentation",
            "History",
            "Preparation",
            "Acquisition",
            "Interpretation",
            "Integration",
            "Follow-up",
        ),
        phase_index=4,
        times=(
            TimeLeft(
                scope="step",
                scope_id="femoral-view",
                limit_ms=90_000,
                left_ms=71_000,
                at_monotonic_ms=0,
                is_running=True,
            ),
            TimeLeft(
                scope="case", scope_id="dvt", limit_ms=1_200_000, left_ms=842_000, at_monotonic_ms=0, is_running=True
            ),
        ),
    )
    return replace(chrome, **changes)  # type: ignore[arg-type]


def item_state(item_id: str, number: int, **changes: object) -> ItemState:
    item = ITEMS[item_id]
    return replace(ItemState(number=number, item=item, response=None, is_flagged=False), **changes)  # type: ignore[arg-type]


def case(*items: ItemState, stage: tuple[StageState, ...] = (), **changes: object) -> CaseView:
    view = CaseView(
        step="femoral-view",
        visit=1,
        text="Watch the loop as often as you like. The probe presses three times.",
        stage=stage,
        items=items,
        unanswered=(),
        can_go_back=False,
        is_last=False,
    )
    return replace(view, **changes)  # type: ignore[arg-type]


LOCKED = Explanation(what="The time for this question is over.", next="Your last answer counts. Go on.")
FEEDBACK = Feedback(
    verdict="partly",
    points=0.5,
    max_points=1,
    correct="No, the lumen stays open",
    rationale="A vein that does not compress fully under enough pressure to deform the artery holds a thrombus.",
    citations=(
        "Needleman L et al. Ultrasound for Lower Extremity Deep Venous Thrombosis. Circulation 2018;137:1505-1515.",
    ),
)
QR = (
    '{"payload":"'
    + "eyJhZG1pc3Npb24iOiJh" * 38
    + '","payloadType":"application/vnd.pocus.receipt.v1+json","signatures":[{"keyid":"ed25519-0011","sig":"'
    + "MEUCIQ" * 14
    + '"}]}'
)


LONG_WORD = (
    "The fire alarm was a false one. Everybody gets five minutes more; you have seen that above. The noise in the "
    "corridor will go on until eleven, and whoever wants ear plugs raises a hand. Thank you for your patience."
)
BREAK_GIVEN = BreakView(
    next_title="Swollen calf after a long flight",
    next_number=1,
    case_count=3,
    length_ms=600_000,
    left_ms=432_000,
    at_monotonic_ms=0,
    is_counting=True,
    can_leave=True,
    by="P. Roctor",
    why="Unwell",
)
WAITING = HandedInView(
    sealed_path="/home/station/.local/share/pocus/results/3fae.sealed",
    sealed_digest="3fae" * 16,
    delivery="waiting",
    delivery_told=Explanation(
        what="The sealed result waits for a connection.", next="It is sent by itself. You can leave."
    ),
)
ENDED = Explanation(
    what="P. Roctor ended this sitting: Unwell, goes home",
    next="Every answer that was saved is in it, and it was handed in. Speak to the proctor if you do not know why.",
)
VOID = Explanation(
    what="P. Roctor declared this sitting void: Another person sat here",
    next="It does not count. The record of it is sealed and goes to the academy, so that it can be looked into.",
)


def screens() -> Mapping[str, tuple[Chrome, Screen]]:
    """Every screen, some in several states; named as the pictures are."""
    score_line = ("Is the common femoral vein fully compressible?", FEEDBACK)
    return {
        "01-identity": (
            CHROME,
            IdentityView(
                name="Maria Álvarez",
                candidate_id="C-20417",
                assessment_title="Lower-extremity DVT",
                needs_start_code=True,
                languages=("en", "es"),
            ),
        ),
        "01-let-begin": (
            CHROME,
            IdentityView(
                name="Maria Álvarez",
                candidate_id="C-20417",
                assessment_title="Lower-extremity DVT",
                needs_start_code=False,
                languages=("en", "es"),
                is_authorised=True,
            ),
        ),
        "02-system-check": (CHROME, SystemCheckView(needs_sound=True, needs_video=True)),
        "03-agreement": (
            CHROME,
            AgreementView(
                version="1",
                title="Confidentiality agreement",
                paragraphs=(
                    "The cases are confidential. You may not copy, photograph, describe or pass them on.",
                    "Your answers and their times are stored, encrypted for the academy, and used for scoring.",
                    "Breaking this agreement may cost you the result of this and of earlier assessments.",
                ),
            ),
        ),
        "04-comfort": (CHROME, ComfortView(languages=("en", "es"))),
        "05-tutorial": (CHROME, TutorialView(items=(ITEMS["compressible"], ITEMS["diameter"]))),
        "06-ready": (
            CHROME,
            ReadyView(
                assessment_title="Lower-extremity DVT",
                case_titles=("Swollen calf after a long flight",),
                limit_ms=1_200_000,
                item_count=14,
                rules=(
                    "Every answer is saved the moment you give it.",
                    "You cannot go back to an earlier step.",
                    "Videos may be played as often as their counter says.",
                ),
            ),
        ),
        "10-case-clip": (
            case_chrome(step_title="Arrival", phase_index=0, phase_title="Presentation", times=()),
            case(
                item_state("risks", 1, response=ChoiceResponse(choices=("flight",))),
                stage=(CLIP, CARD),
                text="Watch the arrival of the patient.",
            ),
        ),
        "11-case-audio": (case_chrome(), case(stage=(AUDIO,), text="Listen to the call.")),
        "12-case-cine": (
            case_chrome(),
            case(
                item_state("compressible", 5, response=ChoiceResponse(choices=("no",)), is_flagged=True),
                item_state("diameter", 6, response=TextEntryResponse(text="110", unit="mm")),
                stage=(CINE,),
                can_go_back=True,
                unanswered=(6,),
            ),
        ),
        "13-case-image": (case_chrome(), case(item_state("vein", 7), stage=(IMAGE, CARD))),
        "14-case-patient": (
            case_chrome(simulated_ms=1_800_000, is_hand_raised=True),
            case(
                item_state(
                    "plan",
                    8,
                    response=ExtendedTextResponse(
                        text="We found a clot in the vein. I would like to start treatment today."
                    ),
                ),
                stage=(CARD,),
            ),
        ),
        "15-case-point": (
            case_chrome(),
            case(item_state("artery", 9, response=SelectPointResponse(points=(Point(x_px=180, y_px=170),))), text=""),
        ),
        "16-case-hotspot": (
            case_chrome(),
            case(
                item_state("which-vein", 10),
                item_state(
                    "walls",
                    11,
                    response=SelectPointResponse(
                        points=(Point(x_px=268, y_px=190, frame=0), Point(x_px=300, y_px=200, frame=4))
                    ),
                ),
            ),
        ),
        "17-case-locked": (
            case_chrome(
                notices=(
                    Notice(
                        kind="warning",
                        told=Explanation(
                            what="5 minutes left for the case.", next="Answers are saved as you give them."
                        ),
                        code="sitting.minutes_left_5",
                    ),
                    Notice(
                        kind="refused",
                        told=Explanation(what="This step can no longer be entered.", next="Go on with the next one."),
                        code="sitting.closed",
                    ),
                )
            ),
            case(
                item_state("compressible", 5, response=ChoiceResponse(choices=("no",)), locked_reason=LOCKED),
                stage=(CINE,),
                next_refused=Explanation(
                    what="Start the recording before you go on.",
                    next="Press Play; the captions and the script carry all that is said.",
                ),
            ),
        ),
        "17-case-told": (
            case_chrome(
                words=(
                    ProctorWord(
                        order_id="ord_1", heading="P. Roctor gave you 5 min more", text="Fire alarm in the building"
                    ),
                    ProctorWord(order_id="ord_2", heading="Message from P. Roctor", text=LONG_WORD),
                )
            ),
            case(item_state("compressible", 5), stage=(CINE,)),
        ),
        "18-case-feedback": (
            case_chrome(mode=Mode.PRACTICE),
            case(
                item_state(
                    "compressible",
                    5,
                    response=ChoiceResponse(choices=("yes",)),
                    locked_reason=LOCKED,
                    feedback=FEEDBACK,
                ),
                stage=(CINE,),
                jumps=(("arrival", "Arrival"), ("femoral-view", "Femoral view")),
            ),
        ),
        "20-review": (
            case_chrome(times=()),
            ReviewView(
                lines=(
                    ReviewLine(
                        number=1,
                        item="risks",
                        prompt="Which risk factors does she name?",
                        step="arrival",
                        phase_title="Presentation",
                        is_answered=True,
                        is_flagged=False,
                        can_return=False,
                    ),
                    ReviewLine(
                        number=5,
                        item="compressible",
                        prompt="Is the common femoral vein fully compressible in this view?",
                        step="femoral-view",
                        phase_title="Interpretation",
                        is_answered=True,
                        is_flagged=True,
                        can_return=True,
                    ),
                    ReviewLine(
                        number=6,
                        item="diameter",
                        prompt="How wide is the vein at rest?",
                        step="femoral-view",
                        phase_title="Interpretation",
                        is_answered=False,
                        is_flagged=False,
                        can_return=True,
                    ),
                )
            ),
        ),
        "21-paused": (
            case_chrome(),
            PausedView(
                reason=Explanation(
                    what="The proctor paused the sitting: fire drill.",
                    next="Leave the screen as it is and follow the proctor.",
                ),
                can_resume=False,
            ),
        ),
        "21-break": (
            case_chrome(case_title="", step_title="", step_count=0, phase_title="", phase_titles=()),
            BreakView(
                next_title="Breathless after surgery",
                next_number=2,
                case_count=3,
                length_ms=600_000,
                left_ms=432_000,
                at_monotonic_ms=0,
                is_counting=True,
                can_leave=True,
            ),
        ),
        "21-paused-by": (
            case_chrome(),
            PausedView(
                reason=Explanation(
                    what="The proctor paused the sitting. The clock stands still.",
                    next="Wait for the proctor; your answers are saved.",
                ),
                can_resume=False,
                by="P. Roctor",
                why="Fire alarm in the building",
            ),
        ),
        "21-break-given": (case_chrome(case_title="", step_title="", step_count=0), BREAK_GIVEN),
        "21-break-given-running": (
            case_chrome(case_title="", step_title="", step_count=0),
            replace(BREAK_GIVEN, is_clock_held=False, left_ms=0),
        ),
        "22-stopped": (
            case_chrome(saved="failed"),
            StoppedView(
                told=Explanation(
                    what="The disk refuses to store answers: no space left.",
                    next="Call the proctor. The sitting goes on where it stopped.",
                ),
                code="sitting.disk_refused",
            ),
        ),
        "30-waiting": (CHROME, WAITING),
        "30-held": (
            CHROME,
            replace(WAITING, delivery="held", delivery_told=explain("sitting.delivery_held", {})),
        ),
        "31-receipt": (
            replace(CHROME, mode=Mode.PRACTICE),
            HandedInView(
                sealed_path="/home/station/.local/share/pocus/results/3fae.sealed",
                sealed_digest="3fae" * 16,
                delivery="received",
                delivery_told=Explanation(
                    what="The academy has your result.", next="Keep the receipt until you have the result."
                ),
                receipt_lines=(
                    ("Sitting", "sit_7k2m9q4v5x8z1b3c6d0f"),
                    ("SHA-256", "3fae" * 16),
                    ("Events", "214"),
                    ("Received", "2026-03-14 10:12:44 UTC"),
                    ("Signed with", "ed25519-00112233445566778899aabbccddeeff"),
                ),
                receipt_qr=QR,
                score=(9.5, 14.0),
                score_lines=(score_line, score_line),
            ),
        ),
        "31-ended": (CHROME, replace(WAITING, ended=ENDED)),
        "31-void": (CHROME, replace(WAITING, ended=VOID, is_void=True)),
        "32-survey": (
            CHROME,
            SurveyView(
                questions=(
                    (
                        "instructions",
                        "Were the instructions clear?",
                        (("clear", "Clear"), ("mostly", "Mostly"), ("unclear", "Unclear")),
                    ),
                    ("media", "How were sound and picture?", (("good", "Good"), ("poor", "Poor"))),
                )
            ),
        ),
        "33-farewell": (CHROME, FarewellView()),
        "34-declined": (CHROME, FarewellView(is_declined=True)),
        "35-void": (CHROME, FarewellView(is_void=True)),
    }


@dataclass
class GalleryHost:
    """A host that shows what it is given and remembers what was asked for."""

    shown: View
    content: GalleryContent = field(default_factory=GalleryContent)
    photo: bytes = b""
    intents: list[Intent] = field(default_factory=list)
    callbacks: list[Callable[[View], None]] = field(default_factory=list)
    answer: Callable[["GalleryHost", Intent], None] | None = None
    ask_typed: Callable[[Callable[[], None]], None] | None = None

    def view(self) -> View:
        return self.shown

    def handle(self, intent: Intent) -> None:
        self.intents.append(intent)
        if self.answer is not None:
            self.answer(self, intent)

    def on_view(self, callback: Callable[[View], None]) -> None:
        self.callbacks.append(callback)

    def show(self, view: View) -> None:
        self.shown = view
        for callback in self.callbacks:
            callback(view)

    def before_stop(self, ask: Callable[[Callable[[], None]], None]) -> None:
        self.ask_typed = ask

    def tick(self) -> None:
        """No timers here."""

    def next_due_ms(self) -> int | None:
        return None


def in_comfort(chrome: Chrome, **changes: object) -> Chrome:
    return replace(chrome, comfort=replace(chrome.comfort, **changes))  # type: ignore[arg-type]


def main(folder: Path, only: str = "") -> None:
    """Write the pictures."""
    from PySide6.QtCore import QEventLoop, QTimer

    from pocus_desktop.media.fake_player import FakePlayer
    from pocus_desktop.ui.candidate.window import CandidateWindow
    from pocus_desktop.ui.check.inspector import EngineFindings
    from pocus_desktop.ui.launch import make_application

    application = make_application([])
    content = GalleryContent()
    clock = ManualClock()
    looks: tuple[tuple[str, int, int, dict[str, object]], ...] = (
        ("1280-light", 1280, 800, {}),
        ("1280-es-dark-200", 1280, 800, {"text_percent": 200, "theme": "dark", "language": "es"}),
        ("1280-es-light", 1280, 800, {"language": "es"}),
        ("1280-hc", 1280, 800, {"theme": "high-contrast"}),
        ("1920-light", 1920, 1080, {}),
        ("1920-light-200", 1920, 1080, {"text_percent": 200}),
        ("1920-dark", 1920, 1080, {"theme": "dark"}),
        ("1920-hc-150", 1920, 1080, {"text_percent": 150, "theme": "high-contrast"}),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, height, comfort in looks:
        for screen_name, (chrome, screen) in screens().items():
            if only and only not in f"{name}/{screen_name}":
                continue
            host = GalleryHost(View(chrome=in_comfort(chrome, **comfort), screen=screen), content)
            window = CandidateWindow(
                host,
                clock=clock,
                make_player=lambda sink: FakePlayer(sink, clock=clock),
                check_engine=lambda: EngineFindings(error=None, version="3.0.20"),
                folder=folder,
            )
            window.resize(width, height)
            window.show()
            loop = QEventLoop()
            QTimer.singleShot(250 if "check" in screen_name else 40, loop.quit)
            loop.exec()
            window.grab().save(str(folder / f"{screen_name}.{name}.png"))
            window.close()
            window.deleteLater()
            application.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
