"""A browser without a window: follows redirects, keeps cookies, sends forms as their pages have them."""

import base64
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx2

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.pages.visit import SESSION_COOKIE
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.sync.asgi import InProcessTransport
from tests.hub.staff.people import PASSWORD, Person, employ

URL = "https://hub.example.org"


class Forms(HTMLParser):
    """The forms of a page, each by its address: names and values of hidden fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._at = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes forms and hidden fields."""
        given = dict(attrs)
        if tag == "form":
            self._at = given.get("action") or ""
            self.found.setdefault(self._at, {})
        elif tag == "input" and given.get("type") == "hidden":
            self.found[self._at][given["name"] or ""] = given.get("value") or ""


class Browser:
    """Somebody of the staff before a browser."""

    def __init__(self, hub: Hub, person: Person | None = None, **options: Any) -> None:
        self.web = httpx2.Client(
            transport=InProcessTransport(create_app(hub, **options)), base_url=URL, follow_redirects=True
        )
        self.person = person

    @classmethod
    def of(cls, hub: Hub, login: str, *roles: str, **options: Any) -> "Browser":
        """A new member of the staff, who has signed in before they are looked at; `sign_in` goes through the pages."""
        made = cls(hub, employ(hub, login, *roles), **options)
        assert made.person is not None
        made.web.cookies.set(SESSION_COOKIE, made.person.sign_in().token, domain=urlsplit(URL).hostname or "")
        return made

    def sign_in(self) -> "Browser":
        """By login, password and the second factor."""
        assert self.person is not None
        self.send("/staff/sign-in", "/staff/sign-in", login=self.person.login, password=PASSWORD)
        return self.set_up_factor()

    def set_up_factor(self, **fields: Any) -> "Browser":
        """The second factor, which is set up where it is not yet."""
        assert self.person is not None
        page = self.web.get("/staff/second-factor")
        shown = re.search(r'<p class="code">([A-Z2-7 ]+)</p>', page.text)
        if shown:
            text = shown[1].replace(" ", "")
            self.person.secret = base64.b32decode(text + "=" * (-len(text) % 8))
        done = self.send("/staff/second-factor", "/staff/second-factor", code=self.person.code(), **fields)
        assert done.status_code == 200, done.text
        return self

    def look(self, path: str, **query: str) -> httpx2.Response:
        """Look at a page."""
        return self.web.get(path, params=query or None)

    def send(self, page: str, form: str, *, files: Any = None, sure: str = "yes", **fields: Any) -> httpx2.Response:
        """Send a form of a page, with its hidden fields; where it is to be confirmed, say so."""
        shown = self.web.get(page)
        assert shown.status_code == 200, shown.text
        hidden = Forms(shown.text).found[form]
        answer = self.web.post(form, data={**hidden, **fields}, files=files)
        return self.confirm(answer, form, sure) if 'name="sure"' in answer.text and sure else answer

    def confirm(self, asked: httpx2.Response, form: str, sure: str = "yes") -> httpx2.Response:
        """Answer a page that says what will happen."""
        return self.web.post(form, data={**Forms(asked.text).found[form], "sure": sure})

    def token(self, page: str) -> str:
        """The form token of this session."""
        return next(one["csrf"] for one in Forms(self.web.get(page).text).found.values() if "csrf" in one)
