"""The rules of playing where there is no machine to play on."""

import pytest

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.media.deck import Deck
from pocus_desktop.media.deck_player import DeckPlayer
from pocus_desktop.media.errors import VlcMissingError
from pocus_desktop.media.events import Failed, PlayerEvent
from pocus_desktop.media.player import PlayerState
from tests.media.playing import make_audio, source_of


def _no_machine(*_: object) -> Deck:
    raise VlcMissingError


@pytest.fixture
def told() -> list[PlayerEvent]:
    return []


@pytest.fixture
def player(told: list[PlayerEvent]) -> DeckPlayer:
    clock = ManualClock()
    return DeckPlayer(told.append, make_deck=_no_machine, now_s=lambda: clock.read().monotonic_ms / 1000)


def test_without_a_machine_a_load_fails_once_and_the_rest_keeps_quiet(
    player: DeckPlayer, told: list[PlayerEvent]
) -> None:
    player.load(source_of(make_audio(0.5)))
    player.pause()
    player.seek(200)
    player.stop()
    player.poll()
    player.close()
    assert told == [Failed(code=VlcMissingError.code)]


def test_play_looks_for_a_machine_again(player: DeckPlayer, told: list[PlayerEvent]) -> None:
    player.load(source_of(make_audio(0.5)))
    player.play()
    assert told == [Failed(code=VlcMissingError.code)] * 2
    assert player.state is PlayerState.FAILED
