"""References of incidents: ten digits and a check digit, said in three groups, such as `482 7105 9364`.

Digits are said alike in every language. The check digit is Damm's (2004): it finds every single wrong digit and every
two neighbours that changed places, which is what goes wrong when a number is read out.
"""

import secrets
from typing import Final

from pocus_desktop.kernel.errors import Blame, PocusError

_DIGITS: Final = 10
_TABLE: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""A totally antisymmetric quasigroup of order 10."""


class BadReferenceError(PocusError):
    """What was said is no reference of an incident, or was misheard."""

    code = "incident.bad_reference"
    blame = Blame.USER


def new_reference() -> str:
    """A fresh one, as it is said."""
    digits = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    return spoken(digits + check_digit(digits))


def check_digit(digits: str) -> str:
    """The digit that belongs behind these."""
    interim = 0
    for digit in digits:
        interim = int(_TABLE[interim][int(digit)])
    return str(interim)


def spoken(digits: str) -> str:
    """In groups, as people say it."""
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"


def read_reference(said: str) -> str:
    """What was typed, as it is said; spaces, hyphens and points do not matter.

    Raises:
        BadReferenceError: It has another length, other characters, or a digit was misheard.
    """
    digits = "".join(one for one in said if one not in " -.\u00a0\u2013")
    if len(digits) != _DIGITS + 1 or not (digits.isascii() and digits.isdigit()) or check_digit(digits) != "0":
        raise BadReferenceError
    return spoken(digits)


def as_name(reference: str) -> str:
    """As part of a file's name."""
    return reference.replace(" ", "-")
