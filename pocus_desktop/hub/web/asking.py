"""Who asks: whoever has the key that signed the request (formats/hub 2, academy 3.6)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from starlette.requests import Request

from pocus_desktop.admission.station_request import ClockDiffersError as SignedForAnotherTimeError
from pocus_desktop.admission.station_request import NotSignedError, SignerUnknownError, verify_request
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.errors import ClockDiffersError, UnknownSenderError, UnsignedError
from pocus_desktop.hub.programme.portfolios import Portfolios
from pocus_desktop.hub.registry.enrolment_rows import Enrolled
from pocus_desktop.kernel.clock import Clock

_T = TypeVar("_T")


def signer_of(
    request: Request,
    find: Callable[[str], tuple[_T, PublicKey] | None],
    *,
    now_ms: int,
    content_digest: str | None = None,
) -> _T:
    """Who signed a request, by the one field that says so; several say nothing.

    Args:
        request: Its method and path are what must have been signed; `HEAD` is asked as `GET`.
        find: Whoever may ask, with the key, by the key's id.
        now_ms: The hub's wall time.
        content_digest: SHA-256 that the request names for its content; None where it has none.

    Raises:
        NotSignedError: As `verify_request`.
    """
    found: dict[str, _T] = {}

    def key_of(key_id: str) -> PublicKey | None:
        one = find(key_id)
        if one is None:
            return None
        found[key_id] = one[0]
        return one[1]

    given = request.headers.getlist("Authorization")
    key = verify_request(
        given[0] if len(given) == 1 else "",
        method="GET" if request.method == "HEAD" else request.method,
        target=request.scope["path"],
        now_ms=now_ms,
        find=key_of,
        content_digest=content_digest,
    )
    return found[key.key_id]


def with_key(find: Callable[[str], Enrolled | None]) -> Callable[[str], tuple[Enrolled, PublicKey] | None]:
    """An enrolled station or centre with the key that it signs by, for `signer_of`."""

    def found(key_id: str) -> tuple[Enrolled, PublicKey] | None:
        one = find(key_id)
        return None if one is None else (one, one.signing)

    return found


@contextmanager
def told_to_senders(now_ms: int) -> Iterator[None]:
    """What is wrong with a signature, as who sends is told it: a clock that differs is told the hub's time.

    Raises:
        UnknownSenderError, ClockDiffersError, UnsignedError: It is.
    """
    try:
        yield
    except SignerUnknownError as problem:
        raise UnknownSenderError from problem
    except SignedForAnotherTimeError as problem:
        raise ClockDiffersError(hub_time_ms=now_ms) from problem
    except NotSignedError as problem:
        raise UnsignedError(reason=str(problem.params["reason"])) from problem


def account_asking(request: Request, portfolios: Portfolios, clock: Clock) -> str:
    """The account whose key signed a question that brings no content.

    Raises:
        UnknownSenderError, ClockDiffersError, UnsignedError: None did, now.
        StoreUnavailableError: The records do not answer.
    """
    now_ms = clock.read().wall_ms
    with told_to_senders(now_ms):
        return signer_of(request, portfolios.key_of, now_ms=now_ms)
