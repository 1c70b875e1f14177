"""The trust that a station keeps, under the names that it has in a depot (formats/depot 2)."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pocus_desktop.bundle.trust import academy
from pocus_desktop.bundle.trust.errors import DamagedStateError
from pocus_desktop.bundle.trust.fetchers import TIMESTAMP
from pocus_desktop.bundle.trust.state import POLICY_FILE

_ROOTS: Final = "root_history"
_ROOT: Final = "root.json"


def published(folder: Path) -> Mapping[str, bytes]:
    """The files of a depot that one generation of a trust folder was made from.

    Args:
        folder: The generation, verified.

    Raises:
        DamagedStateError: It cannot be read.
    """
    found: dict[str, bytes] = {}
    try:
        for path in sorted((folder / _ROOTS).glob(f"*.{_ROOT}")):
            found[f"metadata/{path.name}"] = path.read_bytes()
        for path in sorted(folder.glob("*.json")):
            data = path.read_bytes()
            if path.name == TIMESTAMP:
                found[f"metadata/{TIMESTAMP}"] = data
            elif path.name == POLICY_FILE:
                area, _, name = academy.PATH.rpartition("/")
                found[f"targets/{area}/{hashlib.sha256(data).hexdigest()}.{name}"] = data
            else:
                version = int(json.loads(data)["signed"]["version"])
                found[f"metadata/{version}.{path.name}"] = data
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise DamagedStateError(reason=type(problem).__name__) from problem
    return MappingProxyType(found)
