"""System check: sound, picture, disk, clock, screen, battery; each with its reason and its remedy."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.sitting.intents import PassSystemCheck
from pocus_desktop.sitting.views import SystemCheckView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.check.finding import Finding
from pocus_desktop.ui.check.inspector import PROBES
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.choice_card import RadioCard
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.theme import look

_SIGNS: Final = {
    "ok": ("circle-check", "success"),
    "note": ("info", "accent"),
    "problem": ("triangle-alert", "warning"),
    "waiting": ("loader", "muted"),
}


class _ProbeRow(QWidget):
    """One probe: its sign, what was found, and what to do."""

    def __init__(self, name: str, waiting: str) -> None:
        super().__init__()
        self._name = name
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("snug"))
        self._sign = IconLabel("loader", role="muted")
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._what = Label(waiting, tone="muted")
        self._next = Label("", tone="muted")
        self._next.hide()
        words.addWidget(Label(name, weight="medium"))
        words.addWidget(self._what)
        words.addWidget(self._next)
        row.addLayout(words, 1)

    def tell(self, level: str, what: str, next_step: str) -> None:
        self._sign.display(*_SIGNS[level])
        self._what.setText(what)
        self._what.set_tone("muted" if level == "ok" else "")
        self._next.setText(next_step)
        self._next.setVisible(bool(next_step) and level != "ok")
        self.setAccessibleName(f"{self._name}: {what} {next_step}".strip())


class SystemCheckScreen(CandidateScreen):
    """Shows findings as they come; problems never bar the way, the proctor decides."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        page = self.hold(Page(heading=words("check.title"), lead=words("check.lead")))
        card = Card()
        page.body.addWidget(card)
        self._rows: dict[str, _ProbeRow] = {}
        for probe in PROBES:
            row = _ProbeRow(words(f"check.name_{probe}"), words("check.waiting"))
            row.setObjectName(f"probe:{probe}")
            self._rows[probe] = row
            card.body.addWidget(row)
        self._sound = self._sound_card()
        page.body.addWidget(self._sound)
        self._findings: dict[str, Finding] = {}
        again = page.add_action(words("check.again"), icon_name="refresh-cw")
        again.setObjectName("again")
        again.clicked.connect(self._inspect)
        self._go = page.add_primary(words("check.go"))
        self._go.clicked.connect(self._pass)
        self._is_started = False
        self._volume = 80
        self._room_bytes = 0
        context.inspector.found.connect(self._on_found)
        context.sound.told.connect(self._on_sound)

    @property
    def findings(self) -> dict[str, Finding]:
        """What was found so far, by probe."""
        return dict(self._findings)

    def render_view(self, view: View) -> None:
        """Start the check when first shown."""
        screen = view.screen
        assert isinstance(screen, SystemCheckView)  # noqa: S101 - the window pairs them
        self._volume = view.chrome.comfort.volume_percent
        self._sound.setVisible(screen.needs_sound)
        self._room_bytes = screen.room_bytes
        if not self._is_started:
            self._is_started = True
            self._inspect()

    def _sound_card(self) -> QWidget:
        words = self.context.words
        card = Card()
        card.body.addWidget(Label(words("check.sound_title"), weight="medium"))
        card.body.addWidget(Label(words("check.sound_help"), tone="muted"))
        row_holder = QWidget()
        row = FlowLayout(row_holder, gap=look.current().space("tight"))
        self._play = Button(words("check.sound_play"), icon_name="volume-2")
        self._play.setObjectName("play-sound")
        self._play.clicked.connect(lambda: self.context.sound.play(self._volume))
        row.addWidget(self._play)
        self._heard = RadioCard(words("check.heard"))
        self._heard.setObjectName("sound-heard")
        self._not_heard = RadioCard(words("check.not_heard"))
        self._not_heard.setObjectName("sound-not-heard")
        group = QButtonGroup(self)
        for choice in (self._heard, self._not_heard):
            group.addButton(choice)
            row.addWidget(choice)
            choice.clicked.connect(self._on_heard)
        card.body.addWidget(row_holder)
        return card

    def _inspect(self) -> None:
        words = self.context.words
        for row in self._rows.values():
            row.tell("waiting", words("check.waiting"), "")
        self._findings = {}
        self.context.inspector.inspect(room_bytes=self._room_bytes)

    def _on_found(self, finding: Finding) -> None:
        words = self.context.words
        is_judged = self._heard.isChecked() or self._not_heard.isChecked()
        if finding.code == "sound_ok" and is_judged:
            return  # what the candidate hears outweighs what the player says
        self._findings[finding.probe] = finding
        params = dict(finding.params)
        if finding.code == "engine_missing":
            told = words.explain(str(params["code"]))
            self._rows[finding.probe].tell(finding.level, told.what, told.next)
            return
        shown = {
            name: self.context.formats.number(v) if isinstance(v, int) and name != "year" else v
            for name, v in params.items()
        }
        self._rows[finding.probe].tell(
            finding.level, words(f"check.{finding.code}.what", **shown), words(f"check.{finding.code}.next", **shown)
        )

    def _on_sound(self, told: str) -> None:
        if told in ("silent", "failed"):
            self._on_found(Finding(probe="sound", level="problem", code="sound_no_device"))

    def _on_heard(self) -> None:
        if self._not_heard.isChecked():
            self._on_found(Finding(probe="sound", level="problem", code="sound_not_heard"))
        else:
            self._on_found(Finding(probe="sound", level="ok", code="sound_heard"))

    def _pass(self) -> None:
        codes = tuple(finding.code for finding in self._findings.values() if finding.level != "ok")
        waiting = tuple(f"{probe}_not_checked" for probe in PROBES if probe not in self._findings)
        self.intended.emit(PassSystemCheck(findings=codes + waiting))
