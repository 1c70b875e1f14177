"""OATH OCRA: one-time responses to a challenge, short enough to be told by voice (RFC 6287).

A suite says what goes into a response and how many digits come out. All of RFC 6287 section 6 is here, so that its own
test vectors hold this code; what this program uses is one suite (formats/code 3).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, cast

from pocus_desktop.kernel.errors import Blame, PocusError

QUESTION_BYTES: Final = 128

_ALGORITHM: Final = re.compile(r"OCRA-1")
_FUNCTION: Final = re.compile(r"HOTP-SHA(1|256|512)-(0|4|5|6|7|8|9|10)")
_INPUT: Final = re.compile(
    r"(?P<counter>C-)?"
    r"Q(?P<format>[ANH])(?P<length>0[4-9]|[1-5]\d|6[0-4])"
    r"(-P(?P<pin>SHA1|SHA256|SHA512))?"
    r"(-S(?P<session>\d{3}))?"
    r"(-T(?P<step>(?:[1-9]|[1-5]\d)[SM]|(?:\d|[1-3]\d|4[0-8])H))?"
)

QuestionFormat = Literal["A", "N", "H"]


class BadOcraError(PocusError):
    """A suite that RFC 6287 does not have, or an input that the suite does not fit."""

    code: ClassVar[str] = "crypto.bad_ocra"
    blame: ClassVar[Blame] = Blame.BUG


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What goes into a response, read from its name (RFC 6287 section 6).

    Attributes:
        name: Such as `OCRA-1:HOTP-SHA256-8:C-QN08`; it is itself part of what is authenticated.
        algorithm: Of the HMAC: `sha1`, `sha256` or `sha512`.
        digits: Of the response; 0 for the whole HMAC in hexadecimal.
        has_counter: Whether a counter of eight bytes goes in.
        question_format: Alphanumeric, numeric or hexadecimal.
        pin_hash: By which the PIN was hashed; empty where none goes in.
        session_bytes: How long the session's information is; 0 where none goes in.
        step: How long a step of time is, such as `1M`; empty where no time goes in.
    """

    name: str
    algorithm: str
    digits: int
    has_counter: bool
    question_format: QuestionFormat
    pin_hash: str
    session_bytes: int
    step: str

    @classmethod
    def parse(cls, name: str) -> "Suite":
        """Read a suite's name.

        Raises:
            BadOcraError: RFC 6287 does not have it.
        """
        parts = name.split(":")
        found = [pattern.fullmatch(part) for pattern, part in zip((_ALGORITHM, _FUNCTION, _INPUT), parts, strict=False)]
        if len(parts) != 3 or len(found) != 3 or found[1] is None or found[2] is None or found[0] is None:
            raise BadOcraError(reason="there is no such suite")
        function, data = found[1], found[2]
        return cls(
            name=name,
            algorithm=f"sha{function[1]}",
            digits=int(function[2]),
            has_counter=data["counter"] is not None,
            question_format=cast(QuestionFormat, data["format"]),
            pin_hash=(data["pin"] or "").lower(),
            session_bytes=int(data["session"] or 0),
            step=data["step"] or "",
        )

    def respond(
        self,
        key: bytes,
        question: str,
        *,
        counter: int | None = None,
        pin_digest: bytes | None = None,
        session: bytes | None = None,
        steps: int | None = None,
    ) -> str:
        """The response to a question.

        Args:
            key: The shared secret.
            question: The challenge; in mutual modes both, one after the other.
            counter: Where the suite has one.
            pin_digest: The hashed PIN, where the suite has one.
            session: As many bytes as the suite says, where it says any.
            steps: How many steps of time since the epoch, where time goes in.

        Returns:
            `digits` decimal digits, or the whole HMAC in hexadecimal where that is 0.

        Raises:
            BadOcraError: An input is missing, superfluous or of another size.
        """
        pin_bytes = hashlib.new(self.pin_hash).digest_size if self.pin_hash else 0
        data = b"".join(
            (
                self.name.encode("ascii"),
                b"\x00",
                _number("counter", counter, is_wanted=self.has_counter),
                _question(question, self.question_format),
                _bytes("PIN", pin_digest, pin_bytes),
                _bytes("session", session, self.session_bytes),
                _number("time", steps, is_wanted=bool(self.step)),
            )
        )
        mac = hmac.digest(key, data, self.algorithm)
        return mac.hex() if self.digits == 0 else truncated(mac, self.digits)


def truncated(mac: bytes, digits: int) -> str:
    """Dynamic truncation of an HMAC to decimal digits (RFC 4226 section 5.3)."""
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4]) & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def is_response(expected: str, given: str) -> bool:
    """Whether a response was given; takes the same time wherever they differ."""
    return hmac.compare_digest(expected.encode("utf-8"), given.encode("utf-8"))


def _question(question: str, kind: QuestionFormat) -> bytes:
    """A question filled to 128 bytes with zeros; numbers and hexadecimal by their digits, half a byte each."""
    is_plain = question.isascii() and question.isalnum()
    if not is_plain or (kind == "N" and not question.isdecimal()):
        raise BadOcraError(reason="the question is of another form")
    if kind == "A":
        encoded = question.encode("ascii")
    else:
        try:
            digits = f"{int(question):x}" if kind == "N" else f"{int(question, 16):0{len(question)}x}"
        except ValueError as problem:
            raise BadOcraError(reason="the question is of another form") from problem
        encoded = bytes.fromhex(digits + "0" * (len(digits) % 2))
    if len(encoded) > QUESTION_BYTES:
        raise BadOcraError(reason="the question is too long")
    return encoded.ljust(QUESTION_BYTES, b"\x00")


def _number(name: str, value: int | None, *, is_wanted: bool) -> bytes:
    if (value is not None) != is_wanted:
        raise BadOcraError(reason=f"the {name} is {'missing' if is_wanted else 'not of this suite'}")
    if value is None:
        return b""
    if not 0 <= value < 2**64:
        raise BadOcraError(reason=f"the {name} does not fit into eight bytes")
    return value.to_bytes(8)


def _bytes(name: str, value: bytes | None, size: int) -> bytes:
    if len(value or b"") != size:
        raise BadOcraError(reason=f"the {name} has another size")
    return value or b""
