"""Data Integrity proofs of the suite `eddsa-jcs-2022` (W3C vc-di-eddsa 3.3; formats/certificate 3).

A proof signs 64 bytes: SHA-256 of the canonical proof without its value, then SHA-256 of the canonical document without
its proof. No other thing that the academy signs has that form (docs/adr/0208).

Reading a proof, in this order:

1. The document has exactly one proof, an object of the members of this suite, each once.
2. Its type, its suite and its purpose are the only ones that are known here; nothing in it chooses an algorithm.
3. Its contexts are the document's own, all of them.
4. Its value is 64 bytes in base 58.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from pocus_desktop.crypto.encoding import BadEncodingError
from pocus_desktop.crypto.keys import SIGNATURE_BYTES, PublicKey, SigningKey
from pocus_desktop.crypto.multibase import from_base58, to_base58
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json, NotCanonicalError
from pocus_desktop.kernel.errors import Blame, PocusError

TYPE: Final = "DataIntegrityProof"
SUITE: Final = "eddsa-jcs-2022"
PURPOSE: Final = "assertionMethod"
_CONTEXT: Final = "@context"
_MEMBERS: Final = frozenset(
    {_CONTEXT, "type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}
)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MAXIMUM_METHOD: Final = 500


class BadProofError(PocusError):
    """A document has no proof that this program reads."""

    code: ClassVar[str] = "crypto.bad_proof"
    blame: ClassVar[Blame] = Blame.CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof that is well formed, and not verified by being here.

    Attributes:
        method: Names the key: whose it is, `#`, which.
        created: When, as it is written there (UTC).
        signed: The bytes that were signed.
        value: The signature.
    """

    method: str
    created: str
    signed: bytes
    value: bytes

    def is_by(self, key: PublicKey) -> bool:
        """Whether a key made it over this very document."""
        return key.verifies(self.value, self.signed)


def secure(document: Mapping[str, Json], key: SigningKey, *, method: str, created: str) -> dict[str, Json]:
    """The document with a proof.

    Args:
        document: Without one.
        key: Signs.
        method: Names the key in the proof.
        created: A moment of UTC, to the second.

    Raises:
        NotCanonicalError: RFC 8785 cannot express the document.
    """
    proof: dict[str, Json] = {
        "type": TYPE,
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    if _CONTEXT in document:
        proof[_CONTEXT] = document[_CONTEXT]
    value = to_base58(key.sign(_signed(document, proof)))
    return {**document, "proof": {**proof, "proofValue": value}}


def read_proof(document: Mapping[str, Json]) -> Proof:
    """The proof of a document; see the module for the rules.

    Raises:
        BadProofError: A rule is broken, or the document cannot be made canonical.
    """
    proof = document.get("proof")
    if not isinstance(proof, Mapping):
        raise BadProofError(reason="not exactly one proof")
    if not _MEMBERS - {_CONTEXT} <= set(proof) <= _MEMBERS:
        raise BadProofError(reason="members that the suite does not have, or not all that it has")
    for name, only in (("type", TYPE), ("cryptosuite", SUITE), ("proofPurpose", PURPOSE)):
        if proof[name] != only:
            raise BadProofError(reason=f"{name} is not {only}")
    if proof.get(_CONTEXT) != document.get(_CONTEXT):
        raise BadProofError(reason="its contexts are not the document's")
    created, method, value = proof["created"], proof["verificationMethod"], proof["proofValue"]
    if not isinstance(created, str) or _MOMENT.fullmatch(created) is None:
        raise BadProofError(reason="created is no moment of UTC")
    if not isinstance(method, str) or len(method) > _MAXIMUM_METHOD:
        raise BadProofError(reason="verificationMethod is no address")
    try:
        signature = from_base58(value if isinstance(value, str) else "", field="proofValue")
    except BadEncodingError as problem:
        raise BadProofError(reason="proofValue is not base 58") from problem
    if len(signature) != SIGNATURE_BYTES:
        raise BadProofError(reason="proofValue is not 64 bytes")
    bare = {name: member for name, member in document.items() if name != "proof"}
    options = {name: member for name, member in proof.items() if name != "proofValue"}
    try:
        signed = _signed(bare, options)
    except (NotCanonicalError, RecursionError) as problem:
        raise BadProofError(reason="the document has no canonical form") from problem
    return Proof(method=method, created=created, signed=signed, value=signature)


def _signed(document: Mapping[str, Json], options: Mapping[str, Json]) -> bytes:
    return b"".join(hashlib.sha256(canonical.encode(part)).digest() for part in (options, document))
