"""Codes from a shared secret and the time of day (RFC 6238), as authenticator apps show them: SHA-1, 6 digits, 30 s.

These three are what every such app reads from a QR code; HMAC with SHA-1 is not touched by that hash's collisions.
"""

import base64
import hmac
import secrets
from typing import Final
from urllib.parse import quote

from pocus_desktop.crypto.ocra import is_response, truncated

SECRET_BYTES: Final = 20
DIGITS: Final = 6
STEP_MS: Final = 30_000
DRIFT_STEPS: Final = 1
"""A phone's clock may be half a minute off, and typing takes time."""


def new_secret() -> bytes:
    """A fresh secret, of the length that RFC 4226 recommends."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of a step of time since the epoch."""
    return truncated(hmac.digest(secret, step.to_bytes(8), algorithm), digits)


def accepted_step(secret: bytes, code: str, *, now_ms: int, after: int) -> int | None:
    """The step whose code was given; None where it is none of about now, or not later than one that was used.

    Args:
        secret: The shared one.
        code: As it was typed; blanks between digits do not count.
        now_ms: Wall time.
        after: The step of the last code that was accepted: no code counts twice, and none before it.
    """
    typed = "".join(code.split())
    now = now_ms // STEP_MS
    found = [
        step
        for step in range(max(now - DRIFT_STEPS, 0), now + DRIFT_STEPS + 1)
        if is_response(code_at(secret, step), typed) and step > after
    ]
    return found[0] if found else None


def address(secret: bytes, *, issuer: str, login: str) -> str:
    """The secret as authenticator apps read it from a QR code."""
    label = quote(f"{issuer}:{login}")
    return f"otpauth://totp/{label}?secret={spelled(secret)}&issuer={quote(issuer)}&digits={DIGITS}&period=30"


def spelled(secret: bytes) -> str:
    """The secret as it is typed by hand: base 32."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")
