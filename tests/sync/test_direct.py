"""The direct transport keeps a connection as long as it is good, and trusts whom it was told to."""

import ssl
from pathlib import Path

import pytest

from pocus_desktop.bundle.carrier import CarrierFailedError
from pocus_desktop.sync.direct import DirectTransport
from pocus_desktop.sync.url_carrier import UrlCarrier
from tests.hub.certificates import write_certificate
from tests.sync.file_server import FileServer, answering
from tests.sync.weak_link import passes, weak_link, wrong_key

DATA = bytes(range(256)) * 4000


def _carrier(url: str, trust: ssl.SSLContext | None = None) -> UrlCarrier:
    return UrlCarrier(url, transport=DirectTransport(trust, connect_s=5, stall_s=5), trust=trust)


def test_one_connection_serves_as_long_as_bodies_are_read_to_their_end(tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(DATA)
    with FileServer(folder=tmp_path).running() as server, weak_link(server.url) as link:
        link.otherwise = passes
        carrier = _carrier(link.url)
        assert b"".join(carrier.read("data.bin")) == DATA
        assert b"".join(carrier.read("data.bin", offset=9, size=100_000)) == DATA[9:100_009]
        assert link.count == 1
        next(carrier.read("data.bin", offset=1))
        assert b"".join(carrier.read("data.bin", offset=5)) == DATA[5:]
        assert link.count == 2, "what was not read to its end is not waited for"
        carrier.close()


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(tmp_path: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"

    def once(connection: object) -> None:
        connection.recv(65536)  # type: ignore[attr-defined]
        connection.sendall(said)  # type: ignore[attr-defined]

    with answering(once) as url:
        carrier = _carrier(url)
        for _ in range(3):
            assert b"".join(carrier.read("data.bin")) == b"abc"
        carrier.close()


def test_a_certificate_that_it_was_not_told_to_trust_is_refused(tmp_path: Path) -> None:
    theirs = write_certificate(tmp_path / "theirs.pem", "127.0.0.1")
    ours = ssl.create_default_context(cafile=str(write_certificate(tmp_path / "ours.pem", "127.0.0.1")))
    with weak_link("http://127.0.0.1:9") as link:
        link.otherwise = wrong_key(theirs)
        carrier = _carrier(link.url.replace("http:", "https:"), ours)
        with pytest.raises(CarrierFailedError) as told:
            list(carrier.read("data.bin"))
        assert told.value.params["reason"] == "its certificate is not trusted here"
        carrier.close()
