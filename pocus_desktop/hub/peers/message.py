"""A message to an evaluator, as plain text and HTML, in their language (docs/formats/peer-evaluation 8).

1. One message has one recipient, who sees no other.
2. It says who asks, about whom, until when, how long it takes, what is done with the answers, and that one may decline.
3. It can be unsubscribed from by one click (RFC 8058) and by its foot; it says that a program sent it (RFC 3834).
4. Nothing in it comes from elsewhere when it is shown: no picture, no font, no counting.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from pocus_desktop.hub.pages.templates import render
from pocus_desktop.hub.peers.mail_settings import MailSettings
from pocus_desktop.hub.peers.people import Person
from pocus_desktop.kernel import words
from pocus_desktop.programme.days import day_told, last_day_before
from pocus_desktop.programme.peers.questionnaire import Questionnaire

ANSWER: Final = "/peer/"
OFF: Final = "/peer/off/"
_WIRE: Final = SMTP.clone(max_line_length=998)
"""Headers on one line each: mail providers do not read an address that is folded into encoded words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """One of the questionnaires that a message is about.

    Attributes:
        mail_id: The row of the message that is due for it.
        reminder: 0 for the invitation, else the number of the reminder.
    """

    mail_id: str
    evaluator_id: str
    panel_id: str
    questionnaire: Questionnaire
    closes_ms: int
    reminder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one message says.

    Attributes:
        enclosed: What it is about, at least one; the first gives the message its id.
        answer_token: Opens the questionnaires, one after the other.
        off_token: Asks for no more mail.
    """

    person: Person
    candidate_name: str
    enclosed: tuple[Enclosed, ...]
    answer_token: str
    off_token: str
    at_ms: int

    @property
    def mail_id(self) -> str:
        """By which it is known."""
        return self.enclosed[0].mail_id


def compose(letter: Letter, settings: MailSettings) -> EmailMessage:
    """The message, ready to be handed over."""
    language = letter.person.language
    kind = "reminder" if letter.enclosed[0].reminder else "invitation"
    closes_ms = min(one.closes_ms for one in letter.enclosed)
    areas = [one.questionnaire.title.told(language) for one in letter.enclosed]
    off = settings.pages + OFF + letter.off_token
    told = {
        "name": letter.person.name,
        "candidate": letter.candidate_name,
        "area": ", ".join(areas),
        "count": str(len(areas)),
        "how": "how" if len(areas) == 1 else "how-several",
        "academy": settings.sender_name,
        "day": day_told(last_day_before(closes_ms), language),
        "link": settings.pages + ANSWER + letter.answer_token,
        "off": off,
        "reply_to": settings.reply_to,
    }
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.from_address
    message["To"] = Address(display_name=letter.person.name, addr_spec=letter.person.email)
    message["Reply-To"] = settings.reply_to
    message["Subject"] = words.say(f"peers.mail.{kind}.subject", language, **told)
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.at_ms / 1000, tz=UTC))
    message["Message-ID"] = f"<{letter.mail_id}@{settings.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{off}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_plain(kind, language, told), cte="quoted-printable")
    html = render("peers/mail.html", language, kind=kind, **told)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = language  # last: a part that is added takes such headers with it
    return message


def as_sent(message: EmailMessage) -> bytes:
    """The message's bytes."""
    return message.as_bytes(policy=_WIRE)


def _plain(kind: str, language: str, told: dict[str, str]) -> str:
    def say(key: str) -> str:
        return words.say(f"peers.mail.{key}", language, **told)

    return "\n\n".join(
        [
            say("greeting"),
            say(f"{kind}.what"),
            say(told["how"]),
            told["link"],
            say("alone"),
            say("kept"),
            say("decline"),
            say("questions"),
            "-- \n" + say("foot") + "\n" + told["off"],
        ]
    )
