"""The host of a window's player: what it makes of clicks, views and the player's own word."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.media import Clip
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.media.deck import Deck
from pocus_desktop.media.deck_player import DeckPlayer
from pocus_desktop.media.errors import VlcMissingError
from pocus_desktop.media.events import Sink
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.media.player import BinaryReader, PlayerState
from pocus_desktop.sitting.intents import PlayClip, ReportMedia
from pocus_desktop.sitting.views import CaseView, Chrome, ClipState, Comfort, View
from pocus_desktop.ui.media_host import MediaHost
from tests.media.playing import make_audio

DURATION_MS = 2000
CHROME = Chrome(mode=Mode.LIVE, comfort=Comfort(), candidate_name="", candidate_id="", assessment_title="")


class OneSound:
    """Every member is the same sound."""

    data = make_audio(DURATION_MS / 1000).data

    def read(self, name: str) -> bytes:  # noqa: ARG002 - every member is the same
        return self.data

    def open(self, name: str) -> BinaryReader:  # noqa: ARG002 - every member is the same
        return io.BytesIO(self.data)

    def size_bytes(self, name: str) -> int:  # noqa: ARG002 - every member is the same
        return len(self.data)


class Stand:
    """A host, what it asks for, and the clips as the sitting would count them."""

    def __init__(self, host: MediaHost, clock: ManualClock) -> None:
        self.host, self.clock = host, clock
        self.told: list[object] = []
        self.clips = {key: _clip(key) for key in ("first", "second")}
        host.intended.connect(self.told.append)
        host.attach(OneSound())
        self.show()

    def show(self) -> None:
        screen = CaseView(
            step="one",
            visit=1,
            text="",
            stage=tuple(self.clips.values()),
            items=(),
            unanswered=(),
            can_go_back=False,
            is_last=False,
        )
        self.host.follow(View(chrome=CHROME, screen=screen))

    def count(self, key: str) -> None:
        self.clips[key] = replace(self.clips[key], plays_used=self.clips[key].plays_used + 1, is_started=True)
        self.show()

    def is_in(self, key: str, state: PlayerState) -> bool:
        self.clock.advance(ms=20)
        return self.host.playing(key).state is state

    def media(self) -> list[tuple[str, str, str]]:
        return [(one.clip, one.what, one.reason) for one in self.told if isinstance(one, ReportMedia)]


def _clip(key: str) -> ClipState:
    clip = Clip.model_validate({"audio": f"{key}.webm", "duration": f"{DURATION_MS // 1000}s"})
    return ClipState(key=key, clip=clip, plays_used=0, plays_left=None, position_ms=0, is_started=False, is_ended=False)


@pytest.fixture
def stand(qtbot: QtBot) -> Iterator[Stand]:
    clock = ManualClock()
    host = MediaHost(lambda sink: FakePlayer(sink, clock=clock))
    yield Stand(host, clock)
    host.close()


def test_a_play_starts_when_it_is_counted(stand: Stand, qtbot: QtBot) -> None:
    stand.host.ask_play("first")
    assert stand.told == [PlayClip(clip="first")]
    assert stand.host.playing("first").is_waiting
    stand.count("first")
    assert not stand.host.playing("first").is_waiting
    qtbot.waitUntil(lambda: stand.is_in("first", PlayerState.PLAYING))


def test_a_second_click_while_it_opens_asks_for_nothing_more(stand: Stand, qtbot: QtBot) -> None:
    stand.host.ask_play("first")
    stand.count("first")
    assert stand.host.playing("first").state is PlayerState.OPENING
    stand.host.ask_play("first")
    assert stand.told == [PlayClip(clip="first")]
    qtbot.waitUntil(lambda: stand.is_in("first", PlayerState.PLAYING))
    assert not stand.host.playing("first").is_waiting


def test_a_pause_is_told_and_the_same_play_goes_on(stand: Stand, qtbot: QtBot) -> None:
    stand.host.ask_play("first")
    stand.count("first")
    qtbot.waitUntil(lambda: stand.is_in("first", PlayerState.PLAYING))
    stand.host.pause()
    qtbot.waitUntil(lambda: ("first", "paused", "") in stand.media())
    stand.host.ask_play("first")
    qtbot.waitUntil(lambda: ("first", "resumed", "") in stand.media())
    assert stand.told.count(PlayClip(clip="first")) == 1


def test_another_clip_of_the_step_tells_where_the_one_before_stood(stand: Stand, qtbot: QtBot) -> None:
    stand.host.ask_play("first")
    stand.count("first")
    qtbot.waitUntil(lambda: stand.is_in("first", PlayerState.PLAYING))
    stand.host.ask_play("second")
    stand.count("second")
    assert ("first", "paused", "") in stand.media()
    qtbot.waitUntil(lambda: stand.is_in("second", PlayerState.PLAYING))
    assert stand.host.playing("first").state is PlayerState.EMPTY


def test_an_end_is_told_and_the_next_play_is_counted(stand: Stand, qtbot: QtBot) -> None:
    stand.host.ask_play("first")
    stand.count("first")
    qtbot.waitUntil(lambda: stand.is_in("first", PlayerState.ENDED))
    qtbot.waitUntil(lambda: ("first", "ended", "") in stand.media())
    stand.clips["first"] = replace(stand.clips["first"], is_started=False, is_ended=True)
    stand.show()
    stand.host.seek(500)
    stand.host.ask_play("first")
    assert stand.told.count(PlayClip(clip="first")) == 2


def _no_machine(*_: object) -> Deck:
    raise VlcMissingError


def _player_without_machine(sink: Sink) -> DeckPlayer:
    clock = ManualClock()
    return DeckPlayer(sink, make_deck=_no_machine, now_s=lambda: clock.read().monotonic_ms / 1000)


@pytest.mark.parametrize("position_ms", [0, 700], ids=["new", "going-on"])
def test_without_a_machine_the_failure_is_told_once_by_its_own_name(qtbot: QtBot, position_ms: int) -> None:
    stand = Stand(MediaHost(_player_without_machine), ManualClock())
    stand.clips["first"] = replace(
        stand.clips["first"], position_ms=position_ms, is_started=position_ms > 0, plays_used=int(position_ms > 0)
    )
    stand.show()
    stand.host.ask_play("first")
    if not position_ms:
        stand.count("first")
    qtbot.waitUntil(lambda: len(stand.media()) > 0)
    QCoreApplication.processEvents()
    assert stand.media() == [("first", "failed", "media.vlc_missing")]
    assert stand.host.playing("first").failure == "media.vlc_missing"
    stand.host.leave()
    stand.host.close()
