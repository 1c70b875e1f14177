"""A real browser in which staff, evaluators and strangers look at the hub's pages: without scripts, as pages must work.

Nothing but this computer is reached; what a page asks of any other is cut, and told at the end.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, Route, ViewportSize, sync_playwright

from pocus_desktop.app.rehearsals.programme.clock import MovedClock
from pocus_desktop.app.rehearsals.programme.parts import browser
from pocus_desktop.app.rehearsals.programme.record import Record
from pocus_desktop.crypto import totp

DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
PATIENCE_MS: Final = 20_000
SURE: Final = "Yes, do it"
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_ARGUMENTS: Final = (
    "--no-sandbox",  # as root, where there is no other account
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
)


@dataclass(kw_only=True)
class Web:
    """The browser, and what its pages asked of other computers."""

    browser: Browser
    record: Record
    abroad: list[str] = field(default_factory=list)
    visitors: list["Visitor"] = field(default_factory=list)

    def visitor(self, *, viewport: ViewportSize = DESKTOP, language: str = "en") -> "Visitor":
        """Somebody who sits down before it, with cookies of their own."""
        context = self.browser.new_context(viewport=viewport, locale=language, java_script_enabled=False)
        context.set_default_timeout(PATIENCE_MS)
        context.route("**/*", self._only_here)
        self.visitors.append(Visitor(page=context.new_page(), record=self.record))
        return self.visitors[-1]

    def picture_all(self) -> None:
        """What everybody sees, where the way stopped."""
        for one in self.visitors:
            if one.page.url.startswith("http"):
                one.picture("stopped")

    def _only_here(self, route: Route) -> None:
        url = route.request.url
        if urlsplit(url).hostname in _HERE or url.startswith("data:"):
            route.continue_()
        else:
            self.abroad.append(url)
            route.abort()


@contextmanager
def open_web(record: Record) -> Iterator[Web]:
    """The browser, as long as the context lasts.

    Raises:
        PartMissingError: There is none on this computer.
        OtherwiseError: A page was otherwise than somebody before it needed it.
    """
    program = browser()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        web = Web(browser=started, record=record)
        try:
            yield web
        except Error as problem:
            web.picture_all()
            told = " ".join(problem.message.split())
            record.expect("a page has what somebody before it looks for", is_so=False, found=told)
        finally:
            started.close()


@dataclass(kw_only=True)
class Visitor:
    """Somebody before a browser; fields and buttons are found by what is written on them."""

    page: Page
    record: Record

    def go(self, url: str) -> None:
        """Open an address."""
        self.page.goto(url)

    def show(self, html: str, *, picture: str) -> None:
        """What is no page of an address, such as a message as a mail program shows it."""
        self.page.set_content(html)
        self.picture(picture)

    def fill(self, name: str, text: str, *, form: str = "") -> None:
        """Write into a field, by its name; of a form, by how its address ends, where several have one."""
        self.page.locator(f"{_form(form)}[name='{name}']").first.fill(text)

    def tick(self, name: str, value: str, *, form: str = "") -> None:
        """Tick or choose what has this value."""
        self.page.locator(f"{_form(form)}[name='{name}'][value='{value}']").first.check()

    def send(self, form: str) -> None:
        """A form, by how its address ends; yes where the page asks once more."""
        self.page.locator(f"{_form(form)}button").first.click()
        self.say_yes()

    def press(self, name: str) -> None:
        """The button of that name."""
        self.page.get_by_role("button", name=name).first.click()

    def do(self, name: str) -> None:
        """The button of that name, and yes where the page asks once more."""
        self.press(name)
        self.say_yes()

    def say_yes(self) -> None:
        """Where the page tells what will happen and asks once more."""
        sure = self.page.get_by_role("button", name=SURE)
        if sure.count():
            self.picture("staff-look-once-more")
            sure.click()

    def follow(self, name: str) -> None:
        """The link of that name."""
        self.page.get_by_role("link", name=name).first.click()

    def told(self) -> str:
        """What the page says."""
        return self.page.inner_text("body")

    def picture(self, name: str) -> None:
        """The whole page as it looks now."""
        self.page.screenshot(path=self.record.picture(name), full_page=True)

    def picture_on_phone(self, name: str) -> None:
        """The same page as it looks on a phone."""
        before = self.page.viewport_size
        self.page.set_viewport_size(PHONE)
        self.picture(f"{name}-phone")
        if before is not None:
            self.page.set_viewport_size(before)

    def save(self, name: str, into: Path, *, role: Literal["link", "button"] = "link") -> Path:
        """What the link, or the button, of that name brings, as a file."""
        with self.page.expect_download() as coming:
            self.page.get_by_role(role, name=name).first.click()
        coming.value.save_as(into)
        return into


@dataclass(kw_only=True)
class Officer:
    """Somebody of the staff, with an authenticator app on their phone.

    Attributes:
        visitor: Their browser.
        secret: Of the second factor, once it is set up.
    """

    login: str
    name: str
    roles: tuple[str, ...]
    password: str
    visitor: Visitor
    url: str
    clock: MovedClock
    secret: bytes = b""
    _last_step: int = 0

    def sign_in(self) -> None:
        """By login, password and the second factor, which is set up the first time."""
        at = self.visitor
        at.page.context.clear_cookies()
        at.go(f"{self.url}/staff/sign-in")
        if not self.secret:
            at.picture(f"staff-sign-in-{self.login}")
        at.fill("login", self.login)
        at.fill("password", self.password)
        at.page.locator("[name=password]").press("Enter")
        at.page.wait_for_selector("[name=code]")
        is_first = not self.secret
        if is_first:
            shown = at.page.inner_text("p.code").replace(" ", "")
            self.secret = base64.b32decode(shown + "=" * (-len(shown) % 8))
            at.picture(f"staff-second-factor-{self.login}")
        at.fill("code", self._code())
        at.page.locator("[name=code]").press("Enter")
        if is_first:
            at.page.wait_for_selector("ol li.code")
            at.picture(f"staff-recovery-codes-{self.login}")
        at.go(f"{self.url}/staff")
        at.record.expect(f"{self.name} is signed in with a second factor", self.name in at.told(), at.told())

    def go(self, path: str) -> Visitor:
        """Open a page of the academy, signing in where the session is over."""
        self.visitor.go(self.url + path)
        if "/staff/sign-in" in self.visitor.page.url:
            self.sign_in()
            self.visitor.go(self.url + path)
        return self.visitor

    def _code(self) -> str:
        """A code that was not used before; the clock goes on where there is none."""
        while (step := self.clock.read().wall_ms // totp.STEP_MS) <= self._last_step:
            self.clock.advance(ms=totp.STEP_MS)
        self._last_step = step
        return totp.code_at(self.secret, step)


def _form(ends: str) -> str:
    """What stands before a selector that means a form only."""
    return f"form[action$='{ends}'] " if ends else ""
