"""Digests and key ids are shown in groups of eight, in lines of the same length."""

import pytest
from pytestqt.qtbot import QtBot

from pocus_desktop.ui.parts.fingerprint import Fingerprint
from pocus_desktop.ui.theme import look
from tests.ui.conftest import OpenWindow, named
from tests.ui.gallery import screens

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize("percent", [100, 150, 200])
@pytest.mark.parametrize("width", [90, 200, 333, 480, 640, 1200])
def test_all_lines_have_the_same_number_of_groups(qtbot: QtBot, percent: int, width: int) -> None:
    look.wear(look.Look(text_percent=percent))
    shown = Fingerprint(DIGEST)
    qtbot.addWidget(shown)
    lines = shown.lines(width)
    assert "".join("".join(line) for line in lines) == DIGEST
    assert len({len(line) for line in lines}) == 1
    assert {len(group) for line in lines for group in line} == {8}


def test_a_whole_receipt_with_its_code_is_in_sight_at_once(open_window: OpenWindow) -> None:
    window = open_window(*screens()["31-receipt"], size=(1280, 800))
    card, footer = named(window, "receipt"), named(window, "primary")
    assert not card.visibleRegion().isEmpty()
    assert card.visibleRegion().boundingRect() == card.rect()
    assert footer.isVisible()
    digest = next(part for part in card.findChildren(Fingerprint) if len(part.lines(part.width())[0]) == 8)
    assert len(digest.lines(digest.width())) == 1
    assert "3fae3fae" in digest.accessibleName()
