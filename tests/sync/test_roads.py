"""Which way a result takes: the hub where it can be reached, else the room's relay, else a folder."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from pocus_desktop.sync.errors import (
    CaptivePortalError,
    CutOffError,
    GaveWayError,
    HeldByCentreError,
    HubRefusedError,
    HubUnavailableError,
    NoConnectionError,
    NoReceiptYetError,
    NoRoadError,
    NotLetInError,
    SyncError,
)
from pocus_desktop.sync.roads import AWAY_S, Roads
from pocus_desktop.sync.transport import CarriesLog, PiecewiseTransport

DIGEST = "ab" * 32


@dataclass
class Way:
    """One that does as told, until told otherwise.

    Attributes:
        answer: What it brings back, or why it does not.
        brings: How many bytes it brings over before that.
    """

    name: str
    answer: bytes | SyncError
    brings: int = 0
    is_there: bool = True
    asked: int = 0
    closed: int = 0

    def reaches(self) -> bool:
        return self.is_there

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        del envelope, digest
        self.asked += 1
        if isinstance(self.answer, SyncError):
            raise self.answer
        return self.answer

    def upload(
        self,
        envelope: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Callable[[str, int], None],
        is_wanted: Callable[[], bool],
    ) -> bytes:
        del upload, offset, is_wanted
        if self.brings:
            moved(f"https://{self.name}/v1/uploads/1", self.brings)
        return self.deliver(envelope, digest)

    def close(self) -> None:
        self.closed += 1


@dataclass
class Folder:
    """A folder knows no pieces."""

    name: str = "folder"
    asked: list[str] = field(default_factory=list)

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        del envelope
        self.asked.append(digest)
        raise NoReceiptYetError

    def close(self) -> None:
        """Nothing."""


class Clock:
    """Seconds that the test turns."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _deliver(roads: Roads) -> bytes:
    return roads.deliver(b"x" * 100, DIGEST)


def _upload(roads: Roads) -> bytes:
    return roads.upload(b"x" * 100, DIGEST, upload="", offset=0, moved=lambda _u, _o: None, is_wanted=lambda: True)


@pytest.mark.parametrize(
    ("refusal", "is_passed_on"),
    [
        (NoConnectionError(host="hub"), True),
        (CaptivePortalError(host="hub", status=200), True),
        (HubUnavailableError(host="hub", status=503), True),
        (NotLetInError(host="hub", reason="hub.not_let_in"), True),
        (CutOffError(host="hub"), True),
        (HubRefusedError(host="hub", status=422, reason="sitting.not_sealed_result"), False),
        (GaveWayError(host="hub"), False),
    ],
    ids=lambda value: value.code if isinstance(value, SyncError) else str(value),
)
def test_what_the_hub_cannot_take_goes_to_the_relay(refusal: SyncError, is_passed_on: bool) -> None:
    hub, relay = Way("https", refusal), Way("relay", HeldByCentreError(reason="waiting"))
    roads = Roads([hub], relays=lambda: [relay])
    for bring in (_deliver, _upload):
        with pytest.raises(SyncError) as told:
            bring(roads)
        assert told.value.code == (HeldByCentreError.code if is_passed_on else refusal.code)
    assert bool(relay.asked) == is_passed_on
    assert roads.name == ("relay" if is_passed_on else "https")


def test_the_hub_goes_first_and_the_relay_is_left_alone() -> None:
    hub, relay = Way("https", b"receipt"), Way("relay", b"other")
    roads = Roads([hub], relays=lambda: [relay])
    assert (roads.deliver(b"x", DIGEST), _upload(roads), relay.asked) == (b"receipt", b"receipt", 0)


def test_a_dead_way_is_passed_over_for_a_while_and_then_asked_again() -> None:
    clock = Clock()
    hub, relay = Way("https", NoConnectionError(host="hub")), Way("relay", HeldByCentreError(reason="waiting"))
    roads = Roads([hub], relays=lambda: [relay], monotonic_s=clock)
    for _ in range(5):
        with pytest.raises(HeldByCentreError):
            roads.deliver(b"x", DIGEST)
    assert (hub.asked, relay.asked) == (1, 5)
    clock.now_s += AWAY_S
    hub.answer = b"receipt"
    assert roads.deliver(b"x", DIGEST) == b"receipt"


def test_one_that_brought_something_over_goes_on_there() -> None:
    hub, relay = Way("https", CutOffError(host="hub"), brings=60), Way("relay", b"other")
    roads = Roads([hub], relays=lambda: [relay])
    with pytest.raises(CutOffError):
        _upload(roads)
    assert relay.asked == 0


def test_the_only_way_speaks_for_itself_each_time() -> None:
    hub = Way("https", NoConnectionError(host="hub"))
    roads = Roads([hub])
    for _ in range(3):
        with pytest.raises(NoConnectionError):
            roads.deliver(b"x", DIGEST)
    assert hub.asked == 3


def test_where_nobody_is_there_that_is_said() -> None:
    hub, relay = Way("https", NoConnectionError(host="hub")), Way("relay", NoConnectionError(host="room"))
    roads = Roads([hub], relays=lambda: [relay])
    for _ in range(2):
        with pytest.raises(NoRoadError):
            roads.deliver(b"x", DIGEST)
    assert (hub.asked, relay.asked) == (1, 1)


def test_what_somebody_said_is_told_before_that_another_is_away() -> None:
    hub, relay = Way("https", NoConnectionError(host="hub")), Way("relay", HubUnavailableError(host="room", status=503))
    with pytest.raises(HubUnavailableError):
        Roads([hub], relays=lambda: [relay]).deliver(b"x", DIGEST)


def test_a_folder_is_the_last_and_takes_it_whole() -> None:
    relay, folder = Way("relay", NoConnectionError(host="room")), Folder()
    roads = Roads([], relays=lambda: [relay], last=[folder])
    for bring in (_deliver, _upload):
        with pytest.raises(NoReceiptYetError):
            bring(roads)
    assert (relay.asked, folder.asked) == (1, [DIGEST, DIGEST])


def test_two_rooms_are_two_ways() -> None:
    one, other = Way("relay", NoConnectionError(host="one")), Way("relay", HeldByCentreError(reason="waiting"))
    rooms = [one]
    roads = Roads([Way("https", NoConnectionError(host="hub"))], relays=lambda: rooms)
    with pytest.raises(NoRoadError):
        roads.deliver(b"x", DIGEST)
    rooms.append(other)
    with pytest.raises(HeldByCentreError):
        roads.deliver(b"x", DIGEST)


def test_it_reaches_where_any_way_that_knows_pieces_does() -> None:
    hub, relay = Way("https", b"", is_there=False), Way("relay", b"")
    assert Roads([hub], relays=lambda: [relay]).reaches()
    relay.is_there = False
    assert not Roads([hub], relays=lambda: [relay], last=[Folder()]).reaches()


def test_closing_lets_go_of_all() -> None:
    hub, relay = Way("https", b""), Way("relay", b"")
    Roads([hub], relays=lambda: [relay], on_close=relay.close).close()
    assert (hub.closed, relay.closed) == (1, 1)


def test_it_is_what_the_outbox_asks_for() -> None:
    assert isinstance(Roads([]), PiecewiseTransport)
    assert isinstance(Roads([]), CarriesLog)
