"""TLS that comes back to a server it has met: a cut costs half a handshake (RFC 8446 section 2.2).

What is resumed is a session whose server was verified when it began, in this process; the server proves by the key of
that session that it is the same one. Python's HTTP clients have no word for it, so it is done one layer below.
"""

import socket
import ssl
from typing import Any, Final

SEND_BUFFER_BYTES: Final = 8 * 1024
"""What is under way when a link is cut was sent in vain, so little is: a result is small, and a pause long (Linux keeps
twice this; at a round trip of 100 ms that is 160 KB/s)."""


class ResumingContext(ssl.SSLContext):
    """A client's context that offers the last session of each server when it is connected to again."""

    def wrap_socket(self, sock: socket.socket, *args: Any, **more: Any) -> ssl.SSLSocket:
        """As ever, with the session that this server gave last."""
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        name = str(more.get("server_hostname", ""))
        sessions = self.__dict__.setdefault("_last", {})
        more.setdefault("session", sessions.get(name))
        wrapped = super().wrap_socket(sock, *args, **more)
        assert isinstance(wrapped, _RememberingSocket)  # noqa: S101 - made by `resuming`
        wrapped.remember_as(sessions, name)
        return wrapped


class _RememberingSocket(ssl.SSLSocket):
    """Tells its session when it is closed; the server gives it some time after the handshake."""

    _sessions: dict[str, ssl.SSLSession] | None = None
    _name = ""

    def remember_as(self, sessions: dict[str, ssl.SSLSession], name: str) -> None:
        """Where the session shall stand."""
        self._sessions, self._name = sessions, name

    def close(self) -> None:
        """Keep the session, then close."""
        session = self.session if self._sessions is not None else None
        if self._sessions is not None and session is not None and session.has_ticket:
            self._sessions[self._name] = session
        super().close()


def resuming(trust: ssl.SSLContext) -> ssl.SSLContext:
    """The same trust, resuming: only for a plain context; one that verifies by other means is given back as it is."""
    if type(trust) is not ssl.SSLContext:
        return trust
    trust.__class__ = ResumingContext  # what it trusts cannot be copied out of it
    trust.sslsocket_class = _RememberingSocket
    return trust
