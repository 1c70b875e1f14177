"""What the academy has for a portfolio, as it is fetched or carried (formats/academy 3.6, 3.7).

The whole is not signed; each part of it is: documents and paper in envelopes, certificates and status lists by their
own proofs. Whoever reads it verifies each.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Part, bounded, checked, read_payload, signed
from pocus_desktop.admission.shape import Base64
from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.documents.parts import CandidateId, CertificateId

PAPERS_TYPE: Final = "application/vnd.pocus.portfolio-papers.v1+json"
PAPER_TYPE: Final = "application/vnd.pocus.certificate-paper.v1+json"
MAXIMUM_PAPERS_BYTES: Final = 16 * 1024 * 1024
MAXIMUM_PAPER_BYTES: Final = 8 * 1024 * 1024
PAPER_LANGUAGES: Final = ("en", "es")
"""In which the academy sets certificates."""


class BadPaperError(PocusError):
    """What came is no paper of the academy for this certificate."""

    code: ClassVar[str] = "portfolio.bad_paper"
    blame: ClassVar[Blame] = Blame.CONTENT


class GivenCertificate(Part):
    """A certificate, and what opens its commitments (formats/certificate 4.2)."""

    credential: Base64
    openings: tuple[Base64, ...] = Field(default=(), max_length=len(ContentArea))


class Papers(Part):
    """What the academy has for an account.

    Attributes:
        candidate_id: Its ID number; None while a person has to look first.
        papers: Envelopes of documents that the academy signed, the oldest first.
        certificates: Those of the ID number.
        status_lists: Those that the certificates have their places in, as of now.
        keys: What the academy says of its keys (`programme.academy_keys`).
    """

    format: Literal[1] = 1
    candidate_id: CandidateId | None = None
    papers: tuple[Base64, ...] = ()
    certificates: tuple[GivenCertificate, ...] = ()
    status_lists: tuple[Base64, ...] = ()
    keys: Base64 | None = None


class CertificatePaper(Part):
    """The paper of a certificate (formats/certificate 7), signed by the academy so that it can be carried."""

    format: Literal[1] = 1
    certificate_id: CertificateId
    language: Literal["en", "es"]
    pdf: Base64


def write_papers(
    candidate_id: str | None,
    envelopes: Iterable[bytes],
    *,
    certificates: Iterable[tuple[bytes, Sequence[bytes]]] = (),
    status_lists: Iterable[bytes] = (),
    keys: bytes | None = None,
) -> bytes:
    """What the academy has for an account, as it is fetched.

    Args:
        candidate_id: Its ID number.
        envelopes: Documents that the academy signed.
        certificates: Each credential, with its openings.
        status_lists: Signed lists.
        keys: What the academy says of its keys.
    """
    given = [{"credential": credential, "openings": tuple(openings)} for credential, openings in certificates]
    fields = {
        "candidate_id": candidate_id,
        "papers": tuple(envelopes),
        "certificates": given,
        "status_lists": tuple(status_lists),
        "keys": keys,
    }
    return canonical.encode(checked(Papers, fields).model_dump(mode="json"))


def read_papers(data: bytes) -> Papers:
    """What was fetched; each part is still to be verified.

    Raises:
        BadDocumentError, NewerDocumentError: It is something else.
    """
    return read_payload(Papers, bounded(data, MAXIMUM_PAPERS_BYTES))


def sign_paper(certificate_id: str, language: str, pdf: bytes, signer: SigningKey) -> bytes:
    """The envelope of a certificate's paper."""
    fields = {"certificate_id": certificate_id, "language": language, "pdf": pdf}
    return signed(PAPER_TYPE, checked(CertificatePaper, fields), [signer])


def read_paper(envelope: bytes, hubs: Iterable[PublicKey], *, certificate_id: str, language: str) -> bytes:
    """The PDF of a certificate's paper.

    Raises:
        BadPaperError: No trusted key signed it, it is another's, or it is no paper at all.
    """
    try:
        parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_PAPER_BYTES))
        dsse.verify(parsed, payload_type=PAPER_TYPE, keys=hubs)
        paper = read_payload(CertificatePaper, parsed.payload)
    except PocusError as problem:
        raise BadPaperError(reason=problem.code) from problem
    if (paper.certificate_id, paper.language) != (certificate_id, language):
        raise BadPaperError(reason="it is of another certificate")
    return paper.pdf
