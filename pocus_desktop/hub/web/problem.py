"""Problem details (RFC 9457): how the hub tells an error over HTTP (formats/sync 2.5)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from pocus_desktop.admission.station_request import SCHEME
from pocus_desktop.hub.errors import HubError
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:pocus:problem:"
REQUEST_PREFIX: Final = "urn:pocus:request:"
RETRY_AFTER_S: Final = 30
_STATUSES: Final = frozenset(HTTPStatus)
"""Those that HTTP itself knows; tus has one of its own."""

_LATER: Final = frozenset({429, 503})
_NOT_SIGNED: Final = 401
_BODY_UNREAD: Final = frozenset({408, 413})


def problem_response(
    error: PocusError, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """An error as a response: the standard members, and `code`, `next`, `params`, `cause` for programs and people.

    A parameter `wait_s` is also told as `Retry-After`.
    """
    status = status if status is not None else error.status if isinstance(error, HubError) else 500
    told = error.explain()
    document: dict[str, Json] = {
        "type": TYPE_PREFIX + error.code,
        "title": HTTPStatus(status).phrase if status in _STATUSES else told.what,
        "status": status,
        "detail": told.what,
        "code": error.code,
        "what": told.what,
        "next": told.next,
    }
    request_id = log.told_about().get("request_id")
    if isinstance(request_id, str):
        document["instance"] = REQUEST_PREFIX + request_id
    if error.params:
        document["params"] = dict(error.params)
    if "reason" in error.params:
        document["cause"] = error.params["reason"]
    extra: dict[str, str] = {}
    if status in _LATER:
        extra["Retry-After"] = str(error.params.get("wait_s", RETRY_AFTER_S))
    if status == _NOT_SIGNED:
        extra["WWW-Authenticate"] = SCHEME
    if status in _BODY_UNREAD:  # what is left of the request cannot be told from a next one
        extra["Connection"] = "close"
    return Response(
        canonical.encode(document), status_code=status, media_type=MEDIA_TYPE, headers={**extra, **(headers or {})}
    )
