"""What the signed documents of enrolment, rosters and walk-ins share: parts, and how they are read and refused."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pocus_desktop.admission.shape import Key, first_fault
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.errors import Blame, PocusError

FORMAT: Final = 1
MAXIMUM_BYTES: Final = 1024 * 1024
"""The largest document but a roster; the root of a trust is a few KiB."""

CentreId = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
EnrolmentId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]


class BadDocumentError(PocusError):
    """A signed request, grant, roster or allowance does not say what it must say."""

    code: ClassVar[str] = "enrolment.bad_document"
    blame: ClassVar[Blame] = Blame.CONTENT


class NewerDocumentError(PocusError):
    """A signed request, grant, roster or allowance was written by a newer program."""

    code: ClassVar[str] = "enrolment.newer_document"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class Part(BaseModel):
    """Frozen, and keeps fields of later programs."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow", arbitrary_types_allowed=True)


class Pair(Part):
    """The two public keys of a station or centre."""

    signing: Key
    sealing: Key

    @model_validator(mode="after")
    def _kinds(self) -> "Pair":
        if (self.signing.algorithm, self.sealing.algorithm) != ("ed25519", "x25519"):
            raise ValueError("a signing and a sealing key are needed")
        return self

    @property
    def is_of(self) -> tuple[str, str]:
        """The ids of both keys."""
        return self.signing.key_id, self.sealing.key_id


class Centre(Pair):
    """A centre as its stations know it."""

    centre_id: CentreId
    name: Name


_Document = TypeVar("_Document", bound=Part)


def signed(payload_type: str, document: Part, signers: Iterable[SigningKey]) -> bytes:
    """The envelope of a document."""
    return dsse.sign(payload_type, canonical.encode(document.model_dump(mode="json")), signers).to_bytes()


def checked(model: type[_Document], fields: object) -> _Document:
    """A document from its fields.

    Raises:
        BadDocumentError: They do not fit; names the first that does not, never its value.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as problem:
        raise BadDocumentError(reason=first_fault(problem)) from problem


def read_payload(model: type[_Document], payload: bytes) -> _Document:
    """A document from the payload of its envelope; the caller verifies the signatures.

    Raises:
        BadDocumentError: It is something else.
        NewerDocumentError: A newer program wrote it.
    """
    try:
        document = canonical.decode(payload)
    except canonical.BadJsonError as problem:
        raise BadDocumentError(reason="it is not JSON") from problem
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise NewerDocumentError(found=found, known=FORMAT)
    return checked(model, document)


def bounded(envelope: bytes, maximum_bytes: int = MAXIMUM_BYTES) -> bytes:
    """The bytes themselves.

    Raises:
        BadDocumentError: There are more than any document of the kind has.
    """
    if len(envelope) > maximum_bytes:
        raise BadDocumentError(reason="it is larger than any is")
    return envelope
