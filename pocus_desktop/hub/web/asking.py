"""Which account asks: by the key of its portfolio, which signed the question (formats/academy 3.6)."""

from starlette.requests import Request

from pocus_desktop.admission.station_request import ClockDiffersError as SignedForAnotherTimeError
from pocus_desktop.admission.station_request import NotSignedError, SignerUnknownError, verify_request
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.errors import ClockDiffersError, UnknownSenderError, UnsignedError
from pocus_desktop.hub.programme.portfolios import Portfolios
from pocus_desktop.kernel.clock import Clock


def account_asking(request: Request, portfolios: Portfolios, clock: Clock) -> str:
    """The account whose key signed a question that brings no content.

    Raises:
        UnknownSenderError, ClockDiffersError, UnsignedError: None did, now.
        StoreUnavailableError: The records do not answer.
    """
    found: dict[str, str] = {}

    def key_of(key_id: str) -> PublicKey | None:
        one = portfolios.key_of(key_id)
        if one is None:
            return None
        found[key_id] = one[0]
        return one[1]

    given = request.headers.getlist("Authorization")
    now_ms = clock.read().wall_ms
    try:
        key = verify_request(
            given[0] if len(given) == 1 else "",
            method="GET" if request.method == "HEAD" else request.method,
            target=request.scope["path"],
            now_ms=now_ms,
            find=key_of,
        )
    except SignerUnknownError as problem:
        raise UnknownSenderError from problem
    except SignedForAnotherTimeError as problem:
        raise ClockDiffersError(hub_time_ms=now_ms) from problem
    except NotSignedError as problem:
        raise UnsignedError(reason=str(problem.params["reason"])) from problem
    return found[key.key_id]
