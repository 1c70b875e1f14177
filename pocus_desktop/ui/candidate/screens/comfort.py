"""Comfort: text size, contrast, captions, volume, language; seen at once, before the clock."""

from dataclasses import asdict, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSlider, QWidget

from pocus_desktop.sitting.intents import FinishComfort, SetComfort
from pocus_desktop.sitting.views import Comfort, ComfortView, View
from pocus_desktop.ui.candidate.action_bar import TEXT_SIZES
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.stage.caption_band import CaptionBand
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.choice_card import CheckCard, RadioCard
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.tokens import THEMES

CAPTION_SIZES = (100, 150, 200)
"""The caption sizes offered, in percent."""


class ComfortScreen(CandidateScreen):
    """Each change is in force at once, so the screen is its own preview."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        self._comfort = Comfort()
        words = context.words
        self._page = self.hold(Page(heading=words("comfort.title"), lead=words("comfort.lead")))
        self._languages: dict[str, RadioCard] = {}
        self._language_card, self._language_row = self._section("comfort.language")
        _, row = self._section("comfort.text_size")
        percent = [(str(size), words("format.percent", value=size)) for size in TEXT_SIZES]
        self._sizes = self._radios(row, "text", percent, lambda value: self._want(text_percent=int(value)))
        _, row = self._section("comfort.contrast")
        themes = [(theme, words(f"comfort.theme_{theme}")) for theme in THEMES]
        self._themes = self._radios(row, "theme", themes, lambda value: self._want(theme=value))
        card, row = self._section("comfort.captions")
        self._captions = CheckCard(words("comfort.captions_on"))
        self._captions.setObjectName("captions")
        self._captions.clicked.connect(lambda on: self._want(captions=on))
        row.addWidget(self._captions)
        sizes = [
            (str(size), words("comfort.caption_size", value=words("format.percent", value=size)))
            for size in CAPTION_SIZES
        ]
        self._caption_sizes = self._radios(row, "caption", sizes, lambda value: self._want(caption_percent=int(value)))
        self._sample = CaptionBand()
        card.body.addWidget(self._sample)
        card, row = self._section("comfort.sound")
        card.body.addLayout(self._volume_row())
        _, row = self._section("comfort.more")
        self._motion = CheckCard(words("comfort.reduced_motion"))
        self._motion.setObjectName("reduced-motion")
        self._motion.clicked.connect(lambda on: self._want(is_reduced_motion=on))
        row.addWidget(self._motion)
        self._clock = CheckCard(words("comfort.hide_clock"))
        self._clock.setObjectName("hide-clock")
        self._clock.clicked.connect(lambda on: self._want(is_clock_hidden=on))
        row.addWidget(self._clock)
        self._page.add_primary(words("comfort.go")).clicked.connect(lambda: self.intended.emit(FinishComfort()))

    def render_view(self, view: View) -> None:
        """Show the settings in force."""
        screen = view.screen
        assert isinstance(screen, ComfortView)  # noqa: S101 - the window pairs them
        comfort = self._comfort = view.chrome.comfort
        words = self.context.words
        if not self._languages:
            named = [(language, words(f"language.{language}")) for language in screen.languages]
            self._languages = self._radios(
                self._language_row, "language", named, lambda value: self._want(language=value)
            )
        self._language_card.setVisible(len(self._languages) > 1)
        for radios, value in (
            (self._languages, comfort.language),
            (self._sizes, str(comfort.text_percent)),
            (self._themes, comfort.theme),
            (self._caption_sizes, str(comfort.caption_percent)),
        ):
            if value in radios:
                radios[value].setChecked(True)
        self._captions.setChecked(comfort.captions)
        self._motion.setChecked(comfort.is_reduced_motion)
        self._clock.setChecked(comfort.is_clock_hidden)
        if not self._volume.isSliderDown():
            self._volume.setValue(comfort.volume_percent)
        self._sample.setVisible(comfort.captions)
        self._sample.show_plain(words("comfort.caption_sample"), caption_percent=comfort.caption_percent)

    def first_focus(self) -> QWidget | None:
        """The first setting."""
        return next((card for card in self._languages.values() if card.isChecked()), super().first_focus())

    def _section(self, key: str) -> tuple[Card, FlowLayout]:
        card = Card(room="base")
        card.body.addWidget(Label(self.context.words(key), weight="strong"))
        holder = QWidget()
        row = FlowLayout(holder, gap=look.current().space("tight"))
        card.body.addWidget(holder)
        self._page.body.addWidget(card)
        return card, row

    def _radios(
        self, row: FlowLayout, prefix: str, options: list[tuple[str, str]], chosen: object
    ) -> dict[str, RadioCard]:
        assert callable(chosen)  # noqa: S101 - ours
        group = QButtonGroup(self)
        cards: dict[str, RadioCard] = {}
        for value, text in options:
            card = RadioCard(text)
            card.setObjectName(f"{prefix}:{value}")
            card.clicked.connect(lambda _=False, at=value: chosen(at))
            group.addButton(card)
            row.addWidget(card)
            cards[value] = card
        return cards

    def _volume_row(self) -> QHBoxLayout:
        words = self.context.words
        row = QHBoxLayout()
        row.setSpacing(look.current().space("snug"))
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setObjectName("volume")
        self._volume.setRange(0, 100)
        self._volume.setPageStep(10)
        self._volume.setSingleStep(5)
        self._volume.setAccessibleName(words("comfort.volume"))
        self._volume.sliderReleased.connect(lambda: self._want(volume_percent=self._volume.value()))
        self._volume.valueChanged.connect(self._on_volume)
        self._volume_told = Label("", wraps=False)
        play = Button(words("check.sound_play"), icon_name="volume-2")
        play.setObjectName("play-sound")
        play.clicked.connect(lambda: self.context.sound.play(self._volume.value()))
        row.addWidget(self._volume, 1)
        row.addWidget(self._volume_told)
        row.addWidget(play)
        return row

    def _on_volume(self, value: int) -> None:
        self._volume_told.setText(self.context.words("format.percent", value=value))
        if not self._volume.isSliderDown() and value != self._comfort.volume_percent:
            self._want(volume_percent=value)

    def _want(self, **changes: object) -> None:
        self._comfort = replace(self._comfort, **changes)  # type: ignore[arg-type]  # its own fields, by name
        self.intended.emit(SetComfort(**asdict(self._comfort)))
