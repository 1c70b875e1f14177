"""Everything an installation keeps lies below one folder."""

from pathlib import Path

import pytest

from pocus_desktop.kernel.settings import HOME_VARIABLE, Home


def test_the_home_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    home = Home.default()
    folders = {home.library, home.admissions, home.sittings, home.outbox, home.carry, home.keys, home.trust, home.log}
    assert {path.parent for path in folders} == {tmp_path}
    assert len(folders) == 8


def test_without_a_name_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    assert Home.default().folder.is_absolute()
