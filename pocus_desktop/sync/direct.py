"""Questions to one server, without a proxy, by the standard library's HTTP: large bodies take less of a computer.

A transport under the HTTP client, for a room's relay (docs/adr/0174). It knows `GET` without content, and HTTP/1.1.
Rules kept here:

1. A connection is used again once a body was read to its end; one that the server closed meanwhile is opened anew.
2. Connecting may take so long, and nothing may come for so long; both end by the client's own errors.
3. What came before a cut is handed on first.
"""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2

PIECE_BYTES: Final = 128 * 1024
"""So much is put together before it is handed on; TLS gives 16 KiB at a time."""

_READ_BYTES: Final = 32 * 1024
_HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80


class DirectTransport(httpx2.BaseTransport):
    """A transport to the server that is asked first; for one thread at a time."""

    def __init__(self, trust: ssl.SSLContext | None = None, *, connect_s: float, stall_s: float) -> None:
        """Prepare; nothing is asked yet.

        Args:
            trust: For https.
            connect_s: How long connecting may take, in seconds.
            stall_s: How long nothing may come, in seconds.
        """
        self._trust = trust
        self._connect_s = connect_s
        self._stall_s = stall_s
        self._idle: http.client.HTTPConnection | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask, and come back once the head of the answer is here."""
        kept, self._idle = self._idle, None
        if kept is not None:
            try:
                return self._ask(kept, request)
            except (httpx2.ReadError, httpx2.WriteError):  # rule 1; asking again changes nothing
                kept.close()
        return self._ask(self._connected(request.url), request)

    def close(self) -> None:
        """Close the connection."""
        if self._idle is not None:
            self._idle.close()
            self._idle = None

    def _connected(self, url: httpx2.URL) -> http.client.HTTPConnection:
        host, is_https = url.host, url.scheme == "https"
        port = url.port or (_HTTPS_PORT if is_https else _HTTP_PORT)
        made = (
            http.client.HTTPSConnection(host, port, timeout=self._connect_s, context=self._trust)
            if is_https
            else http.client.HTTPConnection(host, port, timeout=self._connect_s)
        )
        try:
            made.connect()
        except TimeoutError as problem:
            made.close()
            raise httpx2.ConnectTimeout("connecting") from problem
        except OSError as problem:
            made.close()
            raise httpx2.ConnectError("connecting") from problem
        made.sock.settimeout(self._stall_s)
        return made

    def _ask(self, connection: http.client.HTTPConnection, request: httpx2.Request) -> httpx2.Response:
        try:
            with _as_theirs():
                connection.putrequest(
                    request.method, request.url.raw_path.decode("ascii"), skip_host=True, skip_accept_encoding=True
                )
                for name, value in request.headers.items():
                    connection.putheader(name, value)
                connection.endheaders()
                answer = connection.getresponse()
        except BaseException:
            connection.close()
            raise
        return httpx2.Response(
            answer.status, headers=answer.getheaders(), stream=_Body(self, connection, answer), request=request
        )

    def _keep(self, connection: http.client.HTTPConnection) -> None:
        self.close()
        self._idle = connection


class _Body(httpx2.SyncByteStream):
    """The answer's content as it comes."""

    def __init__(
        self, owner: DirectTransport, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse
    ) -> None:
        self._owner = owner
        self._connection = connection
        self._answer = answer
        self._is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        """Its pieces."""
        found = bytearray()
        try:
            with _as_theirs():
                while part := self._answer.read1(_READ_BYTES):
                    found += part
                    if len(found) >= PIECE_BYTES:
                        yield bytes(found)
                        found.clear()
        except httpx2.HTTPError:
            if found:  # rule 3
                yield bytes(found)
            raise
        self._is_whole = not self._answer.length  # what ended early leaves some
        if found:
            yield bytes(found)

    def close(self) -> None:
        """Keep the connection where all of it was read (rule 1)."""
        will_close = self._answer.will_close
        self._answer.close()
        if self._is_whole and not will_close:
            self._owner._keep(self._connection)  # noqa: SLF001 - of one module
        else:
            self._connection.close()


@contextmanager
def _as_theirs() -> Iterator[None]:
    """The standard library's errors as the client's, for whom this is a transport (rule 2)."""
    try:
        yield
    except TimeoutError as problem:
        raise httpx2.ReadTimeout("reading") from problem
    except (OSError, http.client.HTTPException) as problem:
        raise httpx2.ReadError("reading") from problem
