"""A station and its hub's log: over HTTP and by stick, honest and not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.app.doctor import _academy_log
from pocus_desktop.app.log_keeping import LogKeeping
from pocus_desktop.hub.carried import take_folder
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.errors import FolderDamagedError
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.log_watch import LogWatch
from pocus_desktop.sync.transport import CarriesLog
from pocus_desktop.tlog.copy import LogCopy
from pocus_desktop.tlog.errors import ForkedLogError
from tests.hub.school import School
from tests.tlog.world import ENTRIES, LOG, signed


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(folder=tmp_path)


@pytest.fixture
def hub(school: School) -> Iterator[Hub]:
    hub = school.hub()
    yield hub
    hub.close()


def watch_of(home: Home, school: School) -> LogWatch:
    return LogWatch(home.academy_log, [school.keys.signing.public])


def test_the_log_is_given_over_http_as_static_files(school: School, hub: Hub) -> None:
    road = HttpsTransport("http://localhost", transport=InProcessTransport(create_app(hub)))
    assert isinstance(road, CarriesLog)
    for sat in (school.sit(), school.sit()):
        road.deliver(sat.final, canonical.digest(sat.final))
    assert LogCopy(road.read_log, [school.keys.signing.public]).audit() == 2
    client = road._client
    checkpoint = client.get("http://localhost/v1/log/checkpoint")
    tile = client.get("http://localhost/v1/log/tile/0/000.p/2")
    assert (checkpoint.headers["Cache-Control"], checkpoint.headers["Content-Type"]) == (
        "no-cache",
        "text/plain; charset=utf-8",
    )
    assert "immutable" in tile.headers["Cache-Control"]
    for path in ("tile/0/000", "tile/0/000.p/3", "tile/0/0", "tile/9/000", "x"):
        missing = client.get(f"http://localhost/v1/log/{path}")
        assert (missing.status_code, missing.json()["code"]) == (404, "hub.not_found")
    road.close()


def test_a_station_watches_while_it_delivers(school: School, hub: Hub, tmp_path: Path) -> None:
    home = Home(folder=tmp_path / "home")
    road = HttpsTransport("http://localhost", transport=InProcessTransport(create_app(hub)))
    keeping = LogKeeping(home, road, [school.keys.signing.public])
    for number in range(1, 4):
        sat = school.sit()
        keeping.receipt_came(road.deliver(sat.final, canonical.digest(sat.final)))
        seen = watch_of(home, school).seen()
        assert seen is not None
        assert seen.head.size == number
    assert (watch_of(home, school).unproved(), watch_of(home, school).alarms()) == ((), ())
    road.close()


def test_a_hub_that_begins_its_log_anew_is_found_out_and_holds_up_nothing(
    school: School, hub: Hub, tmp_path: Path
) -> None:
    """The same keys and so the same name, and another history: a database that was thrown away."""
    home = Home(folder=tmp_path / "home")
    first, second = school.sit(), school.sit()
    road = HttpsTransport("http://localhost", transport=InProcessTransport(create_app(hub)))
    LogKeeping(home, road, [school.keys.signing.public]).receipt_came(
        road.deliver(first.final, canonical.digest(first.final))
    )
    road.close()
    other = Hub(tmp_path / "other", school.keys, clock=school.clock)
    again = HttpsTransport("http://localhost", transport=InProcessTransport(create_app(other)))
    receipt = again.deliver(second.final, canonical.digest(second.final))
    LogKeeping(home, again, [school.keys.signing.public]).receipt_came(receipt)
    again.close()
    other.close()
    assert [alarm.code for alarm in watch_of(home, school).alarms()] == ["tlog.forked"]


def test_a_stick_brings_receipts_and_the_log_and_lets_stations_compare(
    school: School, hub: Hub, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    homes = [Home(folder=tmp_path / name) for name in ("a", "b")]
    sats = [school.sit(), school.sit()]
    road = FolderTransport(stick)
    assert isinstance(road, CarriesLog)
    for sat in sats:
        with pytest.raises(Exception, match="no_receipt_yet"):
            road.deliver(sat.final, canonical.digest(sat.final))
    take_folder(hub, stick)
    assert not (stick / "log" / "tile" / "entries").exists()
    for home, sat in zip(homes, sats, strict=True):
        receipt = road.deliver(sat.final, canonical.digest(sat.final))
        LogKeeping(home, road, [school.keys.signing.public]).receipt_came(receipt)
        seen = watch_of(home, school).seen()
        assert seen is not None
        assert seen.head.size == 2
    assert len(list((stick / "heads").iterdir())) == 2


def test_a_stick_with_links_leads_the_hub_nowhere(school: School, hub: Hub, tmp_path: Path) -> None:
    stick, outside = tmp_path / "stick", tmp_path / "outside"
    (stick / "log").mkdir(parents=True)
    (stick / "results").mkdir()
    outside.mkdir()
    sat = school.sit()
    (stick / "results" / canonical.digest(sat.final)).write_bytes(sat.final)
    (stick / "log" / "tile").symlink_to(outside)
    with pytest.raises(FolderDamagedError):
        take_folder(hub, stick)
    assert list(outside.rglob("*")) == []
    assert hub.receipt(canonical.digest(sat.final)) is not None


def test_the_system_check_says_what_the_log_has_to_explain(tmp_path: Path) -> None:
    home = Home(folder=tmp_path)
    Enrolment(publishers=(), hubs=(LOG.public,)).save(home.trust)
    assert _academy_log(home) == ()
    watch = LogWatch(home.academy_log, [LOG.public])
    watch.note(signed(ENTRIES[:7]))
    watch.note(signed(ENTRIES[:9]))
    (well,) = _academy_log(home)
    assert (well.state, well.told) == ("ok", "Known up to entry 7; 1 later heads wait for a proof.")
    with pytest.raises(ForkedLogError):
        watch.note(signed(ENTRIES[1:8]))
    (told,) = _academy_log(home)
    assert (told.state, "tlog.forked" in told.told, str(watch.alarms()[0].path) in told.remedy) == (
        "failed",
        True,
        True,
    )
