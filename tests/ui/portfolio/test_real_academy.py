"""The window over a real home, with a real hub on the loopback: from the account to a decision."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pocus_desktop.app.portfolio import carried, read_academy, sitting_here, synced
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.own.opening import open_portfolio
from pocus_desktop.ui.portfolio.window import PortfolioWindow
from pocus_desktop.ui.words import Words
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.programme.own.ana import at_academy
from tests.ui.conftest import named
from tests.ui.portfolio.conftest import settle
from tests.ui.portfolio.desks import NOW_MS
from tests.ui.portfolio.test_window import go, press, question, told, typed

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = School(folder=tmp_path / "school", clock=ManualClock(wall_ms=NOW_MS)).hub()
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, hub: Hub, tmp_path: Path) -> Iterator[PortfolioWindow]:
    home = Home(folder=tmp_path / "home")
    with open_portfolio(home, passphrase="a passphrase", clock=hub.clock) as desk:
        made = PortfolioWindow(
            desk,
            words=Words("en"),
            sync=partial(synced, desk, home, "a passphrase", hub.clock, "en"),
            carry=partial(carried, desk, "en"),
            read_keys=read_academy,
            sit=sitting_here(home, "en"),
        )
        made.resize(1280, 800)
        with qtbot.waitExposed(made):
            made.show()
        settle()
        yield made
        made.close()
        made.deleteLater()
        settle()


def test_from_the_account_to_the_decision(hub: Hub, window: PortfolioWindow, tmp_path: Path) -> None:
    keys = [*hub.ring.verifiers, hub.ring.current.sealing.public]
    academy = tmp_path / "academy.json"
    academy.write_text(json.dumps({"keys": [key.as_json() for key in keys]}), encoding="utf-8")
    go(window, "account")
    press(named(window, "sync"))
    assert "There is no account yet." in told(window)
    typed(window, "account:name", "Ana Ruiz")
    typed(window, "account:email", "ana@example.org")
    typed(window, "account:zone", "America/Bogota")
    press(named(window, "account:do"))
    press(named(window, "sync"))
    assert "It is not known yet which academy" in told(window)
    typed(window, "academy-keys", str(academy))
    with serving(hub) as url:
        typed(window, "academy:url", url)
        press(named(window, "academy-keys:do"))
        assert f"Connected: {url}" in told(window)
        press(named(window, "sync"))
        assert "Sent: 1." in told(window)
        assert window.view is not None
        account = window.view.portfolio.account
        assert account is not None
        assert f"ID number: {account.candidate_id}" in told(window)
        go(window, "apply")
        press(named(window, "apply:lung"))
        press(named(window, "apply:go"))
        sheet = question()
        for card in sheet.cards:  # type: ignore[attr-defined]
            press(card)
        press(named(sheet, "give"))
        assert "Lung: the academy has not decided yet" in told(window)
        press(named(window, "sync"))
        application_id = window.view.portfolio.applications[0].application_id
        choice = [AreaChoice(area=ContentArea.LUNG, is_approved=False, reason="No case is logged.")]
        hub.academy.applications.decide(application_id, choice, who="dora", by="Dora Mora")
        press(named(window, "sync"))
    assert "Lung: refused\nNo case is logged." in told(window)
    press(named(window, "sync"))
    assert "could not be asked" in told(window)
    assert window.view.waiting == 0


def test_without_a_network_by_a_stick(hub: Hub, window: PortfolioWindow, tmp_path: Path) -> None:
    keys = [*hub.ring.verifiers, hub.ring.current.sealing.public]
    academy, stick = tmp_path / "academy.json", tmp_path / "stick"
    academy.write_text(json.dumps({"keys": [key.as_json() for key in keys]}), encoding="utf-8")
    stick.mkdir()
    go(window, "account")
    typed(window, "account:name", "Ana Ruiz")
    typed(window, "account:email", "ana@example.org")
    typed(window, "account:zone", "America/Bogota")
    press(named(window, "account:do"))
    typed(window, "academy-keys", str(academy))
    press(named(window, "academy-keys:do"))
    press(named(window, "sync"))
    assert "put the portfolio on a stick: that needs none" in told(window)
    typed(window, "stick", str(stick))
    press(named(window, "stick:do"))
    assert "What waits is on the stick, sealed" in told(window)
    assert at_academy(hub, stick) == ["taken", "answered"]
    press(named(window, "stick:other"))
    assert "Received by the academy: 1. New from it: 0." in told(window)
    assert window.view is not None
    assert window.view.waiting == 0
    account = window.view.portfolio.account
    assert account is not None
    assert f"ID number: {account.candidate_id}" in told(window)
