"""A page: a door whose answers, refusals too, are for a person in a browser (formats/academy 1).

1. Nothing runs in it and nothing comes from elsewhere: the policy that goes with every page forbids script, frames and
   other hosts, and lets forms go only to this hub.
2. Nothing of it is kept by the browser or by what is between, and no other site learns from where one came.
3. What is refused is told in the words of the table, on a page with the same frame.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pocus_desktop.hub.errors import HubError, NotFoundError
from pocus_desktop.hub.pages.templates import LANGUAGES, STATIC, render, static_files, version
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import Blame, PocusError

HTML: Final = "text/html"
LANGUAGE_COOKIE: Final = "pocus-language"
PAGES: Final = ("/peer", "/staff", "/static")
"""Under these addresses there are pages; a query may stand behind them."""

POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_SEE_OTHER: Final = 303

Shown = Callable[[Request], Awaitable[Response]]
Refusing = Callable[[Request, PocusError], Response | None]


class Page(Door):
    """One method at one address of the hub's pages.

    Args:
        path: Its address.
        endpoint: Answers; whatever it raises of ours is told on a page.
        method: `GET` to look, `POST` to do.
        guard: Counts who asks, by address.
        counted: Under which name.
        refusing: Another answer to some refusal, such as the way to the sign-in; None leaves it to the page of errors.
    """

    def __init__(
        self,
        path: str,
        endpoint: Shown,
        *,
        method: str = "GET",
        guard: Guard | None = None,
        counted: str = "pages",
        refusing: Refusing = lambda _request, _problem: None,
    ) -> None:
        async def shown(request: Request) -> Response:
            try:
                if guard is not None:
                    guard.count_stranger(request, door=counted)
                return await endpoint(request)
            except PocusError as problem:
                log.failure(problem)
                request.scope.setdefault("state", {})["problem"] = problem.code
                return refusing(request, problem) or refused(request, problem)

        super().__init__(path, shown, method=method, gives=())


def language_of(request: Request) -> str:
    """The language of a page: the one that was chosen, else what the browser asks for, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("Accept-Language", "").split(","):
        wanted = part.partition(";")[0].strip().lower().partition("-")[0]
        if wanted in LANGUAGES:
            return wanted
    return "en"


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """A page in its reader's language.

    The templates know its address as `path`, and as `here` where one can look at it again (for another language, say):
    what answers a form is nowhere to be looked at, unless a page says where.
    """
    path, query = request.scope["path"], request.url.query
    here = "" if request.method == "POST" else f"{path}?{query}" if query else path
    content = render(template, language_of(request), **{"path": path, "here": here, **values})
    return shown(content, status=status)


def shown(content: str, *, status: int = 200) -> Response:
    """What a template gave, as the answer of a page (rules 1 and 2)."""
    return Response(content, status_code=status, media_type=HTML, headers=dict(HEADERS))


def see(address: str) -> Response:
    """After something was done: look there. Reloading what is shown then does nothing twice."""
    return RedirectResponse(address, status_code=_SEE_OTHER, headers={"Cache-Control": "no-store"})


def refused(request: Request, problem: PocusError) -> Response:
    """The page of a refusal."""
    told = problem.explain(language_of(request))
    status = status_of(problem)
    wait = problem.params.get("wait_s")
    answer = page(request, "refused.html", status=status, what=told.what, next=told.next, code=problem.code)
    if isinstance(wait, int):
        answer.headers["Retry-After"] = str(wait)
    return answer


def status_of(problem: PocusError) -> int:
    """The status of a page that tells of a refusal."""
    if isinstance(problem, HubError):
        return problem.status
    return 422 if problem.blame in {Blame.USER, Blame.CONTENT} else 500


def static_doors() -> tuple[Door, ...]:
    """Style and fonts."""
    return (Door(STATIC, _static),)


async def _static(request: Request) -> Response:
    found = static_files().get(request.path_params["name"])
    if found is None or request.path_params["version"] != version():
        raise NotFoundError
    content, kind = found
    return Response(content, media_type=kind, headers={"Cache-Control": _FOR_EVER})
