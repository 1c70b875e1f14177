"""Signing in costs nothing in tests of pages."""

from tests.hub.staff.conftest import quick_passwords

__all__ = ["quick_passwords"]
