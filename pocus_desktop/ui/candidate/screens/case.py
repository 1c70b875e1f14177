"""The case: stage beside questions, the script a key away, everything one asks for in the bar below."""

from collections.abc import Iterator
from dataclasses import asdict, replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from pocus_desktop.case.script import ScriptDocument, parse_script
from pocus_desktop.case.values import choose
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.intents import CallProctor, Flag, GoBack, GoNext, SetComfort
from pocus_desktop.sitting.views import CaseView, ClipState, Comfort, View
from pocus_desktop.ui.candidate.action_bar import ActionBar
from pocus_desktop.ui.candidate.screens.case_body import CaseBody
from pocus_desktop.ui.candidate.screens.question_list import QuestionList
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.stage.script_panel import ScriptPanel
from pocus_desktop.ui.candidate.stage.stage_pane import StagePane
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.theme import look


class CaseScreen(CandidateScreen):
    """One step; a new step is a new screen.

    Args:
        context: What screens are made with.
        view: The step as it first stands.
    """

    def __init__(self, context: ScreenContext, view: View) -> None:
        super().__init__(context)
        screen = view.screen
        assert isinstance(screen, CaseView)  # noqa: S101 - the window pairs them
        words = context.words
        self._screen = screen
        self._comfort = view.chrome.comfort
        self._is_leaving = False
        self._current_item = screen.items[0].item.id if screen.items else ""
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        across = QHBoxLayout()
        across.setSpacing(0)
        whole.addLayout(across, 1)
        self._questions = QuestionList(screen, title=view.chrome.step_title, context=context)
        self._questions.intended.connect(self.intended)
        self._questions.entered.connect(self._on_entered)
        self._stage: StagePane | None = None
        if screen.stage:
            self._stage = StagePane(screen.stage, context)
            self._stage.intended.connect(self.intended)
            self._stage.shown.connect(self._on_shown)
            self._stage.volume_wanted.connect(lambda volume: self._want(replace(self._comfort, volume_percent=volume)))
        self._body = CaseBody(stage=self._stage, questions=self._questions, has_items=bool(screen.items), words=words)
        across.addWidget(self._body, 1)
        self._script = ScriptPanel(words)
        self._script.setFixedWidth(round(look.current().fixed("drawer") * min(1.4, look.current().text_percent / 100)))
        self._script.hide()
        self._script.closed.connect(self._toggle_script)
        across.addWidget(self._script)
        self._bar = ActionBar(words=words)
        whole.addWidget(self._bar)
        self._bar.comforted.connect(self._want)
        self._bar.script_asked.connect(self._toggle_script)
        self._bar.flag_asked.connect(self._flag)
        self._bar.proctor_asked.connect(self._ask_proctor)
        self._bar.back_asked.connect(self._go_back)
        self._bar.next_asked.connect(self._go_next)
        QShortcut(QKeySequence("F6"), self).activated.connect(self._change_side)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self._script)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._toggle_script)
        self.render_view(view)

    def render_view(self, view: View) -> None:
        """Show the step as it stands."""
        screen = view.screen
        assert isinstance(screen, CaseView)  # noqa: S101 - the window pairs them
        self._screen = screen
        self._comfort = view.chrome.comfort
        if self._stage is not None:
            self._stage.render_states(screen.stage, self._comfort)
        settled = self._settled(view)
        self._questions.render_states(settled or screen, is_settled=settled is not None)
        self._show_bar()
        if self._is_leaving and settled is not None:
            self._is_leaving = False
            self._leave(screen)

    def _settled(self, view: View) -> CaseView | None:
        """The questions as they stand, where no answer is on its way any more; None where one is.

        A view waits in the queue while the candidate clicks on, so the sitting is asked, not the view: one that was
        settled when it was made must not undo an answer that was given since.
        """
        now = self.context.latest()
        if view.chrome.saved != "saved" or now.chrome.saved != "saved" or not isinstance(now.screen, CaseView):
            return None
        is_here = (now.screen.step, now.screen.visit) == (self._screen.step, self._screen.visit)
        return now.screen if is_here else None

    def flush(self) -> None:
        """Send on at once what is still being typed, and where cines stand."""
        self._questions.flush()
        if self._stage is not None:
            self._stage.flush()

    def first_focus(self) -> QWidget | None:
        """Play where there is a clip, else the first question."""
        is_clip = bool(self._screen.stage) and isinstance(self._screen.stage[0], ClipState)
        if self._stage is not None and (is_clip or self._body.is_stacked):
            found = self._stage.findChild(QWidget, "play")
            if found is not None and not found.isHidden():
                return found
        if self._current_item and not self._body.is_stacked:
            card = self._questions.cards[self._current_item]
            skipped = ("flag:", "clear:")
            target = next((w for w in _reachable(card) if not w.objectName().startswith(skipped)), None)
            if target is not None:
                return _selected(target)
        return self._bar.next

    def _show_bar(self) -> None:
        screen = self._screen
        self._bar.show_comfort(
            self._comfort, has_script=bool(self._scripted()), is_script_open=not self._script.isHidden()
        )
        state = next((state for state in screen.items if state.item.id == self._current_item), None)
        self._bar.show_navigation(
            can_go_back=screen.can_go_back,
            is_last=screen.is_last,
            is_flagged=state is not None and state.is_flagged,
            has_items=bool(screen.items),
        )

    def _scripted(self) -> list[ClipState]:
        return [state for state in self._screen.stage if isinstance(state, ClipState) and state.clip.script]

    def _toggle_script(self) -> None:
        scripted = self._scripted()
        if not self._script.isHidden() or not scripted:
            self._script.hide()
            self._bar.script.setFocus()
        else:
            front = self._stage.front if self._stage is not None else ""
            state = next((state for state in scripted if state.key == front), scripted[0])
            self._show_script(state)
            self._script.show()
            self._script.take_focus()
        self._show_bar()

    def _show_script(self, state: ClipState) -> None:
        language = self.context.words.language
        title = state.clip.title(language) if state.clip.title is not None else self.context.words("script.title")
        name = choose(state.clip.script, language)
        try:
            text = self.context.pictures.content.read(name).decode("utf-8", "replace") if name is not None else ""
            document = parse_script(text)
        except PocusError as error:
            told = error.explain(language)
            document = parse_script(f"{told.what}\n\n{told.next}")
        self._script.show_script(title, document if document.blocks else ScriptDocument())

    def _on_shown(self, key: str) -> None:
        if not self._script.isHidden():
            state = next((state for state in self._scripted() if state.key == key), None)
            if state is not None:
                self._show_script(state)

    def _on_entered(self, item_id: str) -> None:
        if item_id != self._current_item:
            self._current_item = item_id
            self._show_bar()

    def _flag(self) -> None:
        state = next((state for state in self._screen.items if state.item.id == self._current_item), None)
        if state is not None:
            self.intended.emit(Flag(item=state.item.id, is_flagged=not state.is_flagged))

    def _want(self, comfort: object) -> None:
        assert isinstance(comfort, Comfort)  # noqa: S101 - our own signal
        self.flush()
        self.intended.emit(SetComfort(**asdict(comfort)))

    def _change_side(self) -> None:
        is_on_stage = self._stage is not None and _has_focus_inside(self._stage)
        goal = self._questions if is_on_stage or self._stage is None else self._stage
        target = next(_reachable(goal), None)
        if target is not None:
            _selected(target).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_back(self) -> None:
        self.flush()
        self.intended.emit(GoBack())

    def _go_next(self) -> None:
        """Leave once the sitting has counted what was just typed."""
        self.flush()
        now = self.context.latest()
        if now.chrome.saved == "saving":
            self._is_leaving = True
        elif isinstance(now.screen, CaseView):
            self._leave(now.screen)

    def _leave(self, screen: CaseView) -> None:
        words = self.context.words
        if screen.next_refused is not None:
            sheet = Sheet(self, title=screen.next_refused.what, text=screen.next_refused.next)
            sheet.add_action("stay", words("case.stay"), kind="primary")
            sheet.ask()
            return
        if screen.unanswered:
            numbers = ", ".join(self.context.formats.number(number) for number in screen.unanswered)
            is_one = len(screen.unanswered) == 1
            title = words("case.unanswered_one" if is_one else "case.unanswered", numbers=numbers)
            text = words("case.unanswered_back" if screen.can_go_back else "case.unanswered_text")
            sheet = Sheet(self, title=title, text=text)
            sheet.add_action("go-on", words("case.go_on_anyway"))
            sheet.add_action("stay", words("case.stay"), kind="primary").setFocus()
            sheet.chosen.connect(self._on_unanswered)
            sheet.ask()
            return
        self.intended.emit(GoNext(step=screen.step))

    def _on_unanswered(self, chosen: str) -> None:
        if chosen == "go-on":
            self.intended.emit(GoNext(is_confirmed=True, step=self._screen.step))

    def _ask_proctor(self) -> None:
        words = self.context.words
        sheet = Sheet(self, title=words("proctor.title"), text=words("proctor.text"))
        note = QPlainTextEdit()
        note.setObjectName("note")
        note.setTabChangesFocus(True)
        note.setAccessibleName(words("proctor.note"))
        note.setPlaceholderText(words("proctor.note"))
        note.setFixedHeight(look.current().size("control") * 2)
        sheet.body.addWidget(note)
        sheet.add_action("stay", words("proctor.cancel"))
        sheet.add_action("call", words("action.call_proctor"), kind="primary", icon_name="hand")

        def decide(chosen: str) -> None:
            if chosen == "call":
                self.intended.emit(CallProctor(note=note.toPlainText().strip()))

        sheet.chosen.connect(decide)
        sheet.ask()


def _reachable(widget: QWidget) -> Iterator[QWidget]:
    """What inside a widget the Tab key can reach now."""
    for child in widget.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(widget) and child.isEnabled():
            yield child


def _selected(widget: QWidget) -> QWidget:
    """Where a group of radio buttons is entered: at the one selected."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return (group.checkedButton() if group is not None else None) or widget


def _has_focus_inside(widget: QWidget) -> bool:
    return any(child.hasFocus() for child in widget.findChildren(QWidget))
