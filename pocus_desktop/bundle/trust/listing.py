"""What TUF metadata says of bundles: the entry of a target, and what was withdrawn (formats/trust 4).

Both stand in fields that TUF leaves to us: `custom` of a target, and one field of a programme's role. Unknown fields
are left alone, malformed ones are refused.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from pocus_desktop.bundle.names import shown
from pocus_desktop.bundle.trust.errors import MalformedMetadataError
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.ids import NAME

WITHDRAWN_FIELD: Final = "x-pocus-withdrawn"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LARGEST: Final = 2**53 - 1
MANIFEST_SUFFIX: Final = ".manifest.dsse.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One current bundle of a programme, as its role lists it.

    Attributes:
        area: The programme's content area.
        bundle_id: Its line.
        version: Which of the line.
        mode: `open` or `sealed`.
        size_bytes: Of the whole container.
        envelope_sha256: Of the manifest's envelope, the target itself, in hexadecimal; names the container.
        envelope_bytes: How long the envelope is.
    """

    area: str
    bundle_id: str
    version: int
    mode: str
    size_bytes: int
    envelope_sha256: str
    envelope_bytes: int

    @property
    def target_path(self) -> str:
        """The TUF target path of the manifest's envelope."""
        return target_path(self.area, self.bundle_id, self.version)

    def custom(self) -> dict[str, Json]:
        """What stands in the target's `custom`."""
        return {
            "bundle_id": self.bundle_id,
            "version": self.version,
            "mode": self.mode,
            "size_bytes": self.size_bytes,
        }

    @classmethod
    def read(cls, area: str, path: str, *, length: int, hashes: Mapping[str, str], custom: object) -> "Listing":
        """Read an entry of a role.

        Raises:
            MalformedMetadataError: It is not one of ours.
        """
        match custom:
            case {
                "bundle_id": str(bundle_id),
                "version": version,
                "mode": "open" | "sealed" as mode,
                "size_bytes": size_bytes,
            } if (
                NAME.fullmatch(bundle_id)
                and _is_count(version)
                and _is_count(size_bytes)
                and _DIGEST.fullmatch(hashes.get("sha256", ""))
                and path == target_path(area, bundle_id, version)
            ):
                return cls(
                    area=area,
                    bundle_id=bundle_id,
                    version=version,
                    mode=mode,
                    size_bytes=size_bytes,
                    envelope_sha256=hashes["sha256"],
                    envelope_bytes=length,
                )
        raise _malformed(area, f"the entry of {shown(path)} has the wrong form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A version that must not be sat any more; sittings that were begun go on.

    Attributes:
        bundle_id: Its line.
        version: Which of the line.
        reason: For people, in the academy's words.
        at_ms: When, in milliseconds since the Unix epoch.
    """

    bundle_id: str
    version: int
    reason: str
    at_ms: int

    def as_json(self) -> dict[str, Json]:
        """As the role's field holds it."""
        return {"bundle_id": self.bundle_id, "version": self.version, "reason": self.reason, "at_ms": self.at_ms}


def read_withdrawals(area: str, unrecognized: Mapping[str, Any]) -> tuple[Withdrawal, ...]:
    """The withdrawals of a programme's role.

    Raises:
        MalformedMetadataError: The field is something else.
    """
    listed = unrecognized.get(WITHDRAWN_FIELD, [])
    if not isinstance(listed, list):
        raise _malformed(area, "what was withdrawn is not a list")
    return tuple(_withdrawal(area, entry) for entry in listed)


def written_withdrawals(withdrawals: Iterable[Withdrawal]) -> list[Json]:
    """The field of a programme's role, in one order."""
    ordered = sorted(withdrawals, key=lambda each: (each.bundle_id, each.version))
    return [each.as_json() for each in ordered]


def target_path(area: str, bundle_id: str, version: int) -> str:
    """The TUF target path of a bundle's manifest."""
    return f"{area}/{bundle_id}-{version}{MANIFEST_SUFFIX}"


def _withdrawal(area: str, entry: object) -> Withdrawal:
    match entry:
        case {"bundle_id": str(bundle_id), "version": version, "reason": str(reason), "at_ms": at_ms} if (
            NAME.fullmatch(bundle_id) and _is_count(version) and _is_count(at_ms)
        ):
            return Withdrawal(bundle_id=bundle_id, version=version, reason=reason, at_ms=at_ms)
    raise _malformed(area, "a withdrawal has the wrong form")


def _is_count(value: object) -> TypeGuard[int]:
    """A whole number from one to what every reader of JSON keeps exact; `true` is none."""
    return type(value) is int and 0 < value <= _LARGEST


def _malformed(area: str, reason: str) -> MalformedMetadataError:
    return MalformedMetadataError(role=area, reason=reason)
