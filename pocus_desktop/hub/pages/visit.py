"""A visit of staff to a page: who it is, what their form brought, and how they are answered (formats/academy 2).

1. A page of the academy is for who is signed in whole and may do what it does; else the way leads to the sign-in.
2. What changes something is a POST with the form's token of this session; one that the browser says comes from another
   site is refused before that.
3. After a change the browser is sent to a page that shows it.
4. A form that is refused is shown again with what was written; what cannot be undone is confirmed first, on a page that
   says what will happen.
5. A form that comes after its session ended changes nothing and loses nothing: it is kept on the page that says so,
   until the same person has signed in again in this browser.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.pages.again import SECRET, SURE, Again, carried, field_of, is_shown_again, shown
from pocus_desktop.hub.pages.errors import ForgedFormError, PageError
from pocus_desktop.hub.pages.forms import CSRF, FORM_BYTES, Form, read_form, require_same_site
from pocus_desktop.hub.pages.page import Page, language_of, page, see, status_of
from pocus_desktop.hub.programme.errors import NoReasonError
from pocus_desktop.hub.staff.errors import NotSignedInError
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.hub.staff.sessions import SignedIn, form_token, is_form_token, kept_token, new_token
from pocus_desktop.hub.staff.staff import Staff
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.errors import PocusError

SIGN_IN: Final = "/staff/sign-in"
SESSION_COOKIE: Final = "__Host-pocus-staff"
BEGIN_COOKIE: Final = "__Host-pocus-begin"
ON_A_PAGE: Final = 25
_MOST_PAGES: Final = 100_000

NAVIGATION: Final[Sequence[tuple[str, str, Act]]] = (
    ("queue", "/staff", Act.READ),
    ("people", "/staff/people", Act.READ),
    ("applications", "/staff/applications", Act.READ),
    ("vouchers", "/staff/vouchers", Act.READ),
    ("evaluators", "/staff/evaluators", Act.READ),
    ("certificates", "/staff/certificates", Act.READ),
    ("appeals", "/staff/appeals", Act.READ),
    ("samples", "/staff/samples", Act.READ),
    ("trail", "/staff/trail", Act.READ),
    ("accounts", "/staff/accounts", Act.STAFF),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who is signed in.

    Attributes:
        form: What was sent; empty where somebody looks.
        again: The form that this page shows once more, with what is wrong with it.
        status: Of the page.
    """

    request: Request
    person: SignedIn
    form: Form
    again: Again = field(default_factory=Again)
    status: int = 200

    @property
    def language(self) -> str:
        """Of the page."""
        return language_of(self.request)

    def part(self, name: str) -> str:
        """A part of the address."""
        value: str = self.request.path_params[name]
        return value

    def asked(self, name: str) -> str:
        """What the query asks; empty where it asks nothing."""
        found = self.request.query_params.get(name, "")[:200]
        return found.strip() if found.isprintable() else ""

    @property
    def number(self) -> int:
        """Which page of a list, from 1."""
        text = self.asked("page")
        return min(max(int(text), 1), _MOST_PAGES) if text.isascii() and text.isdecimal() and len(text) < 7 else 1

    def reason(self) -> str:
        """Why they do it, as the form says.

        Raises:
            NoReasonError: They do not say.
        """
        why = self.form.text("why")
        if not why:
            raise NoReasonError(area="-")
        return why

    def page(self, template: str, **values: object) -> Response:
        """A page with the frame of the academy."""
        done = self.asked("done")
        return page(
            self.request,
            template,
            status=self.status,
            again=self.again,
            person=self.person,
            csrf=form_token(self.person.token),
            navigation=[(name, to) for name, to, act in NAVIGATION if self.person.may(act)],
            may={str(act): self.person.may(act) for act in Act},
            done=done if words.has(f"academy.done.{done}") else "",
            **values,
        )

    def listed(self, found: Sequence[object], total: int, **kept: str) -> Mapping[str, object]:
        """Part of a list, as the templates show it."""
        pages = max(-(-total // ON_A_PAGE), 1)

        def to(number: int) -> str:
            return "?" + urlencode({**{name: value for name, value in kept.items() if value}, "page": number})

        return {
            "rows": found,
            "total": total,
            "number": self.number,
            "pages": pages,
            "before": to(self.number - 1) if self.number > 1 else "",
            "after": to(self.number + 1) if self.number < pages else "",
            "asked": kept,
        }

    @property
    def skip(self) -> int:
        """How many rows come before this page of a list."""
        return (self.number - 1) * ON_A_PAGE


Look = Callable[[Visit], Response]
Sure = Callable[[Visit], Sequence[str]]
"""What will happen when a form is sent, in sentences; what is raised here is refused before anybody is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a form has.

    Attributes:
        names: Its fields.
        lists: Those of which several may come.
        file: The one with a file.
        maximum_bytes: Of all together.
    """

    names: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    file: str | None = None
    maximum_bytes: int = FORM_BYTES


class StaffDoors:
    """Makes doors for staff."""

    def __init__(self, staff: Staff, guard: Guard, *, stall_s: float) -> None:
        self.staff = staff
        self.guard = guard
        self.stall_s = stall_s

    def look(self, path: str, look: Look, act: Act | None) -> Page:
        """A page to look at, for whoever may `act`; for everybody who is signed in where that is None."""

        async def endpoint(request: Request) -> Response:
            person = await run_in_threadpool(self.person, request, act)
            return await run_in_threadpool(look, Visit(request=request, person=person, form=Form(fields={})))

        return Page(path, endpoint, guard=self.guard, counted="staff", refusing=to_sign_in)

    def do(
        self,
        path: str,
        do: Look,
        act: Act | None,
        fields: Fields,
        *,
        again: Look | None = None,
        sure: Sure | None = None,
    ) -> Page:
        """A change, for whoever may `act`.

        Args:
            path: Where its form is sent.
            do: Does it.
            act: What they must be allowed; None is being signed in.
            fields: Of the form.
            again: The page with the form, shown with what was written where it is refused; None tells it on a page of
                its own.
            sure: Says what will happen, for what cannot be undone; None does it at once.
        """
        names = (*fields.names, SURE) if sure is not None else fields.names
        fields = replace(fields, names=names)

        def done_or_again(visit: Visit) -> Response:
            try:
                if sure is None or visit.form.fields.get(SURE) == "yes":
                    return do(visit)
                if visit.form.fields.get(SURE) != "no" or again is None:
                    return _to_confirm(visit, sure(visit))
            except PocusError as problem:
                if again is None or not is_shown_again(problem):
                    raise
                log.failure(problem)
                visit.request.scope.setdefault("state", {})["problem"] = problem.code
                told = replace(
                    _again(visit),
                    told=problem.explain(visit.language),
                    field=field_of(problem, (*names, *fields.lists, fields.file or "")),
                )
                return again(replace(visit, again=told, status=status_of(problem)))
            return again(replace(visit, again=_again(visit)))

        async def endpoint(request: Request) -> Response:
            require_same_site(request)
            try:
                person = await run_in_threadpool(self.person, request, act)
            except NotSignedInError:
                return await self._kept(request, fields)
            form = await self.read(request, fields, person.token, person.staff_id)
            return await run_in_threadpool(done_or_again, Visit(request=request, person=person, form=form))

        return Page(path, endpoint, method="POST", guard=self.guard, counted="staff", refusing=to_sign_in)

    async def _kept(self, request: Request, fields: Fields) -> Response:
        """A form whose session has ended (rule 5).

        Raises:
            NotSignedInError: It is not known to be a form of this browser; nothing of it is shown.
        """
        token, began = request.cookies.get(SESSION_COOKIE, ""), request.cookies.get(BEGIN_COOKIE, "")
        staff_id = await run_in_threadpool(self.staff.sessions.whose, token)
        if staff_id is None:
            raise NotSignedInError
        began = began or new_token()
        try:
            form = await self.read(request, fields, token, staff_id)
        except PageError as problem:
            raise NotSignedInError from problem
        request.scope.setdefault("state", {})["problem"] = NotSignedInError.code
        answer = page(
            request,
            "staff/kept.html",
            status=NotSignedInError.status,
            csrf=kept_token(began, staff_id),
            carried=carried(form.fields, form.lists),
            shown=shown(form.fields),
            secrets=[name for name in SECRET if form.fields.get(name)],
            file=fields.file if form.file is not None else None,
            is_multipart=fields.file is not None,
            sign_in=SIGN_IN,
        )
        return keep(answer, BEGIN_COOKIE, began)

    def person(self, request: Request, act: Act | None) -> SignedIn:
        """Who asks (rule 1).

        Raises:
            NotSignedInError: Nobody who is signed in whole.
            NotAllowedError: They may not.
        """
        person = self.staff.sessions.of(request.cookies.get(SESSION_COOKIE, ""))
        if not person.is_whole:
            raise NotSignedInError
        if act is not None:
            person.require(act)
        return person

    async def read_open(self, request: Request, fields: Fields) -> Form:
        """A form that changes nothing here.

        Raises:
            PageError: It is not as its page has it.
        """
        return await read_form(request, *fields.names, stall_s=self.stall_s)

    async def read(self, request: Request, fields: Fields, token: str, staff_id: str = "") -> Form:
        """A form that came from a page of this session (rule 2), or was kept for this person (rule 5).

        Raises:
            ForgedFormError: It did not.
            PageError: It is not as its page has it.
        """
        form = await read_form(
            request,
            *fields.names,
            lists=fields.lists,
            file=fields.file,
            maximum_bytes=fields.maximum_bytes,
            stall_s=self.stall_s,
        )
        given, began = form.fields.get(CSRF, ""), request.cookies.get(BEGIN_COOKIE, "")
        is_kept = bool(began and staff_id) and hmac.compare_digest(
            kept_token(began, staff_id).encode(), given.encode("utf-8", "replace")
        )
        if not is_kept and not is_form_token(token, given):
            raise ForgedFormError
        return form


def to_sign_in(request: Request, problem: PocusError) -> Response | None:
    """The way to the sign-in, for who looked at a page; a form that came too late is told so."""
    if not isinstance(problem, NotSignedInError) or request.method == "POST":
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    return see(f"{SIGN_IN}?next={quote(request.scope['path'] + query)}")


def done(path: str, what: str = "") -> Response:
    """After a change: the page that shows it, with a word that it was done."""
    return see(f"{path}?done={what}" if what else path)


def keep(answer: Response, name: str, token: str) -> Response:
    """Let the browser keep a token, for itself alone and until it is closed."""
    answer.set_cookie(name, token, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _again(visit: Visit) -> Again:
    return Again(action=visit.request.scope["path"], fields=visit.form.fields, lists=visit.form.lists)


def _to_confirm(visit: Visit, told: Sequence[str]) -> Response:
    """Rule 4: what will happen, before it does."""
    return visit.page("staff/sure.html", told=told, carried=carried(visit.form.fields, visit.form.lists))
