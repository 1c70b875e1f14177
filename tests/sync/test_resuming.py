"""Coming back to a server by half a handshake, and only to that server."""

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pocus_desktop.sync.resuming import ResumingContext, resuming
from tests.hub.certificates import write_certificate
from tests.hub.loopback import serving
from tests.hub.school import School


def _ask(context: ssl.SSLContext, url: str) -> bool:
    """One request over a connection of its own; whether its session was a known one."""
    parts = urlsplit(url)
    with (
        socket.create_connection((parts.hostname, parts.port)) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as spoken,
    ):
        spoken.sendall(b"GET /healthz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")
        while spoken.recv(65_536):
            pass
        return bool(spoken.session_reused)


def test_a_server_is_met_again_by_its_session_and_nobody_else_is(school: School, tmp_path: Path) -> None:
    own, other = (write_certificate(tmp_path / name, "127.0.0.1") for name in ("own.pem", "other.pem"))
    context = resuming(ssl.create_default_context(cafile=str(own)))
    hub = school.hub()
    with serving(hub, certificate=own) as url:
        assert [_ask(context, url) for _ in range(3)] == [False, True, True]
    with serving(hub, certificate=other) as url, pytest.raises(ssl.SSLCertVerificationError):
        _ask(context, url)
    with serving(hub, certificate=own) as url:
        assert not _ask(context, url), "another process knows no session of the one before, and is verified anew"
    hub.close()


def test_a_context_that_verifies_by_other_means_is_left_as_it_is() -> None:
    class OfTheSystem(ssl.SSLContext):
        """As `truststore` makes them."""

    theirs = OfTheSystem(ssl.PROTOCOL_TLS_CLIENT)
    assert resuming(theirs) is theirs
    assert type(theirs) is OfTheSystem
    once = resuming(ssl.create_default_context())
    assert resuming(once) is once
    assert isinstance(once, ResumingContext)
