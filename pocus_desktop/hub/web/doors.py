"""A door of the hub: one method at one address, with what it takes and what it gives (formats/hub 1)."""

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pocus_desktop.hub.errors import NotAcceptableError, WrongMediaTypeError
from pocus_desktop.hub.web.guard import Guard

Endpoint = Callable[[Request], Awaitable[Response]]
_ANYTHING: Final = "*/*"


class Door(Route):
    """A route that checks what is told about a request before it is answered.

    Attributes:
        checked: Answers a request; whatever is wrong with it is raised.
        takes: The media type of the content it takes; None where it takes none.
        gives: The media types of its good answers; empty where these have no content.
        counted: The name under which strangers are counted here; None where the endpoint sees to that, or nobody is
            counted.
    """

    def __init__(
        self,
        path: str,
        endpoint: Endpoint,
        *,
        method: str = "GET",
        takes: str | None = None,
        gives: Collection[str] = (),
        guard: Guard | None = None,
        counted: str | None = None,
    ) -> None:
        self.takes = takes
        self.gives = tuple(gives)

        async def checked(request: Request) -> Response:
            if guard is not None and counted is not None:
                guard.count_stranger(request, door=counted)
            if takes is not None:
                require_plain(request, takes)
            require_acceptable(request, self.gives)
            return await endpoint(request)

        self.checked = checked
        super().__init__(path, checked, methods=[method])


def require_plain(request: Request, media_type: str) -> None:
    """The content is of this media type, once, and not compressed.

    Raises:
        WrongMediaTypeError: The request says otherwise.
    """
    kinds = request.headers.getlist("Content-Type")
    codings = request.headers.getlist("Content-Encoding") or ["identity"]
    kind = kinds[0].partition(";")[0].strip().lower() if len(kinds) == 1 else ""
    if kind != media_type or [coding.strip().lower() for coding in codings] != ["identity"]:
        raise WrongMediaTypeError(needed=media_type)


def require_acceptable(request: Request, gives: Collection[str]) -> None:
    """The sender takes one of these; who says nothing takes anything, and problem documents come unasked.

    Raises:
        NotAcceptableError: They take none.
    """
    accepted = ",".join(request.headers.getlist("Accept"))
    if not accepted.strip() or not gives:
        return
    ranges = {part.partition(";")[0].strip().lower() for part in accepted.split(",") if not _is_refused(part)}
    for kind in gives:
        if ranges & {kind, _ANYTHING, kind.partition("/")[0] + "/*"}:
            return
    raise NotAcceptableError(given=next(iter(gives)))


def _is_refused(part: str) -> bool:
    """Whether a range has the weight 0."""
    for parameter in part.split(";")[1:]:
        name, _, weight = parameter.partition("=")
        if name.strip().lower() == "q":
            return weight.strip().rstrip("0") in {"", "."}
    return False
