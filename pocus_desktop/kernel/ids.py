"""Identifiers: random where they must be unique, plain where people write them."""

import re
import secrets
from typing import Final

NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
"""What item writers may call things: lower-case words joined by hyphens."""

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u to misread aloud


def new_id(prefix: str, *, characters: int = 20) -> str:
    """A fresh random identifier such as `sit_…` (5 bits a character, 100 bits by default)."""
    return prefix + "_" + "".join(secrets.choice(ALPHABET) for _ in range(characters))
