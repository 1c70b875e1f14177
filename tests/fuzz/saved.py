"""What is kept for ever: the hostile corpus and earlier findings, as the inputs of a target."""

import json
from pathlib import Path
from typing import Final

from tests.fuzz.target import Target

_VECTORS: Final = Path(__file__).parents[1] / "vectors"
HOSTILE: Final = _VECTORS / "hostile"
FOUND: Final = _VECTORS / "fuzz"


def inputs(target: Target) -> tuple[bytes, ...]:
    """The files of the hostile corpus that a target reads, and what was found by it before."""
    index = HOSTILE / "index.json"
    listed = json.loads(index.read_bytes()) if index.exists() else []
    hostile = [HOSTILE / row["file"] for row in listed if row["kind"] in target.kinds]
    found = sorted((FOUND / target.name).glob("*")) if FOUND.is_dir() else []
    return tuple(path.read_bytes() for path in (*hostile, *found))
