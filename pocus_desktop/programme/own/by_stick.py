"""A portfolio and the academy where no network reaches it: somebody carries a stick (formats/portfolio 6).

    <stick>/submissions/<sha256>    a sealed submission, as it would be sent
    <stick>/questions/<sha256>      what is new for me?
    <stick>/answers/<sha256>        the answer to the question of that name; removed once a later one was taken
    <stick>/files/<sha256>          a file that proves something, sealed; removed once its receipt is here

It carries the very documents that a network carries, and `sync_once` does the rest.
"""

from typing import ClassVar, Final, Protocol

from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.own.asking import AsOf
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.sending import OF_DOCUMENTS
from pocus_desktop.programme.own.sending_files import OF_FILES
from pocus_desktop.programme.question import HEAD_BYTES, MAXIMUM_ANSWER_BYTES, Answer

SUBMISSIONS: Final = "submissions"
QUESTIONS: Final = "questions"
ANSWERS: Final = "answers"
FILES: Final = "files"
_UNKNOWN: Final = "hub.unknown_sender"


class NothingForAnyoneError(PocusError):
    """A stick has no answers of an academy."""

    code: ClassVar[str] = "portfolio.stick_without_answers"
    blame: ClassVar[Blame] = Blame.USER


class StickOfAnotherError(PocusError):
    """A stick has answers, and none is for this portfolio."""

    code: ClassVar[str] = "portfolio.stick_of_another"
    blame: ClassVar[Blame] = Blame.USER


class RefusedByStickError(PocusError):
    """The academy does not take a submission; `reason` is its code."""

    code: ClassVar[str] = "portfolio.refused_by_stick"
    blame: ClassVar[Blame] = Blame.CONTENT

    def explain(self, language: str = "en") -> words.Explanation:
        """The academy's reason in our words; our own where we have none for it."""
        reason = str(self.params["reason"])
        return words.explain(reason, {}, language) if words.has(f"errors.{reason}.what") else super().explain(language)


class OnItsWayError(PocusError):
    """It lies on a stick, and what the academy says to it has still to come."""

    code: ClassVar[str] = "portfolio.on_its_way"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class Stick(Protocol):
    """A folder that somebody carries."""

    def names(self, kind: str) -> tuple[str, ...]:
        """What lies there of a kind, in order; names that are no digest are passed over.

        Raises:
            PocusError: It cannot be read.
        """

    def head(self, kind: str, name: str, size: int) -> bytes:
        """The first bytes of one; fewer where it is shorter, none where it cannot be read."""

    def read(self, kind: str, name: str, limit: int) -> bytes:
        """One of them; no more than so many bytes and one.

        Raises:
            PocusError: It cannot be read.
        """

    def put(self, kind: str, name: str, data: bytes) -> None:
        """Write one: whole or not at all, durable and read back when this returns.

        Raises:
            PocusError: The stick does not take it.
        """

    def put_once(self, kind: str, name: str, data: bytes) -> None:
        """As `put`, where the name is the digest of the bytes; what is there already is left.

        Raises:
            PocusError: The stick does not take it.
        """

    def remove(self, kind: str, name: str) -> None:
        """Take one away, to make room; where that cannot be, it stays."""


class StickCarrier:
    """Carries to a stick what waits, and from it what came; a `PortfolioCarrier`, and a `FileCarrier`.

    Args:
        desk: The portfolio.
        stick: It has been plugged in.
        is_writing: Also write what waits; else the stick is only read, and may be locked.

    Raises:
        NothingForAnyoneError, StickOfAnotherError, BadAnswerError: It is only read, and nothing on it is for this
            portfolio.
        PocusError: It cannot be read.
    """

    divides_into = 50
    """A refused submission: two more ways there and back find one document of two thousand."""

    def __init__(self, desk: PortfolioDesk, stick: Stick, *, is_writing: bool) -> None:
        self._desk, self._stick, self._is_writing = desk, stick, is_writing
        self._fault: PocusError | None = None
        names = stick.names(ANSWERS)
        found = (self._answer(name) for name in names)
        self._answers = sorted((one for one in found if one is not None), key=lambda one: one.as_of)
        self._written: list[str] = []
        self._is_waiting = False
        self._is_news = bool(self._answers) and self._answers[-1].as_of > desk.asking.taken
        self._refusals = {one.digest: one.code for one in self._answers[-1].refused} if self._is_news else {}
        if not is_writing and not self._answers:
            raise self.fault or (StickOfAnotherError() if names else NothingForAnyoneError())
        self._follow_keys()

    academy_ms = None
    """Nobody says what time it is."""

    @property
    def as_of(self) -> AsOf:
        """How new it is what the stick brings."""
        return self._answers[-1].as_of if self._answers else (0, 0)

    @property
    def fault(self) -> PocusError | None:
        """Why an answer to this portfolio could not be taken; None where all could."""
        return self._fault

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """The receipt that came, or leave the submission on the stick.

        Raises:
            RefusedByStickError: The academy refused it.
            OnItsWayError: It lies on the stick, or where it was carried before.
            PocusError: The stick does not take it.
        """
        receipt = self._receipt(digest, OF_DOCUMENTS)
        if receipt is not None:
            return receipt
        if self._is_writing:
            self._stick.put(SUBMISSIONS, digest, sealed)
            self._written.append(digest)
        self._is_waiting = True
        raise OnItsWayError

    def deliver_file(self, sealed: bytes, digest: str, **_of_links: object) -> bytes:
        """The receipt of a sealed file that came, or leave the file on the stick.

        Raises:
            RefusedByStickError, OnItsWayError, PocusError: As `deliver`.
        """
        receipt = self._receipt(digest, OF_FILES)
        if receipt is not None:
            return receipt
        if self._is_writing:
            self._stick.put_once(FILES, digest, sealed)
        raise OnItsWayError

    def refusal(self, error: PocusError) -> str:
        """The code by which the academy said no; empty where it did not."""
        return str(error.params["reason"]) if isinstance(error, RefusedByStickError) else ""

    def is_on_its_way(self, error: PocusError) -> bool:
        """Whether nothing went wrong, and the answer has still to come."""
        return isinstance(error, OnItsWayError)

    def papers(self) -> bytes:
        """What the newest answer brought; the next question is left on the stick.

        Raises:
            OnItsWayError: No answer has come yet.
            RefusedByStickError: The academy knows no portfolio of this key.
            PocusError: The stick does not take the question.
        """
        if self._is_writing:
            for answer in self._answers:  # files are large, and of these the academy has its own
                for one in answer.received:
                    self._stick.remove(FILES, one.digest)
            taken = self._desk.asking.taken
            for answer in self._answers:  # all that they bring is in the one that was taken, or is asked for again
                if answer.as_of < taken:
                    self._stick.remove(ANSWERS, answer.question)
            name, data = self._desk.question(self._written)
            self._stick.put(QUESTIONS, name, data)
        if not self._answers:
            raise OnItsWayError
        papers = self._answers[-1].papers
        if papers is None:
            if self._is_writing or self._is_waiting or not self._is_news:  # the account itself has still to arrive
                raise OnItsWayError
            raise RefusedByStickError(reason=_UNKNOWN)
        return papers

    def certificate_paper(self, certificate_id: str, language: str) -> bytes:
        """A certificate's paper, of the newest answer; an older one may have that of another writing.

        Raises:
            OnItsWayError: It has none, or is older than what is here.
        """
        if self.as_of == self._desk.asking.taken:
            for one in self._answers[-1].certificate_papers:
                if (one.certificate_id, one.language) == (certificate_id, language):
                    return one.paper
        raise OnItsWayError

    def _receipt(self, digest: str, looked_at: frozenset[str]) -> bytes | None:
        """The receipt that came; None where none has.

        Args:
            digest: Of what it is for.
            looked_at: Codes by which the academy refuses this very thing. By any other the same may go again, and
                does, where the stick is written to.

        Raises:
            RefusedByStickError: The academy refused it.
        """
        for answer in self._answers:
            for one in answer.received:
                if one.digest == digest:
                    return one.receipt
        code = self._refusals.get(digest, "")
        if code in looked_at or (code and not self._is_writing):
            raise RefusedByStickError(reason=code)
        return None

    def _follow_keys(self) -> None:
        """Before receipts are taken: they may be by a key that the same answer tells of."""
        papers = self._answers[-1].papers if self._answers else None
        if papers is None:
            return
        try:
            self._desk.follow_keys(papers)
        except PocusError as error:  # told when the papers are taken
            log.failure(error)

    def _answer(self, name: str) -> Answer | None:
        """An answer, where it is for this portfolio."""
        if not self._desk.asking.is_mine(name, self._stick.head(ANSWERS, name, HEAD_BYTES)):
            return None
        try:
            data = self._stick.read(ANSWERS, name, MAXIMUM_ANSWER_BYTES)
            return self._desk.asking.answer(name, data, self._desk.require_academy().verifiers)
        except PocusError as error:
            log.failure(error)
            self._fault = error
            return None
