"""Appeals start from the sittings of `tests/sitting`."""

from tests.sitting.conftest import world

__all__ = ["world"]
