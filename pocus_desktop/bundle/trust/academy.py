"""The academy's standing word to every station: hub keys, hub address, and what may be done on stale metadata.

It is a target of the top-level role, so that a hub's new key, or another policy, reaches a station by the same way and
under the same signatures as everything else it trusts (formats/trust 4.4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pocus_desktop.bundle.trust.errors import MalformedMetadataError
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.errors import PocusError

PATH: Final = "academy/policy.json"
FORMAT: Final = 1
MAXIMUM_BYTES: Final = 256 * 1024


class StaleRule(StrEnum):
    """What a station does when its trust metadata is over and no newer can be had."""

    ALLOW = "allow"
    OVERRIDE = "override"
    REFUSE = "refuse"


DEFAULT_RULES: Final[Mapping[str, StaleRule]] = MappingProxyType(
    {
        "live": StaleRule.OVERRIDE,
        "trial": StaleRule.OVERRIDE,
        "practice": StaleRule.ALLOW,
        "review": StaleRule.ALLOW,
        "demo": StaleRule.ALLOW,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcademyPolicy:
    """What the academy tells every station.

    Attributes:
        hubs: Ed25519 keys that sign admissions and receipts; retired ones too, as long as their documents may arrive.
        hub_url: Where results are sent; empty where they are carried.
        stale: For each mode of a sitting, what may be done on stale metadata; a mode that is not named is refused.
    """

    hubs: tuple[PublicKey, ...] = ()
    hub_url: str = ""
    stale: Mapping[str, StaleRule] = field(default_factory=lambda: DEFAULT_RULES)

    def rule(self, mode: str) -> StaleRule:
        """What may be done in this mode on stale metadata."""
        return self.stale.get(mode, StaleRule.REFUSE)

    def to_bytes(self) -> bytes:
        """The target's bytes."""
        document: dict[str, Json] = {
            "format": FORMAT,
            "hubs": [key.as_json() for key in self.hubs],
            "hub_url": self.hub_url,
            "stale": {mode: str(rule) for mode, rule in self.stale.items()},
        }
        return canonical.encode(document)

    @classmethod
    def parse(cls, data: bytes) -> "AcademyPolicy":
        """Read the target's bytes; unknown fields are left alone.

        Raises:
            MalformedMetadataError: It is something else.
        """
        try:
            document = canonical.decode(data)
        except BadJsonError as problem:
            raise MalformedMetadataError(role=PATH, reason="it is not JSON") from problem
        match document:
            case {"format": int(number), "hubs": list(hubs), "hub_url": str(hub_url), "stale": dict(stale)} if (
                number == FORMAT and not isinstance(number, bool)
            ):
                try:
                    keys = tuple(PublicKey.from_json(hub) for hub in hubs)
                    rules = {mode: StaleRule(rule) for mode, rule in stale.items()}
                except (PocusError, ValueError) as problem:
                    raise MalformedMetadataError(role=PATH, reason="a key or rule has the wrong form") from problem
                if all(key.algorithm == "ed25519" for key in keys):
                    return cls(hubs=keys, hub_url=hub_url, stale=MappingProxyType(rules))
        raise MalformedMetadataError(role=PATH, reason="it has the wrong form")
