"""A mail server on this computer: it takes what the hub sends, and keeps each message as a file."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from pocus_desktop.app.rehearsals.computers import RehearsalFailedError

PATIENCE_S: Final = 120
_LOOK_S: Final = 0.1
_LINK: Final = re.compile(r"https?://[^\s\"<>]+/peer/(?!off/)[A-Za-z0-9_-]{43}")


@dataclass(kw_only=True)
class PostOffice:
    """What came.

    Attributes:
        folder: Where each message is kept.
    """

    folder: Path
    port: int = 0
    messages: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        """Take a message."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(content, policy=default)
        to = envelope.rcpt_tos[0]
        (self.folder / f"{len(self.messages) + 1:02}-{to.partition('@')[0]}.eml").write_bytes(content)
        self.messages.append((to, message))
        return "250 2.0.0 taken"

    def of(self, address: str) -> list[EmailMessage]:
        """What went to an address, the newest last."""
        return [message for to, message in self.messages if to == address]

    def wait_for(self, address: str, count: int) -> None:
        """Until so many messages came to an address.

        Raises:
            RehearsalFailedError: They do not come.
        """
        until_s = time.monotonic() + PATIENCE_S
        while len(self.of(address)) < count:
            if time.monotonic() > until_s:
                raise RehearsalFailedError(step=f"mail to {address}", status=0)
            time.sleep(_LOOK_S)

    def link(self, address: str) -> str:
        """The link of the newest message to an address; empty where there is none."""
        for message in reversed(self.of(address)):
            found = _LINK.search(text_of(message))
            if found:
                return found.group(0)
        return ""


def text_of(message: EmailMessage) -> str:
    """The plain part."""
    part = message.get_body(("plain",))
    return "" if part is None else str(part.get_content())


@contextmanager
def post_office(folder: Path) -> Iterator[PostOffice]:
    """One that takes mail as long as the context lasts, on a free port that only this computer reaches."""
    folder.mkdir(parents=True, exist_ok=True)
    office = PostOffice(folder=folder)
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        server = await loop.create_server(lambda: SMTP(office, loop=loop), "127.0.0.1", 0)
        office.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stop.wait()

    def work() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=work, name="rehearsal-mail")
    thread.start()
    ready.wait()
    try:
        yield office
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
