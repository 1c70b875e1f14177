"""A request's body, read as it comes: up to a limit, and never slower than a stall (formats/sync 2.7)."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request

from pocus_desktop.hub.errors import BadRequestError, SlowSenderError, TooLargeError

TRICKLE_BYTES: Final = 1024
"""What must come within a stall, or the end: the slowest link brings that, who sends a byte now and then does not."""


async def read_body(request: Request, *, maximum_bytes: int, stall_s: float) -> bytes:
    """The whole body.

    Args:
        request: Whose.
        maximum_bytes: The most that is taken.
        stall_s: How long less than `TRICKLE_BYTES` may come, in seconds.

    Raises:
        TooLargeError, SlowSenderError: By these limits.
        BadRequestError: The sender went away.
    """
    told = request.headers.get("Content-Length", "")
    if told.isdigit() and int(told) > maximum_bytes:
        raise TooLargeError(limit_bytes=maximum_bytes)
    found = bytearray()
    parts = request.stream()
    try:
        while True:
            wanted = len(found) + TRICKLE_BYTES
            async with asyncio.timeout(stall_s):
                while len(found) < wanted:
                    part = await anext(parts, None)
                    if part is None:
                        return bytes(found)
                    found += part
                    if len(found) > maximum_bytes:
                        raise TooLargeError(limit_bytes=maximum_bytes)
    except TimeoutError as problem:
        raise SlowSenderError from problem
    except ClientDisconnect as problem:
        raise BadRequestError(reason="cut off") from problem
