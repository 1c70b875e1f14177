"""A scripted candidate: drives the real windows through real widgets, with mouse and keys, and takes their pictures.

It knows widgets by their object names, waits on the event loop and never sleeps. Nothing here reaches past the
screen: what it answers goes the way of every candidate's answers.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QSlider, QWidget

from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.hotspot import HotspotResponse
from pocus_desktop.case.items.registry import Response
from pocus_desktop.case.items.select_point import SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.media.player import PlayerState
from pocus_desktop.sitting.views import CaseView, ClipState, HandedInView, SurveyView, View
from pocus_desktop.ui.candidate.screens.agreement import AgreementScreen
from pocus_desktop.ui.candidate.screens.case import CaseScreen
from pocus_desktop.ui.candidate.screens.comfort import ComfortScreen
from pocus_desktop.ui.candidate.screens.farewell import FarewellScreen
from pocus_desktop.ui.candidate.screens.handed_in import HandedInScreen
from pocus_desktop.ui.candidate.screens.identity import IdentityScreen
from pocus_desktop.ui.candidate.screens.ready import ReadyScreen
from pocus_desktop.ui.candidate.screens.rest import BreakScreen
from pocus_desktop.ui.candidate.screens.review import ReviewScreen
from pocus_desktop.ui.candidate.screens.survey import SurveyScreen
from pocus_desktop.ui.candidate.screens.system_check import SystemCheckScreen
from pocus_desktop.ui.candidate.screens.tutorial import TutorialScreen
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.candidate.sign_in_window import SignInWindow
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.check.inspector import PROBES
from pocus_desktop.ui.items.point_pad import PointPad
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.scripted_hands import ScriptStuckError, beginning, click, has, named, picture_of, turn_on, write

BEAT_MS: Final = 30
"""How often it looks; one act a look."""

QUICKLY: Final = 80
"""Of a PNG: as it is, in half the time and five hundredths more space than Qt takes of itself."""

Wait: TypeAlias = Callable[[], bool] | None
"""What an act waits for before the next one; None waits for one beat."""

Acts: TypeAlias = Generator[Wait, None, None]


class ScriptRefusedError(PocusError):
    """The sign-in screen refused the scripted candidate, as it would any other."""

    code = "ui.script_refused"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What the scripted candidate does.

    Attributes:
        candidate_id: What it signs in with.
        admission_id: The admission it chooses; the first one listed where empty.
        answers: Item id to what it answers; items that are not here stay without an answer.
        pictures: The folder that takes a PNG of every screen.
        start_code: The proctor's code, where one is asked for; without it the proctor's order is waited for.
        sign_in_code: The candidate's own code, where one is asked for.
        clip_ms: How long it watches each clip.
        think_ms: How long it thinks before it leaves a step.
        receipt_ms: How long it waits for the receipt before it goes on without.
        patience_ms: How long it waits for anything else.
    """

    candidate_id: str
    admission_id: str = ""
    answers: Mapping[str, Response]
    pictures: Path
    start_code: str = ""
    sign_in_code: str = ""
    clip_ms: int = 1500
    think_ms: int = 0
    receipt_ms: int = 20_000
    patience_ms: int = 30_000


class ScriptedCandidate(QObject):
    """Plays a script from sign-in to farewell.

    Args:
        shell: The program, at its sign-in window.
        sign_in: That window.
        script: What to do.

    Signals:
        finished: None, or the `PocusError` that ended the script.
        handed_in: The last view of the receipt screen.
    """

    finished = Signal(object)
    handed_in = Signal(object)

    def __init__(self, shell: CandidateShell, sign_in: SignInWindow, script: Script) -> None:
        super().__init__(shell)
        self._shell = shell
        self._sign_in = sign_in
        self._script = script
        self._count = 0
        self._beats = 0
        self._wait: Wait = None
        self._acts = self._play()
        self._has_seen_script = False
        self._is_left = False
        shell.left.connect(self._on_left)
        self._beat = QTimer(self)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._on_beat)

    def start(self) -> None:
        """Begin."""
        self._script.pictures.mkdir(parents=True, exist_ok=True)
        self._beat.start()

    def _on_beat(self) -> None:
        if self._wait is not None and not self._wait():
            self._beats += 1
            if self._beats * BEAT_MS > self._script.patience_ms:
                self._end(ScriptStuckError(screen=self._where()))
            return
        self._beats = 0
        try:
            self._wait = next(self._acts)
        except StopIteration:
            self._end(None)
        except PocusError as error:
            self._end(error)

    def _end(self, error: PocusError | None) -> None:
        self._beat.stop()
        self.finished.emit(error)

    def _on_left(self) -> None:
        self._is_left = True

    def _where(self) -> str:
        window = self._shell.window
        return type(window.screen_shown).__name__ if window is not None else "SignInScreen"

    # The script ---------------------------------------------------------------------------------------------------

    def _play(self) -> Acts:
        yield from self._signing_in()
        last: object = None
        while not self._is_left:
            window = self._window()
            screen = window.screen_shown
            place = (screen, _step(window.view))
            if place == last:
                yield None
                continue
            last = place
            yield None
            match screen:
                case IdentityScreen():
                    yield from self._identify(screen)
                case SystemCheckScreen():
                    yield partial(_is_checked, screen)
                    yield from self._confirm(screen, "system-check")
                case AgreementScreen():
                    click(screen, "accept")
                    yield from self._confirm(screen, "agreement")
                case ComfortScreen():
                    yield from self._confirm(screen, "comfort")
                case TutorialScreen():
                    yield from self._try_out(screen)
                case ReadyScreen():
                    yield from self._confirm(screen, "ready")
                case CaseScreen():
                    yield from self._while_shown(screen, self._sit(screen))
                case BreakScreen():
                    yield from self._confirm(screen, "break")
                case ReviewScreen():
                    yield from self._review(screen)
                case HandedInScreen():
                    yield from self._receive(screen)
                case SurveyScreen():
                    yield from self._judge(screen)
                case FarewellScreen():
                    yield from self._confirm(screen, "farewell", is_last=True)
                case _:
                    self._picture(type(screen).__name__)
                    yield partial(self._is_gone, screen)

    def _signing_in(self) -> Acts:
        sign_in, script = self._sign_in, self._script
        yield lambda: bool(beginning(sign_in, "admission:"))
        write(named(sign_in, "candidate-id"), script.candidate_id)
        listed = beginning(sign_in, "admission:")[0].objectName()
        click(sign_in, f"admission:{script.admission_id}" if script.admission_id else listed)
        yield None
        if has(sign_in, "sign-in-code") and (code := named(sign_in, "sign-in-code")).isVisible():
            write(code, script.sign_in_code)
        self._picture("sign-in", sign_in)
        click(sign_in, "primary")
        yield lambda: self._shell.window is not None or has(sign_in, "refusal")
        if self._shell.window is None:
            self._picture("refused", sign_in)
            raise ScriptRefusedError(told=named(sign_in, "refusal").accessibleName())

    def _identify(self, screen: IdentityScreen) -> Acts:
        code = named(screen, "start-code")
        if code.isVisible() and self._script.start_code:
            write(code, self._script.start_code)
        elif code.isVisible():
            self._picture("waiting-for-the-proctor")
            yield lambda: not code.isVisible()
        yield from self._confirm(screen, "identity")

    def _try_out(self, screen: TutorialScreen) -> Acts:
        while self._is_shown(screen):
            self._picture("tutorial")
            click(screen, "primary")
            yield None
            yield None

    def _sit(self, screen: CaseScreen) -> Acts:
        window = self._window()
        view = window.view.screen
        if not isinstance(view, CaseView):  # another screen is on its way, such as a proctor's pause
            return
        name = f"case-{view.step}"
        for state in view.stage:
            if len(view.stage) > 1:
                click(screen, f"tab:{state.key}")
                yield None
            if isinstance(state, ClipState):
                yield from self._watch(screen, state, name)
        for item in view.items:
            answer = self._script.answers.get(item.item.id)
            if answer is not None and item.locked_reason is None and self._is_shown(screen):
                yield from self._answer(screen, item.item.id, left_to_give(answer, item.response))
        yield lambda: not self._is_shown(screen) or self._has_answers(view)
        for _ in range(self._script.think_ms // BEAT_MS):
            yield None
        self._picture(name)
        click(screen, "primary")
        here = _step(window.view)
        yield lambda: self._sheet() is not None or not self._is_shown(screen) or _step(window.view) != here
        sheet = self._sheet()
        if sheet is not None:
            self._picture(f"{name}-question")
            click(sheet, "go-on" if has(sheet, "go-on") else "stay")
            yield lambda: self._sheet() is None
            yield lambda: not self._is_shown(screen) or _step(window.view) != here

    def _while_shown(self, screen: QWidget, acts: Acts) -> Acts:
        """Acts at a screen, given up once another is shown: a pause, the end of a limit."""
        for wait in acts:
            yield partial(self._is_through, screen, wait)
            if not self._is_shown(screen):
                return

    def _is_through(self, screen: QWidget, wait: Wait) -> bool:
        return not self._is_shown(screen) or wait is None or wait()

    def _watch(self, screen: CaseScreen, state: ClipState, name: str) -> Acts:
        panel = named(screen, f"clip:{state.key}")
        if state.plays_left == 0:
            return
        click(panel, "play")
        media = self._window().media
        busy = (PlayerState.PLAYING, PlayerState.ENDED, PlayerState.FAILED)
        yield lambda: media.playing(state.key).state in busy or not self._is_shown(screen)
        yield (
            lambda: (
                not self._is_shown(screen)
                or media.playing(state.key).state in (PlayerState.ENDED, PlayerState.FAILED)
                or media.playing(state.key).position_ms >= self._script.clip_ms
            )
        )
        if not self._is_shown(screen):
            return
        self._picture(f"{name}-{state.key}")
        if not self._has_seen_script and state.clip.script:
            self._has_seen_script = True
            QTest.keyClick(screen, Qt.Key.Key_F2)
            yield None
            self._picture(f"{name}-script")
            QTest.keyClick(screen, Qt.Key.Key_F2)
            yield None
        if media.playing(state.key).state is PlayerState.PLAYING:
            click(panel, "play")
            yield None

    def _answer(self, screen: CaseScreen, item_id: str, answer: Response) -> Acts:
        card = named(screen, f"item:{item_id}")
        match answer:
            case ChoiceResponse():
                for choice in answer.choices:
                    turn_on(card, f"choice:{choice}")
                    yield None
            case HotspotResponse():
                for region in answer.regions:
                    box = named(card, f"region:{region}")
                    box.setFocus(Qt.FocusReason.TabFocusReason)
                    if isinstance(box, QAbstractButton) and not box.isChecked():
                        QTest.keyClick(box, Qt.Key.Key_Space)
                    yield None
            case TextEntryResponse():
                write(named(card, "field"), answer.text)
                yield None
                if answer.unit is not None and has(card, f"unit:{answer.unit}"):
                    turn_on(card, f"unit:{answer.unit}")
                    yield None
            case ExtendedTextResponse():
                write(named(card, "field"), answer.text)
                yield None
            case SelectPointResponse():
                yield from self._mark(card, answer)

    def _mark(self, card: QWidget, answer: SelectPointResponse) -> Acts:
        pad = named(card, "pad")
        assert isinstance(pad, PointPad)  # noqa: S101 - named so nowhere else
        for point in answer.points:
            if point.frame is not None:
                frames = named(card, "frames")
                assert isinstance(frames, QSlider)  # noqa: S101 - named so nowhere else
                frames.setFocus()
                while frames.value() != point.frame:
                    before = frames.value()
                    QTest.keyClick(frames, Qt.Key.Key_Right if before < point.frame else Qt.Key.Key_Left)
                    if frames.value() == before:
                        raise ScriptStuckError(screen=f"frame {point.frame}")
                yield None
            pad.setFocus()
            at = pad.to_widget(QPointF(point.x_px, point.y_px)).toPoint()
            QTest.mouseClick(pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
            yield None

    def _review(self, screen: ReviewScreen) -> Acts:
        self._picture("review")
        click(screen, "primary")
        yield lambda: self._sheet() is not None
        self._picture("hand-in-question")
        sheet = self._sheet()
        assert sheet is not None  # noqa: S101 - just waited for
        click(sheet, "hand-in")
        yield lambda: not self._is_shown(screen)

    def _receive(self, screen: HandedInScreen) -> Acts:
        beats = self._script.receipt_ms // BEAT_MS
        for _ in range(beats):
            view = self._window().view.screen
            if not isinstance(view, HandedInView) or view.delivery in ("received", "refused"):
                break
            yield None
        yield None
        self.handed_in.emit(self._window().view.screen)
        yield from self._confirm(screen, "receipt")

    def _judge(self, screen: SurveyScreen) -> Acts:
        view = self._window().view.screen
        assert isinstance(view, SurveyView)  # noqa: S101 - the window pairs them
        for question, _, options in view.questions:
            turn_on(screen, f"{question}:{options[0][0]}")
            yield None
        yield from self._confirm(screen, "survey")

    def _confirm(self, screen: QWidget, name: str, *, is_last: bool = False) -> Acts:
        yield None
        self._picture(name)
        click(screen, "primary")
        if is_last:
            yield lambda: self._is_left
        else:
            yield lambda: not self._is_shown(screen)

    # Hands and eyes -----------------------------------------------------------------------------------------------

    def _window(self) -> CandidateWindow:
        window = self._shell.window
        if window is None:
            raise ScriptStuckError(screen="no window")
        return window

    def _is_shown(self, screen: QWidget) -> bool:
        window = self._shell.window
        return window is not None and window.screen_shown is screen

    def _is_gone(self, screen: QWidget) -> bool:
        return not self._is_shown(screen)

    def _sheet(self) -> Sheet | None:
        modal = QApplication.activeModalWidget()
        return modal if isinstance(modal, Sheet) and modal.isVisible() else None

    def _has_answers(self, first: CaseView) -> bool:
        """Whether the sitting has every planned answer of the step on disk."""
        view = self._window().view
        if view.chrome.saved != "saved":
            return False
        if not isinstance(view.screen, CaseView) or view.screen.step != first.step:
            return True
        planned = self._script.answers
        return all(
            state.locked_reason is not None
            or planned.get(state.item.id) is None
            or (state.response is not None and not state.response.is_empty)
            for state in view.screen.items
        )

    def _picture(self, name: str, window: QWidget | None = None) -> None:
        self._count += 1
        shown = window if window is not None else self._window()
        picture_of(shown).save(str(self._script.pictures / f"{self._count:02}-{name}.png"), quality=QUICKLY)


def _is_checked(screen: SystemCheckScreen) -> bool:
    return len(screen.findings) == len(PROBES)


def left_to_give(answer: Response, given: Response | None) -> Response:
    """What is left of an answer where a sitting goes on: a second click on a marked point would take it away again."""
    if isinstance(answer, SelectPointResponse) and isinstance(given, SelectPointResponse):
        return SelectPointResponse(points=answer.points[len(given.points) :])
    return answer


def _step(view: View) -> tuple[str, int]:
    screen = view.screen
    return (screen.step, screen.visit) if isinstance(screen, CaseView) else ("", 0)
