"""What happens around every request: an id, one line in the log, figures, no answer but ours (formats/hub 1, 4).

1. A request has an id: the proxy's where a named proxy gives a well-formed one, else a new one. It stands in the
   answer, in a problem document and in every line that is logged meanwhile.
2. A request that is malformed as such is refused before any door sees it: a query where none belongs.
3. A mistake of the program is told by kind and place; what it says may carry what someone sent, and goes nowhere.
4. One line is logged: method, route template, status, problem's code, milliseconds. Never a path, a person, an address.
   Good answers to probes of health are counted and not logged.
"""

import re
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pocus_desktop.hub.errors import BadRequestError
from pocus_desktop.hub.web.metrics import Metrics
from pocus_desktop.hub.web.problem import problem_response
from pocus_desktop.hub.web.sender_address import is_named
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError

REQUEST_ID: Final = "X-Request-ID"
UNKNOWN_ROUTE: Final = "-"
BEGUN: Final = "begun"
"""In the state of a request's scope: whether its answer has begun."""

_WELL_FORMED: Final = re.compile(r"[0-9a-f][0-9a-f-]{14,62}[0-9a-f]")
_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"})
_PROBES: Final = frozenset({"/healthz", "/readyz"})


class Observed:
    """ASGI middleware around the application's doors.

    Args:
        app: What answers.
        metrics: Where it is counted.
        proxies: Addresses of the proxies whose request ids are taken over.
        pages: How addresses begin that a query may follow.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, proxies: Collection[str] = (), pages: tuple[str, ...] = ()
    ) -> None:
        self.app = app
        self._pages = pages
        self._metrics = metrics
        self._proxies = frozenset(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        scope.setdefault("state", {})
        request_id = self._request_id(scope)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                scope["state"][BEGUN] = True
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        with log.about(request_id=request_id), self._metrics.under_way.track_inprogress():
            try:
                refused = _malformed(scope, self._pages)
                if refused is not None:
                    await refuse(scope, refused)(scope, receive, sending)
                else:
                    await self.app(scope, receive, sending)
            except Exception as bug:  # noqa: BLE001 - rule 3: nothing of it may reach a log or a sender by itself
                log.bug("hub.request_failed", bug)
                if status == 0:
                    await refuse(scope, PocusError(code="kernel.unexpected"))(scope, receive, sending)
                else:  # half an answer is out; only a cut tells that it is not whole
                    raise CutAnswerError from None
            finally:
                self._note(scope, status, time.perf_counter() - begun)

    def _request_id(self, scope: Scope) -> str:
        """Rule 1."""
        peer = scope.get("client")
        given = Headers(scope=scope).getlist(REQUEST_ID)
        is_believed = peer is not None and is_named(peer[0], self._proxies)
        if is_believed and len(given) == 1 and _WELL_FORMED.fullmatch(given[0]):
            return given[0]
        return secrets.token_hex(16)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Rule 4."""
        route = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        code = scope["state"].get("problem", "")
        if code:
            self._metrics.refused.labels(code).inc()
        self._metrics.seconds.labels(method, route, f"{status // 100}xx").observe(seconds)
        if route in _PROBES and not code:  # asked for every few seconds, for years
            return
        log.event(
            "hub.request", method=method, route=route, status=status, code=code, duration_ms=round(seconds * 1000)
        )


class CutAnswerError(Exception):
    """An answer broke in the middle; the server closes the connection."""


def refuse(
    scope: Scope, error: PocusError, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that refuses a request, noted for its line in the log."""
    scope.setdefault("state", {})["problem"] = error.code
    return problem_response(error, status=status, headers=headers)


def _malformed(scope: Scope, pages: tuple[str, ...]) -> PocusError | None:
    """Rule 2."""
    if scope.get("query_string") and not scope["path"].startswith(pages):
        return BadRequestError(reason="no address here has a query")
    return None
