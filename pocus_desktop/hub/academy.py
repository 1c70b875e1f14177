"""The hub's keys: those of today, and retired ones, which still open late results (formats/primitives 2.5)."""

from dataclasses import dataclass

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Every key of the academy that still matters.

    Attributes:
        current: Signs receipts.
        retired: Older ones; they open results, and their signatures on admissions still count.
    """

    current: AcademyKeys
    retired: tuple[AcademyKeys, ...] = ()

    @property
    def signer(self) -> SigningKey:
        """Who signs receipts."""
        return self.current.signing

    @property
    def openers(self) -> tuple[SealingKey, ...]:
        """What may open a sealed result or a scoring key."""
        return tuple(keys.sealing for keys in (self.current, *self.retired))

    @property
    def verifiers(self) -> tuple[PublicKey, ...]:
        """Whose signature makes an admission ours."""
        return tuple(keys.signing.public for keys in (self.current, *self.retired))

    def as_json(self) -> dict[str, Json]:
        """The public halves, as the hub publishes them (formats/sync 2.9)."""
        listed: list[Json] = []
        for keys in (self.current, *self.retired):
            for use, key in (("sign", keys.signing.public), ("seal", keys.sealing.public)):
                listed.append({**key.as_json(), "use": use, "is_retired": keys is not self.current})
        return {"format": 1, "keys": listed}
