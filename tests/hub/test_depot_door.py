"""The depot that a hub gives: what is published, by ranges, and nothing else."""

from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.sync.url_carrier import UrlCarrier
from tests.bundle.depot.press import Press
from tests.bundle.trust.academy import NOW_MS
from tests.hub.loopback import serving


@pytest.fixture
def press(tmp_path: Path) -> Press:
    press = Press(folder=tmp_path / "academy")
    press.publish(1)
    return press


@pytest.fixture
def client(press: Press, hub: Hub) -> TestClient:
    return TestClient(create_app(hub, depot=press.depot))


def test_a_station_follows_a_hub_s_depot(press: Press, hub: Hub, tmp_path: Path) -> None:
    station = TrustClient(tmp_path / "trust")
    station.enrol(press.academy.root)
    with serving(hub, depot=press.depot) as address, closing(UrlCarrier(f"{address}/v1/depot")) as carrier:
        found = station.refresh([carrier], now_ms=NOW_MS)
    assert found.state.newest("dvt-swollen-calf") is not None


def test_ranges_are_given_and_only_the_timestamp_is_asked_for_anew(press: Press, client: TestClient) -> None:
    [container] = (press.depot / "bundles").iterdir()
    part = client.get(f"/v1/depot/bundles/{container.name}", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, container.read_bytes()[10:20])
    assert "immutable" in part.headers["Cache-Control"]
    assert client.get("/v1/depot/metadata/timestamp.json").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "staged/targets.json",
        "records/secret.txt",
        "metadata",
        "metadata/nothing.json",
        "metadata/%2e%2e/staged/targets.json",
        "metadata/..%2f..%2fnotes.txt",
        "bundles/%00",
        "bundles/..%5c..%5cnotes.txt",
        "",
    ],
)
def test_what_is_not_published_is_not_given(press: Press, client: TestClient, path: str) -> None:
    for name in ("staged/targets.json", "records/secret.txt", "../notes.txt"):
        file = press.depot / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("not for stations")
    assert client.get(f"/v1/depot/{path}").status_code == 404


def test_a_link_that_leads_out_is_not_followed(press: Press, client: TestClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (press.depot / "metadata" / "9.root.json").symlink_to(secret)
    assert client.get("/v1/depot/metadata/9.root.json").status_code == 404
