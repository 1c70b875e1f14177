"""A depot at an address: what a server may do wrong, each told by its own reason."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocus_desktop.bundle.carrier import CarrierFailedError, NotCarriedError, resumed
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.direct import DirectTransport
from pocus_desktop.sync.url_carrier import BadDepotAddressError, UrlCarrier
from tests.bundle.trust.academy import NOW_MS, Academy
from tests.sync.file_server import FileServer, answering

DATA = b"0123456789" * 1000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    (tmp_path / "data.bin").write_bytes(DATA)
    with FileServer(folder=tmp_path).running() as running:
        yield running


@pytest.fixture(params=["client", "direct"])
def carrier(request: pytest.FixtureRequest, server: FileServer) -> Iterator[UrlCarrier]:
    direct = DirectTransport(connect_s=5, stall_s=5) if request.param == "direct" else None
    made = UrlCarrier(server.url, transport=direct)
    yield made
    made.close()


def reason(carrier: UrlCarrier, *, offset: int = 0, size: int | None = None) -> str:
    with pytest.raises(CarrierFailedError) as told:
        list(carrier.read("data.bin", offset=offset, size=size))
    assert "{" not in str(told.value)
    return str(told.value.params["reason"])


def test_the_address_may_have_a_path(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "academy one").mkdir()
    (tmp_path / "academy one" / "x").write_bytes(b"here")
    server.decodes = True
    for url in (f"{server.url}/academy%20one", f"{server.url}/academy%20one/"):
        carrier = UrlCarrier(url)
        assert b"".join(carrier.read("x")) == b"here"
        assert carrier.name == url
        carrier.close()
    assert {path for path, _ in server.asked} == {"/academy%20one/x"}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("metadata/1.%3F.json", "/metadata/1.%3F.json"),
        ("metadata/1.%2e%2E%2Fx.json", "/metadata/1.%2e%2E%2Fx.json"),
        ("metadata/1.a%2fb.json", "/metadata/1.a%2fb.json"),
        ("targets/a b?c#d", "/targets/a%20b%3Fc%23d"),
        ("targets/ñ", "/targets/%C3%B1"),
        ("targets/a+b;c=d,e@f:g", "/targets/a+b;c=d,e@f:g"),
    ],
)
def test_what_is_percent_encoded_passes_byte_for_byte(
    server: FileServer, carrier: UrlCarrier, path: str, sent: str
) -> None:
    with pytest.raises(NotCarriedError):
        next(carrier.read(path))
    assert server.asked == [(sent, "")]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_the_server_does_not_have(server: FileServer, carrier: UrlCarrier, status: int) -> None:
    server.status = status
    with pytest.raises(NotCarriedError):
        next(carrier.read("data.bin"))


@pytest.mark.parametrize("status", [204, 301, 302, 307, 400, 401, 416, 429, 500, 502, 503, 511])
def test_every_other_answer_may_be_tried_again(server: FileServer, carrier: UrlCarrier, status: int) -> None:
    server.status = status
    assert reason(carrier)


def test_a_redirection_is_not_followed(server: FileServer, carrier: UrlCarrier) -> None:
    server.status, server.headers = 302, {"Location": f"{server.url}/elsewhere"}
    assert "302" in reason(carrier)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "said",
    [
        "bytes 0-9/10000",
        "bytes 11-19/10000",
        "bytes 10-40/10000",
        "bytes 19-10/10000",
        "bytes 10-19/15",
        "pages 1-2/3",
        "",
    ],
)
def test_another_range_than_asked_for_is_refused(server: FileServer, carrier: UrlCarrier, said: str) -> None:
    server.headers = {"Content-Range": said}
    assert reason(carrier, offset=10, size=10)


def test_a_range_that_no_one_asked_for_is_refused(server: FileServer, carrier: UrlCarrier) -> None:
    with answering(_say(b"HTTP/1.1 206 OK\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789")) as url:
        assert "another part" in reason(UrlCarrier(url))


def test_a_shorter_range_is_gone_on_with() -> None:
    parts = iter([b"0-3/10", b"4-8/10", b"9-9/10"])
    digits = b"0123456789"

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        said = next(parts)
        first, last = (int(each) for each in said.split(b"/")[0].split(b"-"))
        data = digits[first : last + 1]
        connection.sendall(
            b"HTTP/1.1 206 OK\r\nConnection: close\r\nContent-Range: bytes %s\r\nContent-Length: %d\r\n\r\n%s"
            % (said, len(data), data)
        )

    with answering(answer) as url:
        carrier = UrlCarrier(url)
        assert b"".join(resumed(carrier, "data.bin", size=10)) == digits
        carrier.close()


def test_a_file_that_changed_meanwhile_is_not_gone_on_with(
    server: FileServer, carrier: UrlCarrier, tmp_path: Path
) -> None:
    assert next(carrier.read("data.bin", size=5)) == b"01234"
    (tmp_path / "data.bin").write_bytes(b"x" * 10_000)
    assert "changed" in reason(carrier, offset=5)
    assert b"".join(carrier.read("data.bin")) == b"x" * 10_000
    assert b"".join(carrier.read("data.bin", offset=9_999)) == b"x"


def test_a_link_that_is_cut_gives_what_came(server: FileServer, carrier: UrlCarrier) -> None:
    server.drop_after = 4_000
    pieces: list[bytes] = []
    with pytest.raises(CarrierFailedError) as told:
        pieces.extend(carrier.read("data.bin"))
    came = b"".join(pieces)
    assert told.value.params["reason"] == "the link was cut"
    assert came == DATA[: len(came)]
    assert b"".join(resumed(carrier, "data.bin", offset=len(came))) == DATA[len(came) :]


def test_what_is_compressed_is_refused(server: FileServer, carrier: UrlCarrier) -> None:
    server.headers = {"Content-Encoding": "gzip"}
    assert "compressed" in reason(carrier)


def test_a_network_s_sign_in_page_is_told(server: FileServer, carrier: UrlCarrier) -> None:
    server.headers = {"Content-Type": "text/html; charset=utf-8"}
    assert "sign in" in reason(carrier)


@pytest.mark.parametrize("transport", [None, DirectTransport(connect_s=5, stall_s=0.05)], ids=["client", "direct"])
def test_a_server_that_stalls_is_given_up(transport: DirectTransport | None) -> None:
    stalled = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{stalled.getsockname()[1]}"
    carrier = UrlCarrier(address, transport=transport, stall_s=0.05)
    assert reason(carrier) == "nothing came for too long"
    carrier.close()
    stalled.close()


@pytest.mark.parametrize("transport", [None, DirectTransport(connect_s=5, stall_s=5)], ids=["client", "direct"])
def test_no_one_there(transport: DirectTransport | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    carrier = UrlCarrier(f"http://127.0.0.1:{port}", transport=transport)
    assert reason(carrier) == "it cannot be reached"
    carrier.close()


def test_an_answer_longer_than_it_says_is_refused() -> None:
    with answering(_say(b"HTTP/1.1 206 OK\r\nContent-Range: bytes 0-4/5\r\n\r\n0123456789")) as url:
        carrier = UrlCarrier(url)
        assert "more than it says" in reason(carrier, size=5)
        carrier.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "depot",
        "ftp://a/b",
        "http://",
        "https://user:word@a/",
        "https://a/?b",
        "https://a/#b",
        "file:///etc",
        "http://[::1",
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(BadDepotAddressError) as told:
        UrlCarrier(url)
    assert isinstance(told.value, PocusError)
    assert "word" not in str(told.value)


def test_a_station_follows_its_academy_over_it(tmp_path: Path) -> None:
    academy = Academy(folder=tmp_path / "depot")
    academy.found()
    listed = academy.list_bundle("dvt-swollen-calf", 3)
    station = TrustClient(tmp_path / "trust")
    station.enrol(academy.root)
    with FileServer(folder=academy.folder, drop_after=300).running() as server:
        carrier = UrlCarrier(server.url)
        state = station.refresh([carrier], now_ms=NOW_MS).state
        carrier.close()
    assert state.newest("dvt-swollen-calf") == listed


def _say(answer: bytes) -> Callable[[socket.socket], None]:
    def work(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return work
