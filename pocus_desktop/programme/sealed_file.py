"""A file that proves something, as it goes to the academy: signed by the portfolio, sealed whole (formats/academy 9).

    magic | length of key id (2) | key id | HPKE of: length of statement (4) | statement | content

It is bytes, not JSON: a file is large. Whoever carries it, a network or a stick, carries the same bytes and brings the
same receipt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Moment, Part, bounded, checked, read_payload, signed
from pocus_desktop.admission.shape import Base64
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.documents.parts import AccountId, CandidateId, Sha256
from pocus_desktop.programme.sealing import NotForUsError

MAGIC: Final = b"POCUS evidence 1\n"
SEALED_FILE_TYPE: Final = "application/vnd.pocus.sealed-evidence.v1"
STATEMENT_TYPE: Final = "application/vnd.pocus.evidence.v1+json"
MAXIMUM_BYTES: Final = 32 * 1024 * 1024
"""Of a file."""

MAXIMUM_SEALED_BYTES: Final = MAXIMUM_BYTES + 64 * 1024
MOST_FILES: Final = 200
MOST_TOGETHER_BYTES: Final = 256 * 1024 * 1024
"""Of all files of an account at the academy."""

KEPT_DAYS: Final = 1827
"""So long the academy keeps a file, unless it is let go before: five years."""

_MB: Final = 1024**2
_INFO: Final = b"pocus evidence v1"
_RAW_KEY_BYTES: Final = 32
_MAXIMUM_ID_BYTES: Final = 120
_MAXIMUM_STATEMENT_BYTES: Final = 16 * 1024


def limits() -> dict[str, int]:
    """As they are told: MB of `each` file, number of `files`, MB of `all` together, `years` that they are kept."""
    return {
        "each": MAXIMUM_BYTES // _MB,
        "files": MOST_FILES,
        "all": MOST_TOGETHER_BYTES // _MB,
        "years": KEPT_DAYS // 365,
    }


class BadSealedFileError(PocusError):
    """What came is no file of a portfolio as it says."""

    code: ClassVar[str] = "portfolio.bad_sealed_file"
    blame: ClassVar[Blame] = Blame.CONTENT


class Statement(Part):
    """What the portfolio's key signs of a file.

    Attributes:
        candidate_id: The ID number that the academy gave the account.
        agreed_at_ms: When the candidate agreed that files go to the academy.
    """

    format: Literal[1] = 1
    account_id: AccountId
    candidate_id: CandidateId
    key: Base64
    sha256: Sha256
    size_bytes: int = Field(ge=1, le=MAXIMUM_BYTES)
    agreed_at_ms: Moment
    sent_at_ms: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that was verified; made by `read_file` alone."""

    account_id: str
    candidate_id: str
    key: PublicKey
    sha256: str
    agreed_at_ms: int
    content: bytes


def seal_file(
    content: bytes,
    *,
    account_id: str,
    candidate_id: str,
    signer: SigningKey,
    recipient: PublicKey,
    agreed_at_ms: int,
    now_ms: int,
) -> bytes:
    """What is sent: the same content sealed twice is two different files."""
    fields = {
        "account_id": account_id,
        "candidate_id": candidate_id,
        "key": signer.public.raw,
        "sha256": canonical.digest(content),
        "size_bytes": len(content),
        "agreed_at_ms": agreed_at_ms,
        "sent_at_ms": now_ms,
    }
    statement = signed(STATEMENT_TYPE, checked(Statement, fields), [signer])
    inner = len(statement).to_bytes(4, "big") + statement + content
    name = recipient.key_id.encode("ascii")
    return MAGIC + len(name).to_bytes(2, "big") + name + hpke.seal(recipient, inner, info=_INFO)


def open_file(data: bytes, openers: Iterable[SealingKey]) -> bytes:
    """The statement and the content inside, not verified yet.

    Raises:
        NotForUsError: It is sealed to none of these keys.
        BadSealedFileError: It is something else.
        CannotOpenSealedError: It was altered.
    """
    if not data.startswith(MAGIC) or len(data) > MAXIMUM_SEALED_BYTES:
        raise BadSealedFileError(reason="it is no sealed file")
    begins = len(MAGIC) + 2
    length = int.from_bytes(data[len(MAGIC) : begins], "big")
    if not 0 < length <= _MAXIMUM_ID_BYTES:
        raise BadSealedFileError(reason="it names no key")
    name = data[begins : begins + length]
    for key in openers:
        if key.public.key_id.encode("ascii") == name:
            return hpke.open_sealed(key, data[begins + length :], info=_INFO)
    raise NotForUsError


def read_file(inner: bytes) -> SentFile:
    """Verify a file by the key that it brings; whose key that is, is the hub's to know.

    Raises:
        BadSealedFileError: Another key signed it, or it is not what was signed.
        PocusError: The statement is none.
    """
    ends = 4 + int.from_bytes(inner[:4], "big")
    parsed = dsse.Envelope.parse(bounded(inner[4:ends], _MAXIMUM_STATEMENT_BYTES))
    said = read_payload(Statement, parsed.payload)
    if len(said.key) != _RAW_KEY_BYTES:
        raise BadSealedFileError(reason="it brings no key")
    try:
        key = PublicKey(algorithm="ed25519", raw=said.key)
        dsse.verify(parsed, payload_type=STATEMENT_TYPE, keys=[key])
    except (BadKeyError, dsse.NotEnoughSignaturesError) as problem:
        raise BadSealedFileError(reason="another key signed it") from problem
    content = inner[ends:]
    if (len(content), canonical.digest(content)) != (said.size_bytes, said.sha256):
        raise BadSealedFileError(reason="it is not what was signed")
    return SentFile(
        account_id=said.account_id,
        candidate_id=said.candidate_id,
        key=key,
        sha256=said.sha256,
        agreed_at_ms=said.agreed_at_ms,
        content=content,
    )
