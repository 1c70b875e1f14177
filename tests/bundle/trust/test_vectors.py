"""The stored corpus of hostile depots: each is refused by the name it was stored with, for ever."""

import json
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.trust.vectors import FOLDER, corpus, lay_out

VECTORS = sorted(path for path in FOLDER.glob("*.json") if path.stem != "base")


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_a_hostile_depot_is_refused_by_its_name(vector: Path, tmp_path: Path) -> None:
    base, spoilt = read(FOLDER / "base.json"), read(vector)
    depot = tmp_path / "depot"
    lay_out(base["files"], depot)
    station = TrustClient(tmp_path / "trust")
    station.enrol((depot / "metadata" / "1.root.json").read_bytes())
    before = station.refresh([FolderCarrier(depot)], now_ms=base["now_ms"]).state
    lay_out(spoilt["changed"], depot)
    with pytest.raises(PocusError) as caught:
        station.refresh([FolderCarrier(depot)], now_ms=base["now_ms"])
    assert caught.value.code == spoilt["code"]
    assert station.state() == before


def test_the_corpus_is_whole_and_comes_out_the_same() -> None:
    assert {path.stem: read(path) for path in FOLDER.glob("*.json")} == corpus()
