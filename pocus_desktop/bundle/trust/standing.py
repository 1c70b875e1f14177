"""How far a role is signed, by those who may (formats/trust 3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuf.api.metadata import Metadata, Root, Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a staged role is.

    Attributes:
        role: Its name.
        version: Of the staged metadata.
        signed: The key ids that signed and count.
        missing: For each group of keys that must sign, how many are missing; a root answers to its predecessor's keys
            and to its own.
        may_sign: The key ids whose signature would count and is not there yet.
    """

    role: str
    version: int
    signed: tuple[str, ...]
    missing: int
    may_sign: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether it can be published."""
        return self.missing == 0


def standing_of(role: str, metadata: Metadata[Any], authorities: Sequence[Root | Targets]) -> Standing:
    """Count the signatures of a role by everyone who says whose signatures count."""
    counts = [
        authority.get_verification_result(role, metadata.signed_bytes, metadata.signatures) for authority in authorities
    ]
    return Standing(
        role=role,
        version=metadata.signed.version,
        signed=tuple(sorted({key_id for count in counts for key_id in count.signed})),
        missing=sum(max(0, count.threshold - len(count.signed)) for count in counts),
        may_sign=tuple(sorted({key_id for count in counts for key_id in count.unsigned})),
    )
