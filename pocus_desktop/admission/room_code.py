"""One-time codes of the room: what opens a station without a network (formats/code).

The station shows a challenge, the proctor's device or a paper book answers it with eight digits. Both sides hold one
secret, which the hub made for one admission and sealed to the centre and to its stations. A challenge says what it is
for, how much, and its number, and nothing by chance: so a book can be printed before the day.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import ClassVar, Final, Literal, TypeAlias

from pocus_desktop.admission.admission import Admission, SealedContentKey
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.derive import hkdf
from pocus_desktop.crypto.keys import PublicKey, SealingKey
from pocus_desktop.crypto.ocra import Suite, is_response
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.errors import Blame, PocusError

SUITE: Final = Suite.parse("OCRA-1:HOTP-SHA256-8:C-QN08-S064")
SECRET_BYTES: Final = 32
MAXIMUM_NUMBER: Final = 999
FREE_TRIES: Final = 3
"""Wrong codes that may be given before there is a wait."""

FIRST_WAIT_MS: Final = 30_000
LONGEST_WAIT_MS: Final = 300_000
MINUTES: Final = (5, 10, 15)
"""How much time a code may give."""

Purpose: TypeAlias = Literal["start", "resume", "time", "unlock", "move", "sign-in"]
Source: TypeAlias = Literal["device", "book"]

PURPOSES: Final[tuple[Purpose, ...]] = ("start", "resume", "time", "unlock", "move", "sign-in")
"""In the order of the first digit of their challenges, from 1."""

SOURCES: Final[tuple[Source, ...]] = ("device", "book")


class BadChallengeError(PocusError):
    """What was typed is no challenge that a station shows for this admission."""

    code: ClassVar[str] = "code.bad_challenge"
    blame: ClassVar[Blame] = Blame.USER


class NoCodesError(PocusError):
    """An admission carries no secret that this computer can open: no code can be told for it."""

    code: ClassVar[str] = "code.no_codes"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class NotForStationError(PocusError):
    """A station takes no codes for an admission: it was enrolled after the admission was made (formats/code 2.2)."""

    code: ClassVar[str] = "code.not_for_station"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a station asks of the room.

    Attributes:
        purpose: What the code is to do.
        minutes: How much time it gives; 0 for any other purpose.
        number: Of the code: one more than the last that was used.
        admission_digest: SHA-256 of the admission's envelope.
    """

    purpose: Purpose
    number: int
    admission_digest: str
    minutes: int = 0

    @property
    def digits(self) -> str:
        """The eight digits that are read out: purpose, minutes, number, and two that catch a slip."""
        front = f"{PURPOSES.index(self.purpose) + 1}{self.minutes:02d}{self.number:03d}"
        return front + _check_digits(front, self.admission_digest)

    @property
    def shown(self) -> str:
        """The same in two halves."""
        return f"{self.digits[:4]} {self.digits[4:]}"


def read_challenge(typed: str, admission_digest: str) -> Challenge:
    """A challenge as the proctor types it off a screen.

    Raises:
        BadChallengeError: It is none, has a slip, or is of another admission.
    """
    digits = plain(typed)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise BadChallengeError
    purpose_number, minutes, number = int(digits[0]), int(digits[1:3]), int(digits[3:6])
    if not 1 <= purpose_number <= len(PURPOSES) or number < 1:
        raise BadChallengeError
    purpose = PURPOSES[purpose_number - 1]
    if not is_amount(purpose, minutes):
        raise BadChallengeError
    found = Challenge(purpose=purpose, minutes=minutes, number=number, admission_digest=admission_digest)
    if found.digits != digits:
        raise BadChallengeError
    return found


def is_amount(purpose: str, minutes: int) -> bool:
    """Whether a code of this purpose may be about so many minutes."""
    return minutes in MINUTES if purpose == "time" else minutes == 0


def response(secret: bytes, source: Source, challenge: Challenge) -> str:
    """The eight digits that answer a challenge (formats/code 3)."""
    return SUITE.respond(
        hkdf(secret, info=b"pocus code v1\x00" + source.encode("ascii")),
        challenge.digits,
        counter=challenge.number,
        session=challenge.admission_digest.encode("ascii"),
    )


def source_of(secret: bytes, challenge: Challenge, typed: str) -> Source | None:
    """Where a right response comes from; None for a wrong one."""
    given = plain(typed)
    found = [source for source in SOURCES if is_response(response(secret, source, challenge), given)]
    return found[0] if found else None


def needs_start_code(source: Source, purpose: Purpose, admission: Admission) -> bool:
    """Whether a code counts only together with the proctor's start code (docs/adr/0161).

    The device's key is behind a passphrase or a sign-in, so what it says is two factors already. A book is paper: it
    counts with what the proctor knows. At the start the candidate has just given a code of their own, which is the
    second factor there, so that a start code that nobody remembers keeps no one from sitting.
    """
    if source == "device" or admission.start_code is None:
        return False
    return purpose != "start" or admission.sign_in_code is None


def wait_ms(wrong: Sequence[Reading], now: Reading) -> int:
    """How long until another code is looked at: it doubles with each wrong one after the first few.

    A restart does not end it, nor does a clock that is set: after another boot, as much has passed as the machine has
    been up since.

    Args:
        wrong: When wrong codes were given, since the last right one.
        now: The present.
    """
    if len(wrong) < FREE_TRIES:
        return 0
    last = wrong[-1]
    is_same_boot = last.boot_id == now.boot_id and now.monotonic_ms >= last.monotonic_ms
    passed_ms = now.monotonic_ms - last.monotonic_ms if is_same_boot else now.monotonic_ms
    whole_ms = min(FIRST_WAIT_MS << min(len(wrong) - FREE_TRIES, 10), LONGEST_WAIT_MS)
    return max(whole_ms - max(passed_ms, 0), 0)


def new_secret() -> bytes:
    """A fresh secret for one admission."""
    return token_bytes(SECRET_BYTES)


def seal_secret(secret: bytes, recipients: Iterable[PublicKey], *, admission_id: str) -> tuple[SealedContentKey, ...]:
    """The secret, sealed to each station and centre, for this admission only."""
    info = _info(admission_id)
    return tuple(SealedContentKey(key_id=key.key_id, sealed=hpke.seal(key, secret, info=info)) for key in recipients)


def open_secret(admission: Admission, keys: Sequence[SealingKey]) -> bytes | None:
    """The secret; None where the admission carries none that these keys open. No sitting stands still for that."""
    mine = {key.key_id: key for key in keys}
    for entry in admission.code_secrets:
        if entry.key_id in mine:
            try:
                found = hpke.open_sealed(mine[entry.key_id], entry.sealed, info=_info(admission.admission_id))
            except hpke.CannotOpenSealedError as problem:
                # the hub sealed it wrongly; the start code opens all the same
                log.failure(problem)
                continue
            if len(found) == SECRET_BYTES:
                return found
    return None


def without_codes(given: Iterable[Admission], station_id: str) -> tuple[NotForStationError, ...]:
    """What is told where admissions are handed out to a station: those whose codes are others' alone.

    Args:
        given: The admissions; one without any codes is not told of.
        station_id: The id of the station's sealing key.
    """
    return tuple(
        NotForStationError(admission=one.admission_id)
        for one in given
        if one.code_secrets and station_id not in {entry.key_id for entry in one.code_secrets}
    )


def plain(typed: str) -> str:
    """Digits as they count: without blanks and hyphens, whatever script a keyboard writes them in."""
    found = re.sub(r"[\s-]", "", typed)
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in found)


def _check_digits(front: str, admission_digest: str) -> str:
    digest = hashlib.sha256(b"pocus code check v1\x00" + f"{admission_digest}{front}".encode("ascii")).digest()
    return f"{int.from_bytes(digest[:4]) % 100:02d}"


def _info(admission_id: str) -> bytes:
    return b"pocus code secret v1\x00" + admission_id.encode("utf-8")
