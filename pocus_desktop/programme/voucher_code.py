"""The code of a voucher: what a candidate types, and the id that is made from it (formats/programme 6.1).

Eighty bits by chance: nobody finds one by trying, and nobody finds it from the id. The id is found from the code, so
that a computer without a network knows which voucher was entered.
"""

import hashlib
import secrets
import unicodedata
from typing import ClassVar, Final

from pocus_desktop.kernel.errors import Blame, PocusError

CHARACTERS: Final = 16
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit, and no U."""

_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CONTEXT: Final = b"pocus voucher\x00"
_ID_CHARACTERS: Final = 20


class BadVoucherCodeError(PocusError):
    """What was typed is no code of a voucher."""

    code: ClassVar[str] = "voucher.bad_code"
    blame: ClassVar[Blame] = Blame.USER


def new_code() -> str:
    """A fresh code in its plain form; it is told once."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))


def written(code: str) -> str:
    """As people are shown it: four groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """The plain form of what a person typed, in whatever case, with whatever blanks and hyphens, of whatever width.

    Raises:
        BadVoucherCodeError: It is no code.
    """
    if len(typed) > 200:
        raise BadVoucherCodeError
    plain = unicodedata.normalize("NFKC", typed).upper()
    plain = "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in {"Pd", "Cf"})
    plain = plain.translate(_READ_AS)
    if len(plain) != CHARACTERS or any(character not in ALPHABET for character in plain):
        raise BadVoucherCodeError
    return plain


def voucher_id_of(code: str) -> str:
    """The id of the voucher that a code in its plain form belongs to."""
    digest = hashlib.sha256(_CONTEXT + code.encode("ascii")).digest()
    bits = int.from_bytes(digest[:13], "big") >> 4
    return "vch_" + "".join(ALPHABET[bits >> 5 * at & 31] for at in range(_ID_CHARACTERS - 1, -1, -1)).lower()


def names_voucher(code: str, voucher_id: str) -> bool:
    """Whether a code in its plain form is that of a voucher."""
    is_plain = len(code) == CHARACTERS and all(character in ALPHABET for character in code)
    return is_plain and voucher_id_of(code) == voucher_id
