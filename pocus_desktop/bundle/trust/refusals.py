"""python-tuf's refusals in our names (formats/trust 5): what attack or mishap it looks like, and in which file."""

import json
from pathlib import Path
from typing import Final

from tuf.api import exceptions
from tuf.api.metadata import Metadata, Timestamp
from tuf.api.serialization import DeserializationError

from pocus_desktop.bundle.carrier import NotCarriedError
from pocus_desktop.bundle.trust import academy, errors
from pocus_desktop.kernel.errors import PocusError

_SNAPSHOT: Final = "snapshot"
_CHECKED_LATER: Final = ("root", "timestamp", _SNAPSHOT)
_POLICY: Final = "." + academy.PATH.rpartition("/")[2]


def named(problem: Exception, *, asked: str, received: bytes, folder: Path, carrier: str) -> PocusError:
    """The error to tell.

    Args:
        problem: What python-tuf raised.
        asked: The file that was asked for last, such as `3.snapshot.json`.
        received: What came.
        folder: The state under way.
        carrier: Who was asked, as a person knows it.
    """
    role = _role(asked)
    match problem:
        case exceptions.ExpiredMetadataError():
            # python-tuf may have asked for the next file before it says that the one before is over
            over = next((name for name in _CHECKED_LATER if f"{name}.json is expired" in str(problem)), role)
            data = received if over == role else _held(folder / f"{over}.json")
            return errors.ExpiredMetadataError(role=over, until=_expiry(data))
        case exceptions.UnsignedMetadataError():
            return errors.NotSignedError(role=role)
        case exceptions.BadVersionNumberError():
            if role == _SNAPSHOT and _version(received) != _snapshot_expected(folder):
                return errors.MixedMetadataError(role=role)
            is_older = role in ("timestamp", _SNAPSHOT) or (role == "root" and not _is_ahead(asked, received))
            return errors.RolledBackMetadataError(role=role) if is_older else errors.MixedMetadataError(role=role)
        case exceptions.LengthOrHashMismatchError():
            return errors.MixedMetadataError(role=role)
        case exceptions.DownloadLengthMismatchError():
            return errors.EndlessMetadataError(role=role)
        case exceptions.DownloadHTTPError():
            return NotCarriedError(file=asked, carrier=carrier)
        case exceptions.RepositoryError() if role == _SNAPSHOT and "missing info" in str(problem):
            return errors.RolledBackMetadataError(role=role)
        case _:
            return errors.MalformedMetadataError(role=role, reason=type(problem).__name__)


def _role(asked: str) -> str:
    """`snapshot` of `3.snapshot.json`."""
    if asked.endswith(_POLICY):
        return academy.PATH
    stem = asked.removesuffix(".json")
    version, dot, name = stem.partition(".")
    return name if dot and version.isdecimal() else stem


def _is_ahead(asked: str, received: bytes) -> bool:
    """Whether a root is newer than the one that was asked for, and so is not the next in the chain."""
    wanted, found = asked.partition(".")[0], _version(received)
    return found is not None and wanted.isdecimal() and found > int(wanted)


def _version(received: bytes) -> int | None:
    try:
        version = json.loads(received)["signed"]["version"]
    except (ValueError, KeyError, TypeError):
        return None
    return version if isinstance(version, int) else None


def _held(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _expiry(received: bytes) -> str:
    try:
        return str(json.loads(received)["signed"]["expires"])
    except (ValueError, KeyError, TypeError):
        return "-"


def _snapshot_expected(folder: Path) -> int | None:
    try:
        return Metadata[Timestamp].from_file(str(folder / "timestamp.json")).signed.snapshot_meta.version
    except (exceptions.StorageError, DeserializationError):
        return None
