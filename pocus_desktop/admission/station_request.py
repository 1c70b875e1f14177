"""A station's signed question to the hub: who asks, what, with which content, and when (formats/enrolment 6)."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Moment, Part, read_payload, signed
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError

PAYLOAD_TYPE: Final = "application/vnd.pocus.station-request.v1+json"
SCHEME: Final = "Pocus-DSSE"
FRESH_MS: Final = 5 * 60_000
"""How far from the hub's time a question without content may be signed."""

FRESH_WITH_CONTENT_MS: Final = 24 * 3_600_000
"""The same with content: a proxy may hold a large one back for hours until it has it whole, and the digest that is
signed makes sending it again harmless (docs/adr/0130)."""

MAXIMUM_HEADER: Final = 4096


class NotSignedError(PocusError):
    """A question is not signed by whom it says, or is not this one."""

    code: ClassVar[str] = "enrolment.not_signed"
    blame: ClassVar[Blame] = Blame.USER


class SignerUnknownError(NotSignedError):
    """A question is signed by a key that is not known."""

    code = "enrolment.signer_unknown"


class ClockDiffersError(NotSignedError):
    """A question is signed by whom it says, for another time than now."""

    code = "enrolment.clock_differs"
    blame = Blame.ENVIRONMENT


class StationRequest(Part):
    """What is signed.

    Attributes:
        target: The path of the address that is asked, without the hub's own.
        content_digest: SHA-256 of the content that goes with it; None where there is none.
    """

    format: Literal[1] = 1
    method: str = Field(max_length=10)
    target: str = Field(max_length=500)
    made_at_ms: Moment
    content_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


def sign_request(key: SigningKey, *, method: str, target: str, now_ms: int, content_digest: str | None = None) -> str:
    """The value of the `Authorization` field."""
    request = StationRequest(method=method, target=target, made_at_ms=now_ms, content_digest=content_digest)
    return f"{SCHEME} {to_base64(signed(PAYLOAD_TYPE, request, [key]))}"


def verify_request(
    field: str,
    *,
    method: str,
    target: str,
    now_ms: int,
    find: Callable[[str], PublicKey | None],
    content_digest: str | None = None,
) -> PublicKey:
    """Who asks.

    Args:
        field: The value of the `Authorization` field; empty where there is none.
        method: Of the question that came.
        target: Its path.
        now_ms: The hub's wall time.
        find: The key of a station or centre that may ask, by its id.
        content_digest: SHA-256 of the content that the question names; None where it has none.

    Raises:
        SignerUnknownError: None that may ask has the key that it names.
        ClockDiffersError: All is right but the time.
        NotSignedError: Its `reason` says why.
    """
    scheme, _, text = field.partition(" ")
    if scheme.lower() != SCHEME.lower() or len(field) > MAXIMUM_HEADER:
        raise NotSignedError(reason="the question is not signed")
    try:
        envelope = dsse.Envelope.parse(from_base64(text.strip(), field="Authorization"))
        found = (find(signature.key_id) for signature in envelope.signatures[:1])
        keys = [key for key in found if key is not None]
        if not keys:
            raise SignerUnknownError(reason="no active station signed it")
        (asker,) = dsse.verify(envelope, payload_type=PAYLOAD_TYPE, keys=keys)
        request = read_payload(StationRequest, envelope.payload)
    except dsse.NotEnoughSignaturesError as problem:
        raise NotSignedError(reason="no active station signed it") from problem
    except NotSignedError:
        raise
    except (BadEncodingError, PocusError) as problem:
        raise NotSignedError(reason=problem.code) from problem
    if (request.method, request.target, request.content_digest) != (method, target, content_digest):
        raise NotSignedError(reason="another question was signed")
    fresh_ms = FRESH_MS if content_digest is None else FRESH_WITH_CONTENT_MS
    if abs(now_ms - request.made_at_ms) > fresh_ms:
        raise ClockDiffersError(reason="the clocks of station and hub are too far apart")
    return asker
