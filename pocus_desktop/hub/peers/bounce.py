"""Reports of mail that came back, as mail servers write them (RFC 3464), told apart from everything else.

1. Only a delivery report counts: an answer of a person or of their absence does not.
2. Which message it is about stands in the address it came to (`bounces+ID@…`), or in the `Message-ID` of what was sent.
   Ids are chance of 100 bits: who does not have the message cannot report it.
3. Only a failure for good counts (`failed`, status 5); a delay is waited out.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default
from typing import Final

from pocus_desktop.hub.peers.errors import NoReportError

MOST_BYTES: Final = 1024 * 1024
_ID: Final = re.compile(r"mail_[0-9a-hjkmnp-tv-z]{20}")
_ADDRESSED: Final = ("Delivered-To", "X-Original-To", "To", "Envelope-To")
_REPORT: Final = "multipart/report"
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of one message.

    Attributes:
        status: As RFC 3463 numbers it, such as `5.1.1`.
        is_lasting: Whether it will never be delivered.
    """

    mail_id: str
    status: str
    is_lasting: bool


def read(data: bytes) -> Report:
    """Read a report.

    Raises:
        NoReportError: It is none, or none of a message of ours.
    """
    if len(data) > MOST_BYTES:
        raise NoReportError(reason="too large")
    try:
        message = message_from_bytes(data, policy=default)
        return _read(message)
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, RecursionError) as problem:
        raise NoReportError(reason="not a message") from problem


def _read(message: Message) -> Report:
    if message.get_content_type() != _REPORT or message.get_param("report-type") != "delivery-status":
        raise NoReportError(reason="not a delivery report")
    mail_id = ""
    for name in _ADDRESSED:
        for value in message.get_all(name, []):
            mail_id = mail_id or _found(str(value))
    action = status = ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for fields in _blocks(part):
                action = action or str(fields.get("Action", "")).strip().lower()
                status = status or str(fields.get("Status", "")).strip()
        elif kind in {"message/rfc822", "text/rfc822-headers"} and not mail_id:
            mail_id = _of_returned(part)
    if not mail_id:
        raise NoReportError(reason="not about a message of this hub")
    number = _STATUS.match(status)
    told = number.group(0) if number else "-"
    return Report(mail_id=mail_id, status=told, is_lasting=action == "failed" and not told.startswith(("2", "4")))


def _blocks(part: Message) -> list[Message]:
    inside = part.get_payload()
    return [one for one in inside if isinstance(one, Message)] if isinstance(inside, list) else []


def _of_returned(part: Message) -> str:
    inside = part.get_payload()
    if isinstance(inside, list) and inside and isinstance(inside[0], Message):
        return _found(str(inside[0].get("Message-ID", "")))
    if isinstance(part, EmailMessage) and part.get_content_type() == "text/rfc822-headers":
        for line in str(part.get_content()).splitlines():
            if line.lower().startswith("message-id:"):
                return _found(line)
    return ""


def _found(text: str) -> str:
    match = _ID.search(text)
    return match.group(0) if match else ""
