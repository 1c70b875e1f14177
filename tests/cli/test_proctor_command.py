"""`pocus proctor`: what it hands to the face that opens the window."""

from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from pocus_desktop.app.faces import faces
from pocus_desktop.cli.faces import RoomPlace
from pocus_desktop.cli.main import pocus, run
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE


def test_it_opens_the_window_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "secret")
    asked: dict[str, Any] = {}

    def open_window(**given: Any) -> int:
        asked.update(given)
        return 0

    at = ("--host", "10.0.0.2", "--port", "0", "--peer", "10.0.0.3")
    given = ["proctor", "--who", "Pat Lee", "--language", "es", *at]
    assert run(given, faces=replace(faces(), proctor=open_window)) == 0
    place = RoomPlace(name="Room", host="10.0.0.2", port=0, peers=("10.0.0.3",))
    assert asked == {"place": place, "passphrase": "secret", "language": "es", "who": "Pat Lee"}


def test_it_explains_itself() -> None:
    told = CliRunner().invoke(pocus, ["proctor", "--help"])
    assert "hold its room open while it is open" in " ".join(told.output.split())
