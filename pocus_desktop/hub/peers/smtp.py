"""One message handed over to a mail server, with a mark at the point from which it may be on its way.

SMTP has one moment of doubt: between the message's last line and the server's word that it has it (RFC 1047). What
goes wrong before is tried again without harm; what goes wrong there is not known, and is told as that.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from typing import Final

from pocus_desktop.hub.peers.errors import BadMailSettingsError, MailLaterError, MailRefusedError, MailUnsureError
from pocus_desktop.hub.peers.mail_settings import MailSettings
from pocus_desktop.kernel.errors import PocusError

TIMEOUT_S: Final = 60.0
_ENHANCED: Final = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH_BOX: Final = frozenset({550, 551, 553})
_ADDRESS: Final = re.compile(r"5\.1\.\d+|5\.2\.1")
"""Enhanced codes (RFC 3463) that are about the address; others are about the message, or about us."""


def hand_over(
    message: bytes,
    settings: MailSettings,
    *,
    sender: str,
    recipient: str,
    before_content: Callable[[], None],
    timeout_s: float = TIMEOUT_S,
) -> None:
    """Hand a message over.

    Args:
        message: Whole.
        settings: Which server.
        sender: Where what becomes of it is reported.
        recipient: The one address.
        before_content: Called right before the content goes out: from then on it may arrive.
        timeout_s: How long the server may be silent.

    Raises:
        MailLaterError: It did not go out; later it may.
        MailRefusedError: It did not go out, and will not.
        MailUnsureError: Nobody knows whether it went out.
        BadMailSettingsError: The server cannot be used as the settings say.
        PocusError: As `before_content`.
    """
    is_out = False

    def mark() -> None:
        nonlocal is_out
        before_content()
        is_out = True

    try:
        with _connected(settings, timeout_s) as server:
            _require(server.mail(sender))
            _require(server.rcpt(recipient), is_of_recipient=True)
            mark()
            _require(server.data(message))
    except PocusError:
        raise
    except smtplib.SMTPDataError as problem:  # refused before the content went out
        _require((problem.smtp_code, _bytes(problem.smtp_error)))
    except ssl.SSLCertVerificationError as problem:
        raise BadMailSettingsError(reason="the mail server's certificate is not vouched for") from problem
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as problem:
        raise BadMailSettingsError(reason="the mail server does not take user and password, or no TLS") from problem
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        if is_out:
            raise MailUnsureError(reason=type(problem).__name__) from problem
        raise MailLaterError(reason=type(problem).__name__) from problem


def _connected(settings: MailSettings, timeout_s: float) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=settings.ca_file)
    name = settings.domain
    server: smtplib.SMTP
    if settings.security == "tls":
        server = smtplib.SMTP_SSL(settings.host, settings.port, name, timeout=timeout_s, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, name, timeout=timeout_s)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if settings.user:
            server.login(settings.user, settings.password())
    except BaseException:
        server.close()
        raise
    return server


def _require(reply: tuple[int, bytes], *, is_of_recipient: bool = False) -> None:
    code, told = reply
    if 200 <= code < 300:
        return
    found = _ENHANCED.match(told)
    enhanced = found.group(1).decode() if found else ""
    if code < 500:
        raise MailLaterError(reason=f"reply {code} {enhanced}".strip())
    is_address = bool(_ADDRESS.fullmatch(enhanced)) if enhanced else code in _NO_SUCH_BOX
    raise MailRefusedError(reply=code, enhanced=enhanced, is_address=is_of_recipient and is_address)


def _bytes(told: str | bytes) -> bytes:
    return told if isinstance(told, bytes) else told.encode("utf-8", "replace")
