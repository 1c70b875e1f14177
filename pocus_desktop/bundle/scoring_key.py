"""The scoring key of a bundle: right answers and rubrics, in a file of their own, sealed to the academy.

A `.scoringkey` is a JSON document with a DSSE envelope inside an HPKE message (formats/bundle 10): signed first, so
that the academy knows whose key it scores by, then sealed, so that no one else reads it. The bundle's id and version
stand outside for finding it, are bound by the sealing, and stand inside under the signature.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.bundle.errors import (
    BadSourceError,
    ScoringKeyInvalidError,
    ScoringKeyMismatchError,
    require_known_format,
)
from pocus_desktop.bundle.manifest import LARGEST_INTEGER
from pocus_desktop.crypto.dsse import Envelope, sign, verify
from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.hpke import open_sealed, seal
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.ids import NAME

FORMAT: Final = 1
SUFFIX: Final = ".scoringkey"
PAYLOAD_TYPE: Final = "application/vnd.pocus.scoringkey.v1+json"
MAXIMUM_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringKeyLabel:
    """What the outside of a scoring key file says; believed only once it is opened.

    Attributes:
        bundle_id: Of the bundle it scores.
        version: Of the bundle it scores.
        recipient: The key id that can open it.
    """

    bundle_id: str
    version: int
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringKeyFile:
    """An opened scoring key.

    Attributes:
        bundle_id: Of the bundle it scores.
        version: Of the bundle it scores.
        data: What was sealed.
        signers: The trusted keys that signed it.
    """

    bundle_id: str
    version: int
    data: bytes = field(repr=False)
    signers: tuple[PublicKey, ...]


def seal_scoring_key(
    data: bytes, *, bundle_id: str, version: int, recipient: PublicKey, signers: Iterable[SigningKey]
) -> bytes:
    """The bytes of a scoring key file. Sealing draws fresh randomness: twice the same key gives two files.

    Args:
        data: The scoring key, in the format of whoever scores.
        bundle_id: Of the bundle it scores.
        version: Of the bundle it scores.
        recipient: The academy's X25519 key.
        signers: Who vouches for it; at least one.

    Raises:
        BadSourceError: Id, version or signers do not fit.
        PocusError: `crypto.*`, where the recipient's key is of another kind.
    """
    keys = tuple(signers)
    if not NAME.fullmatch(bundle_id) or not 1 <= version <= LARGEST_INTEGER:
        raise BadSourceError(field="bundle_id or version", reason="has the wrong form")
    if not keys:
        raise BadSourceError(field="signers", reason="is empty")
    payload: dict[str, Json] = {
        "format": FORMAT,
        "bundle_id": bundle_id,
        "version": version,
        "scoring_key": to_base64(data),
    }
    signed = sign(PAYLOAD_TYPE, canonical.encode(payload), keys).to_bytes()
    sealed = seal(recipient, signed, info=_info(bundle_id, version))
    return canonical.encode(
        {
            "format": FORMAT,
            "type": PAYLOAD_TYPE,
            "bundle_id": bundle_id,
            "version": version,
            "recipient": recipient.key_id,
            "sealed": to_base64(sealed),
        }
    )


def read_label(file: bytes) -> ScoringKeyLabel:
    """Which bundle a scoring key says it is for, and who can open it.

    Raises:
        FormatTooNewError: It is written in a later format.
        ScoringKeyInvalidError: It is no scoring key file.
    """
    return _outside(file)[0]


def open_scoring_key(
    file: bytes, key: SealingKey, *, bundle_id: str, version: int, keys: Iterable[PublicKey], threshold: int = 1
) -> ScoringKeyFile:
    """Open a scoring key for one version of one bundle.

    Args:
        file: The file's bytes.
        key: The academy's sealing key.
        bundle_id: Of the bundle that is being scored.
        version: Of the bundle that is being scored.
        keys: Who may sign scoring keys.
        threshold: How many distinct of them must have.

    Raises:
        FormatTooNewError: It is written in a later format.
        ScoringKeyInvalidError: It is no scoring key file.
        ScoringKeyMismatchError: It is another bundle's or version's.
        PocusError: `crypto.cannot_open_sealed`, `crypto.not_enough_signatures`, …
    """
    label, sealed = _outside(file)
    _require_match(label.bundle_id, label.version, bundle_id, version)
    envelope = Envelope.parse(open_sealed(key, sealed, info=_info(bundle_id, version)))
    signers = verify(envelope, payload_type=PAYLOAD_TYPE, keys=keys, threshold=threshold)
    match _decoded(envelope.payload):
        case {
            "format": int(found),
            "bundle_id": str(inner_id),
            "version": int(inner),
            "scoring_key": str(text),
        } if found == FORMAT:
            _require_match(inner_id, inner, bundle_id, version)
            return ScoringKeyFile(bundle_id=bundle_id, version=version, data=_bytes(text), signers=signers)
    raise ScoringKeyInvalidError(reason="its signed part has the wrong form")


def _outside(file: bytes) -> tuple[ScoringKeyLabel, bytes]:
    if len(file) > MAXIMUM_BYTES:
        raise ScoringKeyInvalidError(reason="it is too large")
    match _decoded(file):
        case {
            "format": int(found),
            "type": str(kind),
            "bundle_id": str(bundle_id),
            "version": int(version),
            "recipient": str(recipient),
            "sealed": str(sealed),
        } if found == FORMAT and kind == PAYLOAD_TYPE and NAME.fullmatch(bundle_id):
            return ScoringKeyLabel(bundle_id=bundle_id, version=version, recipient=recipient), _bytes(sealed)
    raise ScoringKeyInvalidError(reason="it has the wrong form")


def _info(bundle_id: str, version: int) -> bytes:
    return canonical.encode([PAYLOAD_TYPE, bundle_id, version])


def _decoded(data: bytes) -> Json:
    try:
        document = canonical.decode(data)
    except BadJsonError as problem:
        raise ScoringKeyInvalidError(reason="it is not JSON") from problem
    require_known_format(document, known=FORMAT, file=SUFFIX)
    return document


def _bytes(text: str) -> bytes:
    try:
        return from_base64(text, field="scoring_key")
    except BadEncodingError as problem:
        raise ScoringKeyInvalidError(reason="it is not base64") from problem


def _require_match(offered_id: str, offered: int, bundle_id: str, version: int) -> None:
    if (offered_id, offered) != (bundle_id, version):
        raise ScoringKeyMismatchError(offered_bundle=offered_id, offered=offered, bundle=bundle_id, version=version)
