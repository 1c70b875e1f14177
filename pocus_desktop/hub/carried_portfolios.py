"""Portfolios that come by a stick: submissions and files are taken, questions answered (formats/portfolio 6.4).

1. Of the questions of one key the one asked last is answered; what else lies there is of earlier ways.
2. Submissions are taken in the order that questions name, then those that none names, then files. One that is refused
   holds up no other.
3. An answer tells of what its own key signed, or its own account sent, and of nothing else.
4. It is sealed to the key that the question brings: whoever leaves somebody else's question here learns nothing.
"""

from dataclasses import dataclass
from typing import Final

from pocus_desktop.hub.carried import Carried
from pocus_desktop.hub.errors import NameMismatchError, StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.question import (
    MAXIMUM_SEALED_QUESTION_BYTES,
    Outcomes,
    Question,
    give_answer,
    open_question,
    read_question,
)
from pocus_desktop.programme.sealed_file import MAXIMUM_SEALED_BYTES as MAXIMUM_SEALED_FILE_BYTES
from pocus_desktop.programme.sealed_file import open_file, read_file
from pocus_desktop.programme.submission import MAXIMUM_SEALED_BYTES, open_submission, signer_of
from pocus_desktop.sync.folder import ANSWERS, FILES, QUESTIONS, SUBMISSIONS
from pocus_desktop.sync.portfolio_stick import PortfolioStick

_NOBODY: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of a submission or a file.

    Attributes:
        key_id: Of the key that signed it; empty where that is not known.
        account_id: Of the account that a file which is held came from; empty elsewhere.
    """

    key_id: str = _NOBODY
    account_id: str = _NOBODY
    receipt: bytes = b""
    is_new: bool = False
    error: PocusError | None = None


def take_portfolios(hub: Hub, stick: PortfolioStick) -> tuple[Carried, ...]:
    """Take every submission of a stick, and leave an answer to each question; what became of each.

    Raises:
        FolderDamagedError: The stick cannot be read.
        StoreUnavailableError: The hub can take nothing now.
    """
    told: list[Carried] = []
    asked = _questions(hub, stick, told)
    wanted = [digest for _, question in asked for digest in question.submissions]
    lying = stick.names(SUBMISSIONS)
    ordered = dict.fromkeys([*(one for one in wanted if one in set(lying)), *lying])
    taken = {digest: _taken(hub, stick, digest) for digest in ordered}
    files = {digest: _file(hub, stick, digest) for digest in stick.names(FILES)}
    told += [Carried(digest=name, is_new=one.is_new, error=one.error) for name, one in {**taken, **files}.items()]
    for name, question in asked:
        named = {digest: taken[digest] for digest in question.submissions if digest in taken}
        told.append(_answered(hub, stick, name, question, {**named, **files}))
    return tuple(told)


def _questions(hub: Hub, stick: PortfolioStick, told: list[Carried]) -> list[tuple[str, Question]]:
    """Rule 1: the last question of each key, the first asked first."""
    last: dict[str, tuple[str, Question]] = {}
    for name in stick.names(QUESTIONS):
        try:
            data = stick.read(QUESTIONS, name, MAXIMUM_SEALED_QUESTION_BYTES)
            envelope = hub.academy.portfolios.opened(data, open_question)
            if canonical.digest(envelope) != name:
                raise NameMismatchError
            question = read_question(envelope)
        except PocusError as error:
            log.failure(error)
            told.append(Carried(digest=name, error=error))
            continue
        before = last.get(question.signing.key_id)
        if before is None or before[1].asked_at_ms < question.asked_at_ms:
            last[question.signing.key_id] = name, question
    return sorted(last.values(), key=lambda one: one[1].asked_at_ms)


def _taken(hub: Hub, stick: PortfolioStick, digest: str) -> _Outcome:
    """Rule 2."""
    portfolios, key_id = hub.academy.portfolios, _NOBODY
    try:
        data = stick.read(SUBMISSIONS, digest, MAXIMUM_SEALED_BYTES)
        key_id = signer_of(portfolios.opened(data, open_submission)).key_id
        taken = portfolios.take(data, digest)
    except StoreUnavailableError:  # as it would be for every other
        raise
    except PocusError as error:
        log.failure(error)
        return _Outcome(key_id=key_id, error=error)
    return _Outcome(key_id=key_id, receipt=taken.receipt, is_new=taken.is_new)


def _file(hub: Hub, stick: PortfolioStick, digest: str) -> _Outcome:
    """Rule 2; what is held already is not read again."""
    files, key_id = hub.academy.files, _NOBODY
    held = files.held(digest)
    if held is not None:
        return _Outcome(account_id=held[0], receipt=held[1])
    try:
        data = stick.read(FILES, digest, MAXIMUM_SEALED_FILE_BYTES)
        if canonical.digest(data) != digest:
            raise NameMismatchError
        key_id = read_file(hub.academy.portfolios.opened(data, open_file)).key.key_id
        receipt = files.take(data, digest)
    except StoreUnavailableError:
        raise
    except PocusError as error:
        log.failure(error)
        return _Outcome(key_id=key_id, error=error)
    return _Outcome(key_id=key_id, receipt=receipt, is_new=True)


def _answered(hub: Hub, stick: PortfolioStick, name: str, question: Question, outcomes: dict[str, _Outcome]) -> Carried:
    """Rules 3 and 4."""
    asker = question.signing.key_id
    known = hub.academy.portfolios.key_of(asker)
    account_id = None if known is None else known[0]
    mine = {digest: one for digest, one in outcomes.items() if one.key_id == asker or one.account_id == account_id}
    try:
        answer = give_answer(
            question,
            name,
            Outcomes(
                receipts={digest: one.receipt for digest, one in mine.items() if one.error is None},
                refusals={digest: one.error.code for digest, one in mine.items() if one.error is not None},
            ),
            hub.ring.grantors,
            papers=None if account_id is None else hub.answers.papers(account_id),
            certificate_papers=() if account_id is None else hub.answers.every_paper(account_id, but=_had(question)),
            now_ms=hub.clock.read().wall_ms,
        )
        stick.put(ANSWERS, name, answer)
    except StoreUnavailableError:
        raise
    except PocusError as error:  # no room for this one: what was taken is held, and the next may be smaller
        log.failure(error)
        return Carried(digest=name, is_unanswered=True, error=error)
    return Carried(digest=name, is_answered=True)


def _had(question: Question) -> set[tuple[str, str]]:
    return {(one.certificate_id, one.language) for one in question.has}
