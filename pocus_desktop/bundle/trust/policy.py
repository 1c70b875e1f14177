"""Whose signatures make a bundle trusted (formats/bundle 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pocus_desktop.bundle.errors import NotTrustedError, WrongProgrammeError
from pocus_desktop.bundle.manifest import PAYLOAD_TYPE, Manifest
from pocus_desktop.bundle.trust.errors import WithdrawnError
from pocus_desktop.crypto.dsse import Envelope, NotEnoughSignaturesError, verify
from pocus_desktop.crypto.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeKeys:
    """What counts for one content area.

    Attributes:
        keys: Who may sign for it.
        threshold: How many of them must.
        withdrawn: Its versions that must not be sat any more, by bundle id and version, and why (4.6).
    """

    keys: tuple[PublicKey, ...]
    threshold: int = 1
    withdrawn: Mapping[tuple[str, int], str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """The keys a station trusts, and how many must have signed.

    Attributes:
        keys: May sign for any content area that is not in `programmes`.
        threshold: How many distinct keys must have signed.
        programmes: For a content area, the only keys that may sign for it.
        sealed_threshold: How many for a sealed bundle, where that is more; a release to live sittings takes two
            people (4.4).
    """

    keys: tuple[PublicKey, ...]
    threshold: int = 1
    programmes: Mapping[str, ProgrammeKeys] = field(default_factory=lambda: MappingProxyType({}))
    sealed_threshold: int | None = None

    def everyone(self) -> tuple[PublicKey, ...]:
        """Every key that may sign for something."""
        return tuple(dict.fromkeys((*self.keys, *(key for each in self.programmes.values() for key in each.keys))))

    def needed(self, manifest: Manifest) -> int:
        """How many distinct keys must have signed this bundle."""
        programme = self.programmes.get(manifest.content_area)
        threshold = programme.threshold if programme is not None else self.threshold
        if manifest.mode == "sealed" and self.sealed_threshold is not None:
            return max(threshold, self.sealed_threshold)
        return threshold

    def allowed(self, content_area: str) -> tuple[PublicKey, ...]:
        """The keys that may sign for a content area."""
        programme = self.programmes.get(content_area)
        return programme.keys if programme is not None else self.keys


def signers_of(envelope: Envelope, policy: TrustPolicy, *, file: str) -> tuple[PublicKey, ...]:
    """The trusted keys that signed an envelope, at least one; only then may its payload be read.

    Raises:
        NotTrustedError: No trusted key has signed.
        PocusError: `crypto.*`, where the envelope is of another type or the policy's keys are wrong.
    """
    try:
        return verify(envelope, payload_type=PAYLOAD_TYPE, keys=policy.everyone())
    except NotEnoughSignaturesError as problem:
        raise NotTrustedError(file=file, found=0, needed=policy.threshold) from problem


def require_release(signers: tuple[PublicKey, ...], manifest: Manifest, policy: TrustPolicy, *, file: str) -> None:
    """Refuse a bundle that too few of the keys trusted for its content area have signed (4.2 to 4.4).

    Raises:
        WrongProgrammeError: All who signed are trusted for other areas only.
        NotTrustedError: Some may sign, but fewer than needed.
        WithdrawnError: The academy withdrew this version.
    """
    allowed = set(policy.allowed(manifest.content_area))
    found = sum(key in allowed for key in signers)
    if not found:
        raise WrongProgrammeError(file=file, area=manifest.content_area)
    if found < policy.needed(manifest):
        raise NotTrustedError(file=file, found=found, needed=policy.needed(manifest))
    programme = policy.programmes.get(manifest.content_area)
    reason = programme.withdrawn.get((manifest.bundle_id, manifest.version)) if programme is not None else None
    if reason is not None:
        raise WithdrawnError(bundle=manifest.bundle_id, version=manifest.version, reason=reason)
