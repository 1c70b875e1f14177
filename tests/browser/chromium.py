"""Pages in a real Chromium, one for a whole session, which reaches nothing but this computer.

Give a room's conftest the fixtures by importing them, and ask for `visit` (a page without scripts, as the hub's pages
must work), or `browser` for more of one's own:

    from tests.browser.chromium import browser, visit

    __all__ = ["browser", "visit"]

`accessible.violations(page)` is what axe-core finds. Where Chromium is not installed the fixtures skip.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route, ViewportSize, sync_playwright

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_ARGUMENTS: Final = (
    "--no-sandbox",  # as root, where tests run in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
)

_SCRIPTS: Final = "Emulation.setScriptExecutionDisabled"

Visit = Callable[..., Page]
"""Open an address; see `visit`."""

_loops: WeakKeyDictionary[Browser, asyncio.AbstractEventLoop | None] = WeakKeyDictionary()
"""The event loop that the driver of a browser keeps open in this thread. It is put away while no page is open, so that
other tests can have loops of their own."""

_silenced: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def program() -> str | None:
    """Chromium on this computer; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name)) is not None), None)


@contextmanager
def scripts_of_tests(page: Page) -> Iterator[None]:
    """Let a test run a script in a page whose own never ran."""
    session = _silenced.get(page)
    if session is not None:
        session.send(_SCRIPTS, {"value": False})
    yield
    if session is not None:
        session.send(_SCRIPTS, {"value": True})


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser; each test opens contexts of its own in it."""
    found = program()
    if found is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        _loops[started] = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        yield started
        asyncio._set_running_loop(_loops[started])
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """See `visiting`."""
    with visiting(browser) as opened:
        yield opened


@contextmanager
def visiting(browser: Browser) -> Iterator[Visit]:
    """Open an address in a context of its own: `visit(url, viewport=…, language=…, scripts=…, colours=…)`.

    Scripts are off unless asked for; axe-core's own runs all the same. What a page asks of any other computer is cut,
    and fails the test at its end.
    """
    contexts = []
    abroad: list[str] = []

    def only_here(route: Route) -> None:
        if urlsplit(route.request.url).hostname in _HERE or route.request.url.startswith("data:"):
            route.continue_()
        else:
            abroad.append(route.request.url)
            route.abort()

    def opened(
        url: str,
        *,
        viewport: ViewportSize = DESKTOP,
        language: str = "en",
        scripts: bool = False,
        colours: Literal["light", "dark"] = "light",
        user_agent: str | None = None,
    ) -> Page:
        context = browser.new_context(
            viewport=viewport,
            locale=language,
            color_scheme=colours,
            user_agent=user_agent,
            bypass_csp=True,  # axe-core is put into pages that allow no script
        )
        contexts.append(context)
        context.route("**/*", only_here)
        page = context.new_page()
        if not scripts:
            _silenced[page] = context.new_cdp_session(page)
            _silenced[page].send(_SCRIPTS, {"value": True})
        page.goto(url)
        return page

    asyncio._set_running_loop(_loops[browser])
    try:
        yield opened
        for context in contexts:
            context.close()
    finally:
        asyncio._set_running_loop(None)
    assert abroad == [], "a page asked another computer"
