"""A station's signed question to the hub: who asks, what, and when (formats/enrolment 6)."""

from collections.abc import Callable
from typing import ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Moment, Part, read_payload, signed
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError

PAYLOAD_TYPE: Final = "application/vnd.pocus.station-request.v1+json"
SCHEME: Final = "Pocus-DSSE"
FRESH_MS: Final = 5 * 60_000
"""How far a station's clock may be from the hub's."""

MAXIMUM_HEADER: Final = 4096


class NotSignedError(PocusError):
    """A question is not signed by whom it says, or is not this one, or is not of now."""

    code: ClassVar[str] = "enrolment.not_signed"
    blame: ClassVar[Blame] = Blame.USER


class StationRequest(Part):
    """What is signed.

    Attributes:
        target: The path of the address that is asked, without the hub's own.
    """

    format: Literal[1] = 1
    method: str = Field(max_length=10)
    target: str = Field(max_length=500)
    made_at_ms: Moment


def sign_request(key: SigningKey, *, method: str, target: str, now_ms: int) -> str:
    """The value of the `Authorization` field."""
    envelope = signed(PAYLOAD_TYPE, StationRequest(method=method, target=target, made_at_ms=now_ms), [key])
    return f"{SCHEME} {to_base64(envelope)}"


def verify_request(
    field: str, *, method: str, target: str, now_ms: int, find: Callable[[str], PublicKey | None]
) -> PublicKey:
    """Who asks.

    Args:
        field: The value of the `Authorization` field; empty where there is none.
        method: Of the question that came.
        target: Its path.
        now_ms: The hub's wall time.
        find: The key of an active station by its id.

    Raises:
        NotSignedError: Its `reason` says why.
    """
    scheme, _, text = field.partition(" ")
    if scheme.lower() != SCHEME.lower() or len(field) > MAXIMUM_HEADER:
        raise NotSignedError(reason="the question is not signed")
    try:
        envelope = dsse.Envelope.parse(from_base64(text.strip(), field="Authorization"))
        found = (find(signature.key_id) for signature in envelope.signatures[:1])
        keys = [key for key in found if key is not None]
        (asker,) = dsse.verify(envelope, payload_type=PAYLOAD_TYPE, keys=keys)
        request = read_payload(StationRequest, envelope.payload)
    except dsse.NotEnoughSignaturesError as problem:
        raise NotSignedError(reason="no active station signed it") from problem
    except (BadEncodingError, PocusError) as problem:
        raise NotSignedError(reason=problem.code) from problem
    if (request.method, request.target) != (method, target):
        raise NotSignedError(reason="another question was signed")
    if abs(now_ms - request.made_at_ms) > FRESH_MS:
        raise NotSignedError(reason="the clocks of station and hub are more than five minutes apart")
    return asker
