"""A real mail server on this computer that keeps what it takes, and refuses what a test tells it to."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import port_for_later

_LINK = re.compile(r"https?://[^\s\"<>]+/peer/(?!off/)([A-Za-z0-9_-]{43})")


@dataclass
class Postbox:
    """What came, and what is answered.

    Attributes:
        taken: Every message, with its envelope.
        replies: By recipient, instead of taking it: at `RCPT`.
        content_replies: The same after the content.
        hangs_up: Whether the connection is cut after the content came, before a word.
        arrived: Counts up with each message.
    """

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    content_replies: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.replies:
            return self.replies[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        self.taken.append(envelope)
        self.arrived.release()
        if self.hangs_up:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await asyncio.sleep(0)
        return self.content_replies.get(envelope.rcpt_tos[0], "250 2.0.0 taken")

    def messages(self) -> list[EmailMessage]:
        """What came, read."""
        return [_read(envelope) for envelope in self.taken]

    def tokens(self, address: str) -> list[str]:
        """The tokens that went to an address, the newest last."""
        return [
            found.group(1)
            for envelope in self.taken
            if envelope.rcpt_tos == [address] and (found := _LINK.search(text_of(_read(envelope))))
        ]

    def settings(self, folder: Path, pages: str, **changes: Any) -> Path:
        """A hub's settings for this server."""
        told = {
            "format": 1,
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "sender": "peers@academy.example",
            "sender_name": "POCUS academy",
            "reply_to": "office@academy.example",
            "bounces": "bounces@academy.example",
            "pages": pages,
            **changes,
        }
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "mail.toml"
        lines = (f"{name} = {value if isinstance(value, int) else repr(str(value))}" for name, value in told.items())
        file.write_text("\n".join(lines) + "\n")
        return file


def text_of(message: EmailMessage) -> str:
    """The plain part."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    """The other part."""
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def _read(envelope: Envelope) -> EmailMessage:
    content = envelope.content
    assert isinstance(content, bytes)
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@contextmanager
def running_postbox(**options: Any) -> Iterator[Postbox]:
    """One that runs, on a free port."""
    box = Postbox(port=port_for_later())
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop(no_assert=True)
