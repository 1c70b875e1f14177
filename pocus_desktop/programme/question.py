"""What a portfolio asks the academy by a stick, and the academy's answer (formats/portfolio 6).

The question is signed by the portfolio and sealed to the academy, as submissions are. It brings the key that the answer
is sealed to: the answer is signed first, and nobody between them learns whose either is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Moment, Pair, Part, bounded, checked, read_payload, signed
from pocus_desktop.admission.shape import Base64
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.derive import hkdf
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.documents.parts import CertificateId, Sha256
from pocus_desktop.programme.sealing import open_envelope, seal_envelope

QUESTION_TYPE: Final = "application/vnd.pocus.portfolio-question.v1+json"
ANSWER_TYPE: Final = "application/vnd.pocus.portfolio-answer.v1+json"
MAXIMUM_QUESTION_BYTES: Final = 1024 * 1024
MAXIMUM_SEALED_QUESTION_BYTES: Final = 4 * 1024 * 1024
MAXIMUM_ANSWER_BYTES: Final = 48 * 1024 * 1024
HEAD_BYTES: Final = hpke.OVERHEAD_BYTES
"""Of an answer: by these alone its portfolio knows it."""

_MOST_SUBMISSIONS: Final = 4000
_MOST_PAPERS: Final = 400
_KEY: Final = b"pocus portfolio answer key v1"
_QUESTION: Final = b"pocus portfolio question v1"
_HEAD: Final = b"pocus portfolio answer head v1"
_BODY: Final = b"pocus portfolio answer v1"


class BadQuestionError(PocusError):
    """It is not signed by the key that it brings."""

    code: ClassVar[str] = "portfolio.bad_question"
    blame: ClassVar[Blame] = Blame.CONTENT


class BadAnswerError(PocusError):
    """What came back for this portfolio was cut or altered, or is by nobody whom it believes."""

    code: ClassVar[str] = "portfolio.bad_answer"
    blame: ClassVar[Blame] = Blame.CONTENT


class Which(Part):
    """The paper of a certificate in a language."""

    certificate_id: CertificateId
    language: Literal["en", "es"]


class Question(Pair):
    """What is signed by `signing`; `sealing` is what the answer is sealed to.

    Attributes:
        asked_at_ms: Each of a portfolio's is later than the one before.
        submissions: Those that wait for a receipt, by digest, in the order in which they are to be taken.
        has: Papers that need not be sent.
    """

    format: Literal[1] = 1
    asked_at_ms: Moment
    submissions: tuple[Sha256, ...] = Field(default=(), max_length=_MOST_SUBMISSIONS)
    has: tuple[Which, ...] = Field(default=(), max_length=_MOST_PAPERS)


class Received(Part):
    """A submission that the academy has, with its receipt."""

    digest: Sha256
    receipt: Base64


class Refused(Part):
    """A submission that it does not take, with the code of why."""

    digest: Sha256
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]+(?:\.[a-z0-9_]+)+$", max_length=80)]


class SetPaper(Which):
    """The paper of a certificate, as `papers.sign_paper` made it."""

    paper: Base64


class Answer(Part):
    """What is signed.

    Attributes:
        question: Digest of the question's envelope.
        asked_at_ms: As the question says.
        papers: What the academy has for the account, as it is fetched; None where it knows no account of the key.
    """

    format: Literal[1] = 1
    question: Sha256
    asked_at_ms: Moment
    given_at_ms: Moment
    received: tuple[Received, ...] = ()
    refused: tuple[Refused, ...] = ()
    papers: Base64 | None = None
    certificate_papers: tuple[SetPaper, ...] = ()

    @property
    def as_of(self) -> tuple[int, int]:
        """Which of two is newer: that to the later question, then the one given later."""
        return self.asked_at_ms, self.given_at_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of submissions, by their digests.

    Attributes:
        receipts: Of those that the academy has.
        refusals: Codes of why it does not take others.
    """

    receipts: Mapping[str, bytes]
    refusals: Mapping[str, str]


def answer_key(key: SigningKey) -> SealingKey:
    """What answers to a portfolio are sealed to: derived from its key, so that it can be made again from that alone."""
    return SealingKey.from_seed(hkdf(key.seed, info=_KEY))


def sign_question(
    signer: SigningKey, *, asked_at_ms: int, submissions: Sequence[str], has: Iterable[tuple[str, str]]
) -> bytes:
    """The signed envelope of a question.

    Raises:
        BadDocumentError: There are more submissions than one asks for.
    """
    fields = {
        "signing": signer.public,
        "sealing": answer_key(signer).public,
        "asked_at_ms": asked_at_ms,
        "submissions": tuple(submissions),
        "has": tuple({"certificate_id": one, "language": language} for one, language in has),
    }
    return signed(QUESTION_TYPE, checked(Question, fields), [signer])


def seal_question(envelope: bytes, recipients: Iterable[PublicKey]) -> bytes:
    """What lies on a stick."""
    return seal_envelope(envelope, recipients, label=_QUESTION)


def open_question(data: bytes, openers: Iterable[SealingKey]) -> bytes:
    """The signed envelope inside, not verified yet.

    Raises:
        NotForUsError: It is sealed to none of these keys.
        PocusError: It is no question, or was altered.
    """
    return open_envelope(data, openers, label=_QUESTION, maximum_bytes=MAXIMUM_SEALED_QUESTION_BYTES)


def read_question(envelope: bytes) -> Question:
    """Verify a question by the key that it brings; whose that is, is the hub's to know.

    Raises:
        BadQuestionError: Another key signed it.
        BadDocumentError, NewerDocumentError: It is something else.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_QUESTION_BYTES))
    question = read_payload(Question, parsed.payload)
    try:
        dsse.verify(parsed, payload_type=QUESTION_TYPE, keys=[question.signing])
    except dsse.NotEnoughSignaturesError as problem:
        raise BadQuestionError from problem
    return question


def give_answer(
    question: Question,
    name: str,
    outcomes: Outcomes,
    signers: Sequence[SigningKey],
    *,
    papers: bytes | None,
    certificate_papers: Iterable[tuple[str, str, bytes]],
    now_ms: int,
) -> bytes:
    """The answer to a question, signed and then sealed to whoever asked.

    Args:
        question: What was asked.
        name: Digest of its envelope.
        outcomes: Of submissions of the same key alone.
        signers: The academy's: today's key, and retired ones that count, for portfolios that know only those.
        papers: What the academy has for the account; None where there is none of that key.
        certificate_papers: Id, language and envelope of each.
        now_ms: Wall time.
    """
    fields = {
        "question": name,
        "asked_at_ms": question.asked_at_ms,
        "given_at_ms": now_ms,
        "received": tuple({"digest": one, "receipt": receipt} for one, receipt in outcomes.receipts.items()),
        "refused": tuple({"digest": one, "code": code} for one, code in outcomes.refusals.items()),
        "papers": papers,
        "certificate_papers": tuple(
            {"certificate_id": one, "language": language, "paper": paper} for one, language, paper in certificate_papers
        ),
    }
    envelope = signed(ANSWER_TYPE, checked(Answer, fields), signers)
    body = hpke.seal(question.sealing, envelope, info=_info(_BODY, name))
    return hpke.seal(question.sealing, b"", info=_info(_HEAD, name)) + body


def is_answer_to(key: SealingKey, name: str, head: bytes) -> bool:
    """Whether an answer is sealed to this key, by its first bytes."""
    try:
        hpke.open_sealed(key, head[:HEAD_BYTES], info=_info(_HEAD, name))
    except hpke.CannotOpenSealedError:
        return False
    return True


def read_answer(data: bytes, key: SealingKey, name: str, hubs: Iterable[PublicKey]) -> Answer:
    """Open and verify an answer.

    Raises:
        BadAnswerError: It was cut or altered, is to another portfolio or question, or no trusted key signed it.
    """
    try:
        envelope = hpke.open_sealed(key, data[HEAD_BYTES:], info=_info(_BODY, name))
        parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_ANSWER_BYTES))
        dsse.verify(parsed, payload_type=ANSWER_TYPE, keys=hubs)
        answer = read_payload(Answer, parsed.payload)
    except PocusError as problem:
        raise BadAnswerError(reason=problem.code) from problem
    if answer.question != name:
        raise BadAnswerError(reason="it is to another question")
    return answer


def _info(label: bytes, name: str) -> bytes:
    return label + b"\x00" + name.encode("ascii")
