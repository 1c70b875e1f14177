"""The browser."""

from tests.browser.chromium import browser, visit

__all__ = ["browser", "visit"]
