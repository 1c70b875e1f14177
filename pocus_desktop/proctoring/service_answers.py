"""How a relay reads requests and tells errors: the hub's rules, in a room (formats/sync 2.3 to 2.7)."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pocus_desktop.admission.station_request import SCHEME
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.relay_errors import (
    BadRequestError,
    CannotKeepError,
    OtherMediaTypeError,
    RelayError,
    SlowSenderError,
    TooLargeError,
)

PROBLEM_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 10
STALL_S: Final = 30.0
TRICKLE_BYTES: Final = 1024
"""What must come within a stall, or the end."""

Endpoint = Callable[[Request], Awaitable[Response]]

_NOT_SIGNED: Final = 401
_LATER: Final = 503
_BODY_UNREAD: Final = frozenset({400, 401, 408, 409, 413, 415, 503})
_SHA_256: Final = re.compile(r"(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/]{43}=):[ \t]*(?=$|,)")


def told(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose errors become problem documents; what is not the relay's own is a disk that cannot keep it.

    Of a mistake of the program nothing but that reaches the sender.
    """

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RelayError as error:
            return problem(error)
        except PocusError as error:
            log.failure(error)
            return problem(CannotKeepError(reason=error.code))
        except Exception as bug:  # noqa: BLE001 - it is logged whole; stations try again
            log.bug("relay.request_failed", bug)
            return problem(RelayError())

    return answer


def problem(error: RelayError) -> Response:
    """An error as problem details (RFC 9457)."""
    explained = error.explain()
    headers: dict[str, str] = {}
    if error.status == _LATER:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if error.status == _NOT_SIGNED:
        headers["WWW-Authenticate"] = SCHEME
    if error.status in _BODY_UNREAD:  # what is left of the request cannot be told from a next one
        headers["Connection"] = "close"
    document = canonical.encode(
        {
            "type": f"urn:pocus:problem:{error.code}",
            "title": HTTPStatus(error.status).phrase,
            "status": error.status,
            "detail": explained.what,
            "code": error.code,
            "what": explained.what,
            "next": explained.next,
            "params": dict(error.params),
        }
    )
    return Response(document, status_code=error.status, media_type=PROBLEM_TYPE, headers=headers)


def require_plain(request: Request, media_type: str) -> None:
    """The content is of this media type, and not compressed.

    Raises:
        OtherMediaTypeError: The request says otherwise.
    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if kind != media_type or coding != "identity":
        raise OtherMediaTypeError(needed=media_type)


def content_digest(request: Request) -> str:
    """The SHA-256 that `Content-Digest` names (RFC 9530), in hexadecimal.

    Raises:
        BadRequestError: It names none.
    """
    found = _SHA_256.search(",".join(request.headers.getlist("Content-Digest")))
    if found is None:
        raise BadRequestError(reason="Content-Digest")
    return base64.b64decode(found[1]).hex()


async def parts_of(request: Request, *, maximum_bytes: int, stall_s: float = STALL_S) -> AsyncIterator[bytes]:
    """A request's content as it comes: up to a limit, and never slower than a stall.

    Raises:
        TooLargeError, SlowSenderError: By these limits.
        BadRequestError: The sender went away.
    """
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > maximum_bytes:
        raise TooLargeError(limit_bytes=maximum_bytes)
    parts = aiter(request.stream())
    came = since = 0
    until_s = asyncio.get_running_loop().time() + stall_s
    while True:
        try:
            async with asyncio.timeout_at(until_s):
                part = await anext(parts, None)
        except TimeoutError as gone:
            raise SlowSenderError from gone
        except ClientDisconnect as gone:
            raise BadRequestError(reason="cut off") from gone
        if part is None:
            return
        came, since = came + len(part), since + len(part)
        if came > maximum_bytes:
            raise TooLargeError(limit_bytes=maximum_bytes)
        if since >= TRICKLE_BYTES:
            since, until_s = 0, asyncio.get_running_loop().time() + stall_s
        if part:
            yield part
