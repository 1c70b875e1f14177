"""From a request to its door, and from what the door says or raises to an answer.

An academy's hub does this for each envelope, so nothing stands between that does nothing here: a door is found by its
address and method (as Starlette's routes match), it answers, and whatever it raises of ours becomes a problem document.
What else goes wrong is for `hub.web.observed`, which stands around this.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from pocus_desktop.hub.errors import BadMethodError, BadRequestError, NotFoundError
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.observed import BEGUN, refuse
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError

_HTML: Final = "text/html"
_OF_PROGRAMS: Final = "/v1/"
_WITHOUT_CONTENT: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


class Application:
    """The doors as one ASGI application.

    Args:
        doors: What answers.
        page: Tells a refusal on a page, to whoever asked by a browser; nobody is told so where omitted.

    Attributes:
        doors: In the order in which they are tried.
    """

    def __init__(self, doors: Sequence[Door], *, page: Callable[[Request, PocusError], Response] | None = None) -> None:
        self.doors = tuple(doors)
        self._page = page
        self._beginning: dict[str, list[Door]] = {}
        for door in self.doors:
            self._beginning.setdefault(_first(door.path), []).append(door)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(Request(scope, receive, send))
            await answer(scope, receive, send)
        except PocusError as problem:
            log.failure(problem)
            await self._refused(scope, problem)(scope, receive, send)
        except HTTPException as problem:  # the framework's: of a range that is not in a file, say
            error = BadRequestError(reason=f"status {problem.status_code}")
            await self._refused(scope, error, headers=problem.headers)(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        door = self._door(request.scope)
        if request.method in (door.methods or ()):
            _require_no_content(request)
            return await door.checked(request)
        error = BadMethodError()
        log.failure(error)
        return self._refused(request.scope, error, headers={"Allow": ", ".join(self._methods(door))})

    def _door(self, scope: Scope) -> Door:
        """The door of an address, noted in the scope; where none takes the method, one that takes another.

        An address that is written out is itself, whatever a pattern after it would take it for.

        Raises:
            NotFoundError: Nothing has this address.
        """
        beside: Door | None = None
        for door in self._beginning.get(_first(scope["path"]), ()):
            match, found = door.matches(scope)
            if match is Match.NONE or (match is Match.PARTIAL and beside is not None):
                continue
            if beside is not None and beside.path == scope["path"] != door.path:
                continue
            scope.update(found, route=door)
            if match is Match.FULL:
                return door
            beside = door
        if beside is None:
            raise NotFoundError
        return beside

    def _methods(self, beside: Door) -> list[str]:
        """What the doors at this door's address take."""
        return sorted({method for door in self.doors if door.path == beside.path for method in door.methods or ()})

    def _refused(self, scope: Scope, error: PocusError, *, headers: Mapping[str, str] | None = None) -> Response:
        """The answer that refuses a request, unless another one has begun: only a cut tells that it is not whole."""
        if scope["state"].get(BEGUN):
            raise error
        answer = refuse(scope, error, headers=headers)
        accepted = Headers(scope=scope).get("Accept", "")
        if self._page is not None and _HTML in accepted and not _is_for_programs(scope):
            answer = self._page(Request(scope), error)
            answer.headers.update(headers or {})
        return answer


def _first(path: str) -> str:
    """The first part of an address, which every door writes out: only doors of the same are asked for theirs."""
    return path[1:].partition("/")[0]


def _is_for_programs(scope: Scope) -> bool:
    """Whether a door that was found answers programs: what refuses there is a problem document, whoever asks."""
    door = scope.get("route")
    return isinstance(door, Door) and (bool(door.gives) or door.path.startswith(_OF_PROGRAMS))


def _require_no_content(request: Request) -> None:
    """A question brings nothing with it.

    Raises:
        BadRequestError: It does.
    """
    has_content = request.headers.get("Content-Length", "0").strip() != "0" or "Transfer-Encoding" in request.headers
    if request.method in _WITHOUT_CONTENT and has_content:
        raise BadRequestError(reason="a question of this method has no content")
