"""The trail: only ever added to, on both databases, and telling where somebody tried otherwise."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.hub.registry.trail import ACTIONS, key_of
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError
from tests.hub.staff.people import employ


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_trail_cannot_be_changed_and_tells_where_somebody_tried(hub: Hub) -> None:
    employ(hub)
    employ(hub, "bob", "registrar")
    rows = RegistryStore(hub._store)
    check = rows.check_trail()
    assert check.broken is None
    assert check.entries == len(rows.trail())
    for deed in ("UPDATE registry_entry SET why = 'x'", "DELETE FROM registry_entry", "DELETE FROM registry_link"):
        with pytest.raises(PocusError, match=r"hub\.store_unavailable"), hub._store.transaction() as connection:
            connection.execute(text(deed))
    assert rows.check_trail() == check
    with hub._store.transaction() as connection:  # by another hand, with the right to add
        connection.execute(
            text(
                "INSERT INTO registry_entry (number, subject, at_ms, action, was, now, who, why)"
                " VALUES (90, 's', 1, 'a', '', '', 'w', '')"
            )
        )
    assert rows.check_trail().broken == 90


def test_every_action_has_words_in_every_language_and_none_is_left_over() -> None:
    named = {key_of(action) for action in ACTIONS}
    assert len(named) == len(ACTIONS), "no two share their words"
    for language in words.languages():
        told = {key: text for key, text in words.table(language).items() if key.startswith("academy.action.")}
        assert set(told) == named
    spanish = {words.say(key, "es") for key in named}
    assert not spanish & {words.say(key, "en") for key in named}, "somebody forgot to translate"


def test_every_action_that_is_written_out_in_the_code_has_words() -> None:
    """Those that a state gives are met by `RegistryRows.note` itself, in whichever test writes them first."""
    package = Path(__file__).parents[3] / "pocus_desktop"
    written = {
        action
        for path in package.joinpath("hub").rglob("*.py")
        for action in re.findall(r'(?:action=|_note\([^"\n]*?, )"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(written) > 30, "they are found"
    assert written <= ACTIONS


def test_what_has_no_words_is_written_nowhere(hub: Hub) -> None:
    before = hub.academy.tables.check_trail()
    with pytest.raises(AssertionError, match="tidied"), hub.academy.tables.rows() as rows:
        rows.note("staff:ada", at_ms=1, action="tidied", who="ada", why="")
    assert hub.academy.tables.check_trail() == before
