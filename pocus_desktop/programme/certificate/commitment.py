"""A commitment to a sealed result: it tells nothing, and fits no other result (formats/certificate 4).

SHA-256 over the canonical JSON of a salt of 32 random bytes and the sealed result's SHA-256. Who holds the salt (the
candidate, in an opening; the academy) can show which sealed result a certificate rests on; nobody else can, even with
every sealed result in hand.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError
from pocus_desktop.programme.certificate.errors import BadOpeningError

OPENING_TYPE: Final = "application/vnd.pocus.certificate-opening+json"
MAXIMUM_BYTES: Final = 4096
_SALT_BYTES: Final = 32
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens a commitment.

    Attributes:
        area: Of the sitting.
        sealed_digest: SHA-256 of the sealed result, 64 hexadecimal digits.
        salt: 32 bytes, 64 hexadecimal digits.
    """

    area: str
    sealed_digest: str
    salt: str = field(repr=False)

    @classmethod
    def fresh(cls, area: str, sealed_digest: str) -> "Opening":
        """One with a new salt."""
        return cls(area=area, sealed_digest=sealed_digest, salt=secrets.token_hex(_SALT_BYTES))

    @property
    def commitment(self) -> str:
        """What a certificate discloses: 64 hexadecimal digits."""
        return canonical.digest(self.to_bytes())

    def opens(self, commitment: str) -> bool:
        """Whether it is that commitment's."""
        return hmac.compare_digest(self.commitment, commitment)

    def to_bytes(self) -> bytes:
        """As the candidate keeps it."""
        return canonical.encode(
            {"format": 1, "area": self.area, "salt": self.salt, "sealed_result": self.sealed_digest}
        )

    @classmethod
    def parse(cls, data: bytes) -> "Opening":
        """Read it back.

        Raises:
            BadOpeningError: It is something else.
        """
        if len(data) > MAXIMUM_BYTES:
            raise BadOpeningError(reason="too large")
        try:
            document = canonical.decode(data)
        except BadJsonError as problem:
            raise BadOpeningError(reason="not JSON") from problem
        match document:
            case {"format": 1, "area": str(area), "salt": str(salt), "sealed_result": str(digest), **others} if (
                not others and _DIGEST.fullmatch(salt) and _DIGEST.fullmatch(digest)
            ):
                return cls(area=area, sealed_digest=digest, salt=salt)
        raise BadOpeningError(reason="its members are other ones")
