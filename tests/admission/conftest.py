"""The same world as in the tests of sittings."""

from tests.sitting.conftest import world

__all__ = ["world"]
