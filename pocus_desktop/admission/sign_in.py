"""The candidate's own short code: told once, checked at the station without the hub (formats/admission 6).

Thirty bits would not stand against a fast guess, so an admission carries only what Argon2id makes of the code: a guess
costs 64 MiB and a tenth of a second, and the station waits longer after each wrong one.
"""

import secrets
from typing import Final

from pocus_desktop.admission.admission import Admission
from pocus_desktop.crypto import password
from pocus_desktop.kernel.errors import Blame, PocusError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit, and no U."""

CHARACTERS: Final = 6
_HALF: Final = CHARACTERS // 2
_PROOF: Final = b"sign-in"
_FREE_TRIES: Final = 3
_FIRST_MS: Final = 2_000
_LONGEST_MS: Final = 5 * 60_000
_READ_AS: Final = str.maketrans("OIL", "011")


class WrongSignInCodeError(PocusError):
    """The code typed at sign-in is not the candidate's."""

    code = "sitting.wrong_sign_in_code"
    blame = Blame.USER


class SignInCodeWaitError(PocusError):
    """Several wrong codes were typed; the next one has to wait."""

    code = "sitting.sign_in_code_wait"
    blame = Blame.USER


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


class CodeGate:
    """Takes the codes that candidates type at one station; after three wrong ones the next waits 2 s, then twice that.

    It forgets when the program ends. What holds then is what a guess costs: a tenth of a second each, for thirty bits.
    """

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, int]] = {}

    def check(self, admission: Admission, code: str, *, now_ms: int) -> None:
        """Refuse a wrong code.

        Args:
            admission: Whose candidate types.
            code: As typed.
            now_ms: The monotonic clock.

        Raises:
            WrongSignInCodeError: It is another one.
            SignInCodeWaitError: Too many were wrong; this one was not looked at.
            PocusError: The admission's verifier is damaged, or the computer cannot do the work.
        """
        count, last_ms = self._wrong.get(admission.admission_id, (0, 0))
        wait_ms = last_ms + _wait_ms(count) - now_ms if count else 0
        if wait_ms > 0:
            raise SignInCodeWaitError(seconds=-(-wait_ms // 1000))
        if is_sign_in_code(admission, code):
            self._wrong.pop(admission.admission_id, None)
            return
        self._wrong[admission.admission_id] = (count + 1, now_ms)
        raise WrongSignInCodeError


def _wait_ms(count: int) -> int:
    return 0 if count < _FREE_TRIES else min(_LONGEST_MS, _FIRST_MS << min(count - _FREE_TRIES, 10))


def _purpose(admission_id: str) -> str:
    return f"sign-in code of {admission_id}"
