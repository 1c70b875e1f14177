"""Reports as mail servers write them."""

from typing import Literal


def report(
    mail_id: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    to: Literal["verp", "plain"] = "verp",
    returned: Literal["message", "headers", "none"] = "none",
    kind: str = "delivery-status",
) -> bytes:
    """A delivery report (RFC 3464) about a message."""
    address = f"bounces+{mail_id}@academy.example" if to == "verp" else "bounces@academy.example"
    original = f"From: peers@academy.example\r\nMessage-ID: <{mail_id}@academy.example>\r\nSubject: x\r\n\r\n"
    about = (
        "Reporting-MTA: dns; mx.hospital.example\r\n\r\nFinal-Recipient: rfc822; ben@hospital.example\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n"
    )
    parts = [
        "Content-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n",
        f"Content-Type: message/delivery-status\r\n\r\n{about}",
    ]
    if returned == "message":
        parts.append(f"Content-Type: message/rfc822\r\n\r\n{original}body\r\n")
    if returned == "headers":
        parts.append(f"Content-Type: text/rfc822-headers\r\n\r\n{original}")
    head = (
        f"From: MAILER-DAEMON@mx.hospital.example\r\nTo: {address}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
    )
    return (head + "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n").encode()
