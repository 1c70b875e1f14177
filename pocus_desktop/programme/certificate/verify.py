"""Whether a certificate is the academy's, and how it stands (formats/certificate 6). Pure; nothing is ever fetched.

1. The file is JSON of at most 64 KiB, no key twice, with exactly the contexts that are shipped (2.2).
2. It has exactly one proof, of the one suite, for the one purpose (3.1).
3. The key is named by the issuer's own name, and is one that the reader trusts; a revoked one is not believed, whatever
   day the proof tells: a thief writes any day.
4. The signature is this key's over this very document.
5. What it says has the form of this version; it was not signed in the future.
6. Revocation is told before expiry, expiry before suspension; a status that is not known, or old, is told as such.
7. A status list is verified as a certificate is. Of several the newest counts; it says of when it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pocus_desktop.crypto.data_integrity import Proof, read_proof, secure
from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SigningKey, WeakKeyError
from pocus_desktop.crypto.multibase import from_multikey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate import moments, status_list
from pocus_desktop.programme.certificate.address import Address
from pocus_desktop.programme.certificate.contexts import SHIPPED
from pocus_desktop.programme.certificate.document import Certificate
from pocus_desktop.programme.certificate.errors import BadCertificateError, BadStatusListError, UnknownContextError
from pocus_desktop.programme.certificate.status_list import StatusList

MAXIMUM_BYTES: Final = 64 * 1024
MAXIMUM_LIST_BYTES: Final = 1024 * 1024
SKEW_MS: Final = 10 * 60_000
"""By how much two computers' clocks may differ."""


class Verdict(StrEnum):
    """How a certificate stands; a value is the row of the words too."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    STATUS_UNKNOWN = "status-unknown"
    STATUS_OLD = "status-old"
    NOT_OURS = "not-ours"
    KEY_REVOKED = "key-revoked"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose signature counts.

    Attributes:
        keys: The academy's signing keys, retired ones too.
        revoked: Those that are believed no more.
    """

    keys: frozenset[PublicKey]
    revoked: frozenset[PublicKey] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found.

    Attributes:
        verdict: How it stands.
        certificate: What it says; None unless the academy signed it.
        as_of_ms: Of when the older of the two status lists is; None where one is missing.
        key_id: Of the key that signed; empty where none did that is trusted.
    """

    verdict: Verdict
    certificate: Certificate | None = None
    as_of_ms: int | None = None
    key_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A certificate that the academy signed, and by which key."""

    certificate: Certificate
    key_id: str


def sign(credential: Mapping[str, Json], key: SigningKey, address: Address, *, now_ms: int) -> bytes:
    """A credential with the academy's proof, as its canonical bytes."""
    proved = secure(credential, key, method=address.method(key.public), created=moments.told(now_ms))
    return canonical.encode(proved)


def read_json(data: bytes, *, maximum_bytes: int = MAXIMUM_BYTES) -> Mapping[str, Json]:
    """Rule 1, but for the contexts.

    Raises:
        BadCertificateError: The bytes are something else.
    """
    if len(data) > maximum_bytes:
        raise BadCertificateError(reason="the file is too large")
    try:
        document = canonical.decode(data)
    except BadJsonError as problem:
        raise BadCertificateError(reason="the file is not JSON, or says a thing twice") from problem
    if not isinstance(document, Mapping):
        raise BadCertificateError(reason="the file is not an object")
    return document


def verify(data: bytes, trust: Trust, *, now_ms: int, lists: Sequence[StatusList] = ()) -> Finding:
    """How a certificate stands; see the module for the rules.

    Args:
        data: The credential's bytes.
        trust: Whose signature counts.
        now_ms: The reader's wall time.
        lists: Status lists that were verified (`verified_list`).

    Raises:
        BadCertificateError, UnknownContextError: Rules 1 and 5.
        BadProofError: Rule 2.
    """
    found = signed(data, trust)
    return found if isinstance(found, Finding) else standing(found, now_ms=now_ms, lists=lists)


def signed(data: bytes, trust: Trust) -> Signed | Finding:
    """What the academy signed, whatever became of it; a finding where it did not sign this.

    Raises:
        BadCertificateError, UnknownContextError, BadProofError: As `verify`.
    """
    document = read_json(data)
    _require_known_contexts(document)
    key, is_genuine = _signer(document, trust)
    if key is None:
        return Finding(verdict=Verdict.NOT_OURS)
    if not is_genuine:
        return Finding(verdict=Verdict.ALTERED)
    if key in trust.revoked:
        return Finding(verdict=Verdict.KEY_REVOKED, key_id=key.key_id)
    return Signed(certificate=documents.of_credential(document), key_id=key.key_id)


def standing(found: Signed, *, now_ms: int, lists: Iterable[StatusList] = ()) -> Finding:
    """How something that the academy signed stands (rules 6 and 7)."""
    verdict, as_of_ms = _standing(found.certificate, lists, now_ms)
    return Finding(verdict=verdict, certificate=found.certificate, as_of_ms=as_of_ms, key_id=found.key_id)


def verified_list(data: bytes, trust: Trust, *, now_ms: int) -> StatusList:
    """A status list that the academy signed (rule 7).

    Raises:
        BadStatusListError: It is none, or of no trusted key, or altered, or from the future.
        PocusError: As `verify`.
    """
    document = read_json(data, maximum_bytes=MAXIMUM_LIST_BYTES)
    _require_known_contexts(document)
    key, is_genuine = _signer(document, trust)
    if key is None or not is_genuine or key in trust.revoked:
        raise BadStatusListError(reason="no trusted key of the academy signed it as it is")
    found = status_list.of_credential(document)
    if found.as_of_ms > now_ms + SKEW_MS:
        raise BadStatusListError(reason="it is of a time to come; is this computer's clock right?")
    return found


def _require_known_contexts(document: Mapping[str, Json]) -> None:
    contexts = document.get("@context")
    if not isinstance(contexts, list):
        raise BadCertificateError(reason="it has no contexts")
    for context in contexts:
        if not isinstance(context, str) or context not in SHIPPED:
            raise UnknownContextError(address=context if isinstance(context, str) else "?")


def _signer(document: Mapping[str, Json], trust: Trust) -> tuple[PublicKey | None, bool]:
    """The trusted key that the proof names, if any, and whether it made it (rules 2 to 4).

    Raises:
        BadProofError: Rule 2.
    """
    proof = read_proof(document)
    key = _named(document, proof)
    if key is None or (key not in trust.keys and key not in trust.revoked):
        return None, False
    return key, proof.is_by(key)


def _named(document: Mapping[str, Json], proof: Proof) -> PublicKey | None:
    """The key that a proof names, where it is named as the issuer's own."""
    controller, _, multikey = proof.method.partition("#")
    match document:
        case {"issuer": {"id": str(did)}} if did == controller:
            try:
                return from_multikey(multikey)
            except (BadKeyError, WeakKeyError):
                return None
    return None


def _standing(certificate: Certificate, lists: Iterable[StatusList], now_ms: int) -> tuple[Verdict, int | None]:
    """Rule 6."""
    newest: dict[str, StatusList] = {}
    for one in sorted(lists, key=lambda one: one.as_of_ms):
        newest[one.url] = one
    said: dict[str, bool] = {}
    used: list[StatusList] = []
    for purpose in documents.PURPOSES:
        found = newest.get(certificate.address.status_list(certificate.place.number, purpose))
        if found is None or found.purpose != purpose or found.did != certificate.address.did:
            continue
        bit = found.is_set(certificate.place.index)
        if bit is not None:
            said[purpose] = bit
            used.append(found)
    is_whole = len(used) == len(documents.PURPOSES)
    as_of_ms = min(one.as_of_ms for one in used) if is_whole else None
    return _verdict(certificate, said, now_ms, is_old=any(now_ms > one.until_ms for one in used)), as_of_ms


def _verdict(certificate: Certificate, said: Mapping[str, bool], now_ms: int, *, is_old: bool) -> Verdict:
    if said.get("revocation"):
        return Verdict.REVOKED
    if now_ms >= certificate.valid_until_ms + 1000:  # the last second counts to its end
        return Verdict.EXPIRED
    if now_ms < certificate.valid_from_ms:
        return Verdict.NOT_YET
    if said.get("suspension"):
        return Verdict.SUSPENDED
    if len(said) != len(documents.PURPOSES):
        return Verdict.STATUS_UNKNOWN
    return Verdict.STATUS_OLD if is_old else Verdict.VALID
