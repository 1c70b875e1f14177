"""The pages of signing in: login and password, the second factor, out again (formats/academy 2)."""

from typing import Final
from urllib.parse import quote

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.crypto import totp
from pocus_desktop.hub.pages.errors import ForgedFormError
from pocus_desktop.hub.pages.forms import require_same_site
from pocus_desktop.hub.pages.page import LANGUAGE_COOKIE, Page, language_of, page, see
from pocus_desktop.hub.pages.templates import LANGUAGES
from pocus_desktop.hub.pages.visit import (
    BEGIN_COOKIE,
    SESSION_COOKIE,
    SIGN_IN,
    Fields,
    StaffDoors,
    Visit,
    done,
    keep,
    to_sign_in,
)
from pocus_desktop.hub.staff.errors import NotSignedInError, WrongCodeError, WrongSignInError
from pocus_desktop.hub.staff.sessions import SignedIn, form_token, new_token
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError

FACTOR: Final = "/staff/second-factor"
HOME: Final = "/staff"
_YEAR_S: Final = 365 * 86_400
_REFUSED: Final = 403


class SigningIn:
    """The pages.

    Args:
        doors: What makes doors for staff.
        provider: What a provider of OpenID Connect is called; empty where there is none.
    """

    def __init__(self, doors: StaffDoors, *, provider: str = "") -> None:
        self._doors = doors
        self._sessions = doors.staff.sessions
        self._provider = provider

    def routes(self) -> list[Page]:
        """For the application."""
        guard = self._doors.guard
        return [
            Page(SIGN_IN, self.ask, guard=guard, counted="staff"),
            Page(SIGN_IN, self.take, method="POST", guard=guard, counted="sign-in"),
            Page(FACTOR, self.ask_factor, guard=guard, counted="staff", refusing=to_sign_in),
            Page(FACTOR, self.take_factor, method="POST", guard=guard, counted="sign-in", refusing=to_sign_in),
            Page("/staff/language", self.language, method="POST", guard=guard, counted="staff"),
            self._doors.do("/staff/sign-out", self.sign_out, None, Fields()),
        ]

    async def ask(self, request: Request) -> Response:
        """The form for login and password."""
        return self._form(request, _asked(request))

    def _form(self, request: Request, to: str, problem: PocusError | None = None, *, login: str = "") -> Response:
        token = request.cookies.get(BEGIN_COOKIE, "") or new_token()
        answer = page(
            request,
            "staff/sign_in.html",
            status=200 if problem is None else _REFUSED,
            csrf=form_token(token),
            next=to,
            provider=self._provider,
            problem=told(request, problem),
            login=login,
            here=_with(SIGN_IN, to),
        )
        keep(answer, BEGIN_COOKIE, token)
        return answer

    async def take(self, request: Request) -> Response:
        """Login and password came."""
        require_same_site(request)
        began = request.cookies.get(BEGIN_COOKIE, "")
        if not began:
            raise ForgedFormError
        form = await self._doors.read(request, Fields(names=("login", "password", "next")), began)
        login, to = form.line("login"), local_path(form.line("next"))
        try:
            half = await run_in_threadpool(self._sessions.begin, login, form.secret("password"))
        except WrongSignInError as problem:
            request.scope["state"]["problem"] = problem.code
            return self._form(request, to, problem, login=login)
        return begun(half, to)

    async def ask_factor(self, request: Request) -> Response:
        """The form for the second factor; the first time with what an app is to read."""
        person = await run_in_threadpool(self._half, request)
        return await run_in_threadpool(self._factor_form, request, person, _asked(request))

    def _factor_form(self, request: Request, person: SignedIn, to: str, problem: PocusError | None = None) -> Response:
        secret = self._sessions.new_factor(person.token) if person.needs_factor else b""
        address = totp.address(secret, issuer=words.say("pages.product"), login=person.login) if secret else ""
        drawn = segno.make(address, error="m").svg_inline(scale=5, border=2) if secret else ""
        return page(
            request,
            "staff/second_factor.html",
            status=200 if problem is None else _REFUSED,
            csrf=form_token(person.token),
            login=person.login,
            drawn=drawn,
            secret=grouped(totp.spelled(secret)) if secret else "",
            next=to,
            problem=told(request, problem),
            here=_with(FACTOR, to),
        )

    async def take_factor(self, request: Request) -> Response:
        """A code came."""
        require_same_site(request)
        person = await run_in_threadpool(self._half, request)
        form = await self._doors.read(request, Fields(names=("code", "next")), person.token)
        code, to = form.line("code"), local_path(form.line("next"))
        try:
            if not person.needs_factor:
                whole = await run_in_threadpool(self._sessions.finish, person.token, code)
                return keep(see(to or HOME), SESSION_COOKIE, whole.token)
            whole, recovery = await run_in_threadpool(self._sessions.confirm_factor, person.token, code)
        except WrongCodeError as problem:
            request.scope["state"]["problem"] = problem.code
            return await run_in_threadpool(self._factor_form, request, person, to, problem)
        answer = page(request, "staff/recovery.html", codes=recovery, to=to or HOME)
        return keep(answer, SESSION_COOKIE, whole.token)

    async def language(self, request: Request) -> Response:
        """Another language for this browser; changes nothing here, so that no token is asked for."""
        require_same_site(request)
        form = await self._doors.read_open(request, Fields(names=("language", "next")))
        answer = see(local_path(form.line("next")) or HOME)
        chosen = form.line("language")
        if chosen in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_S, secure=True, httponly=True, samesite="lax")
        return answer

    def sign_out(self, visit: Visit) -> Response:
        """Out of this browser."""
        self._sessions.end(visit.person.token)
        answer = done(SIGN_IN)
        answer.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="lax")
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    def _half(self, request: Request) -> SignedIn:
        """Who waits for the second factor.

        Raises:
            NotSignedInError: Nobody.
        """
        person = self._sessions.of(request.cookies.get(SESSION_COOKIE, ""))
        if person.is_whole:
            raise NotSignedInError
        return person


def begun(half: SignedIn, to: str) -> Response:
    """The first step is done; on to the second factor."""
    return keep(see(_with(FACTOR, to)), SESSION_COOKIE, half.token)


def _asked(request: Request) -> str:
    """Where the address says that they want to go once they are signed in; nothing where it does not say."""
    return local_path(request.query_params.get("next", ""))


def _with(form: str, to: str) -> str:
    """The address of a form which then leads there."""
    return f"{form}?next={quote(to)}" if to else form


def local_path(text: str) -> str:
    """A path of these pages, or nothing: nobody is sent elsewhere by a link that somebody made."""
    is_ours = text.startswith(HOME) and text.isascii() and text.isprintable() and not set(text) & set("\\ \"'<>")
    return text if is_ours and text.partition("?")[0].removeprefix(HOME)[:1] in {"", "/"} else ""


def told(request: Request, problem: PocusError | None) -> words.Explanation | None:
    """A refusal in the words of the page."""
    return None if problem is None else problem.explain(language_of(request))


def grouped(text: str) -> str:
    """In fours, as it is typed."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
