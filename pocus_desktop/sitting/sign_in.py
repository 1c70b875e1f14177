"""The candidate's own short code: told once, checked at the station without the hub (formats/admission 6).

Thirty bits would not stand against a fast guess, so an admission carries only what Argon2id makes of the code: a guess
costs 64 MiB and a tenth of a second, and the station waits longer after each wrong one.
"""

import secrets
from typing import Final

from pocus_desktop.crypto import password
from pocus_desktop.sitting.admission import Admission

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit, and no U."""

CHARACTERS: Final = 6
_HALF: Final = CHARACTERS // 2
_PROOF: Final = b"sign-in"
_READ_AS: Final = str.maketrans("OIL", "011")


def new_code() -> str:
    """A fresh code of 30 bits, in two halves: `K7M-2QX`."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    return f"{code[:_HALF]}-{code[_HALF:]}"


def plain_code(typed: str) -> str:
    """A code as it counts: case, blanks and hyphens do not, and O, I and L are read as 0, 1 and 1."""
    return "".join(character for character in typed.upper() if character.isalnum()).translate(_READ_AS)


def sign_in_verifier(code: str, *, admission_id: str) -> str:
    """What an admission carries of a code.

    Raises:
        EmptyPassphraseError: There is nothing in it that counts.
        NotEnoughMemoryError: The computer cannot do the work.
    """
    return password.seal_under_passphrase(_PROOF, plain_code(code), purpose=_purpose(admission_id)).decode("utf-8")


def is_sign_in_code(admission: Admission, code: str) -> bool:
    """Whether this is the candidate's code; an admission that has none takes any. Takes about a tenth of a second.

    Raises:
        PocusError: Its verifier is damaged (`crypto.bad_passphrase_file`, `crypto.weak_passphrase_file`).
        NotEnoughMemoryError: The computer cannot do the work.
    """
    if admission.sign_in_code is None:
        return True
    typed = plain_code(code)
    if not typed:
        return False
    sealed = admission.sign_in_code.encode("utf-8")
    try:
        proof = password.open_with_passphrase(sealed, typed, purpose=_purpose(admission.admission_id))
    except password.WrongPassphraseError:
        return False
    return proof == _PROOF


def _purpose(admission_id: str) -> str:
    return f"sign-in code of {admission_id}"
