"""What every transport promises, whether the hub is in this process, behind a socket, or at the end of a walk."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from pocus_desktop.hub.carried import take_folder
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.errors import HubRefusedError, NoReceiptYetError, SyncError
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.roads import Roads
from pocus_desktop.sync.transport import Transport
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.proctoring.relays import Centre, station

Which = Literal["in-process", "loopback", "folder", "relay", "roads"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A transport, and what happens at its other end.

    Attributes:
        carry: Someone takes the folder to the hub and brings it back; nothing to do elsewhere.
        break_off: The hub can no longer be reached.
    """

    transport: Transport
    carry: Callable[[], None]
    break_off: Callable[[], None]

    def bring(self, data: bytes) -> bytes:
        """Deliver, walking once where that is needed."""
        digest = hashlib.sha256(data).hexdigest()
        try:
            return self.transport.deliver(data, digest)
        except NoReceiptYetError:
            self.carry()
            return self.transport.deliver(data, digest)


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(folder=tmp_path)


@pytest.fixture
def hub(school: School) -> Iterator[Hub]:
    made = school.hub()
    yield made
    made.close()


@pytest.fixture(params=["in-process", "loopback", "folder", "relay", "roads"])
def road(request: pytest.FixtureRequest, school: School, hub: Hub, tmp_path: Path) -> Iterator[Road]:
    which: Which = request.param
    with ExitStack() as stack:
        match which:
            case "in-process":
                inside = InProcessTransport(create_app(hub))
                transport: Transport = HttpsTransport("https://hub.invalid", transport=inside)
                made = Road(transport=transport, carry=lambda: None, break_off=lambda: _break_database(hub, tmp_path))
            case "loopback":
                server = ExitStack()
                transport = HttpsTransport(server.enter_context(serving(hub)))
                stack.callback(server.close)
                made = Road(transport=transport, carry=lambda: None, break_off=server.close)
            case "folder":
                stick = tmp_path / "stick"
                stick.mkdir()
                transport = FolderTransport(stick)
                made = Road(
                    transport=transport,
                    carry=lambda: (take_folder(hub, stick), None)[1],
                    break_off=lambda: (stick.rename(tmp_path / "pulled out"), None)[1],
                )
            case "relay" | "roads":
                centre = _centre(school, hub, tmp_path)
                stack.callback(centre.close)
                server = ExitStack()
                by_relay = station(centre, server.enter_context(centre.serving()))
                stack.callback(server.close)
                away = HttpsTransport("http://127.0.0.1:9")
                transport = (
                    by_relay if which == "relay" else Roads([away], relays=lambda: [by_relay], on_close=by_relay.close)
                )
                made = Road(transport=transport, carry=lambda: centre.send(1), break_off=server.close)
        stack.callback(made.transport.close)
        yield made


def _centre(school: School, hub: Hub, folder: Path) -> Centre:
    forward = HttpsTransport("https://hub.invalid", transport=InProcessTransport(create_app(hub)))
    return Centre(school=school, folder=folder / "centre", forward=forward, stations=[school.station])


def _break_database(hub: Hub, folder: Path) -> None:
    hub.close()
    for file in (folder / "hub").glob("hub.sqlite*"):
        file.write_bytes(b"not a database" * 1000)


def test_it_brings_back_a_receipt_for_these_bytes(school: School, hub: Hub, road: Road) -> None:
    sat = school.sit()
    digest = hashlib.sha256(sat.final).hexdigest()
    receipt = verify_receipt(road.bring(sat.final), [school.keys.signing.public], sealed_digest=digest)
    assert receipt.sitting == sat.sitting
    assert hub.report(sat.sitting) is not None


def test_the_same_bytes_bring_the_same_receipt(school: School, road: Road) -> None:
    data = school.sit().final
    assert road.bring(data) == road.bring(data)


def test_several_envelopes_do_not_mix(school: School, road: Road) -> None:
    several = [school.sit() for _ in range(3)]
    for sat in several:
        digest = hashlib.sha256(sat.final).hexdigest()
        receipt = verify_receipt(road.bring(sat.final), [school.keys.signing.public], sealed_digest=digest)
        assert receipt.sitting == sat.sitting


def test_what_the_hub_refuses_brings_no_receipt(hub: Hub, road: Road) -> None:
    with pytest.raises((HubRefusedError, NoReceiptYetError)):
        road.bring(b"rubbish")
    assert [refused.reason for refused in hub.quarantined()] == ["sitting.not_sealed_result"]


def test_a_hub_out_of_reach_is_an_error_that_is_tried_again(school: School, road: Road) -> None:
    data = school.sit().final
    road.break_off()
    with pytest.raises(SyncError) as told:
        road.transport.deliver(data, hashlib.sha256(data).hexdigest())
    assert not told.value.is_final
    assert "{" not in str(told.value)


def test_the_outbox_comes_to_a_verified_receipt_over_it(school: School, road: Road, tmp_path: Path) -> None:
    good, bad = school.sit(), tmp_path / "bad"
    bad.write_bytes(b"rubbish")
    outbox = Outbox(tmp_path / "outbox", road.transport, [school.keys.signing.public], chance=lambda: 0.0)
    outbox.enqueue(bad, now_ms=0)
    digest = outbox.enqueue(good.final_path, now_ms=1)
    outbox.run_once(10)
    road.carry()
    outbox.run_once(10_000_000)
    states = {row.digest: row.status for row in outbox.rows()}
    assert states.pop(digest) is Status.DONE
    assert set(states.values()) <= {Status.QUARANTINED, Status.WAITING}
    receipt = outbox.receipt(digest)
    assert receipt is not None
    assert verify_receipt(receipt, [school.keys.signing.public]).sitting == good.sitting
    outbox.close()
