"""All cases of the hostile corpus."""

import tempfile
from pathlib import Path

from tests.hostile.bundles import cases as bundles
from tests.hostile.corpus import Hostile
from tests.hostile.depots import cases as depots
from tests.hostile.documents import cases as documents
from tests.hostile.loose import cases as loose


def all_cases() -> tuple[Hostile, ...]:
    """Made anew, in a folder that is removed."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        return (
            *bundles(Path(folder)),
            *depots(Path(folder)),
            *documents(),
            *loose(),
        )
