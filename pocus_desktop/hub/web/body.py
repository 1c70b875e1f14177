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


class Parts:
    """The parts of a request's content as they come: never more than fits, never slower than a stall."""

    def __init__(self, request: Request, room_bytes: int, *, stall_s: float) -> None:
        self._parts = request.stream()
        self._room_bytes = room_bytes
        self._stall_s = stall_s
        self._until_s: float | None = None
        self._came_bytes = 0

    def __aiter__(self) -> "Parts":
        return self

    async def __anext__(self) -> bytes:
        if self._until_s is None:
            self._until_s = asyncio.get_running_loop().time() + self._stall_s
        try:
            async with asyncio.timeout_at(self._until_s):
                part = await anext(self._parts)
        except TimeoutError as problem:
            raise SlowSenderError from problem
        except ClientDisconnect as problem:
            raise BadRequestError(reason="cut off") from problem
        self._came_bytes += len(part)
        if self._came_bytes >= TRICKLE_BYTES:  # it moves; the next stall begins here
            self._until_s, self._came_bytes = None, 0
        self._room_bytes -= len(part)
        if self._room_bytes < 0:
            raise TooLargeError(limit_bytes=0)
        return part
