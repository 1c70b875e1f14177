"""A portfolio put on a stick and answered, and what must be so of the stick in every state that a power cut leaves."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.files import sync_folder
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.by_stick import StickCarrier
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.sending import sync_once
from pocus_desktop.programme.question import (
    Outcomes,
    answer_key,
    give_answer,
    is_answer_to,
    open_question,
    read_answer,
    read_question,
)
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.submission import open_submission, read_submission
from pocus_desktop.sync.portfolio_stick import PortfolioStick
from tests.crash.states import State

STICK: Final = "stick"
PUT: Final = "put"
ANSWERED: Final = "answered"
MINE: Final = SigningKey.from_seed(b"\x04" * 32)


def put_and_answer(folder: Path, mark: Callable[[str], None], hub: SigningKey, academy: SealingKey) -> None:
    """What waits is put on a new stick, and the academy answers the question there."""
    clock = ManualClock(wall_ms=1_797_336_000_000)
    desk = PortfolioDesk(
        folder.parent / f"{folder.name}.home", key=lambda: MINE, rules=lambda _keys: shipped_rules(), clock=clock
    )
    desk.connect(Academy(keys=(hub.public, academy.public)))
    fields = {"name": "Ana Ruiz", "email": "ana@example.org", "zone": "UTC", "language": "en"}
    desk.write(changes.write_account(desk.portfolio(), now_ms=desk.now_ms, **fields))
    (folder / STICK).mkdir()
    sync_folder(folder)
    stick = PortfolioStick(folder / STICK)
    assert sync_once(desk, StickCarrier(desk, stick, is_writing=True)).left == 1
    mark(PUT)
    desk.close()
    [name] = stick.names("questions")
    question = read_question(open_question(stick.read("questions", name, 1 << 20), [academy]))
    nothing = Outcomes(receipts={}, refusals={})
    given = give_answer(question, name, nothing, [hub], papers=None, certificate_papers=(), now_ms=desk.now_ms)
    stick.put("answers", name, given)
    mark(ANSWERED)


def check(folder: Path, state: State, hub: SigningKey, academy: SealingKey) -> str:
    """Whatever has a name there is whole, and what was acknowledged is there.

    Returns:
        How it was found: how many of submission, question and answer are there.
    """
    if not (folder / STICK).is_dir():
        assert not state.marks, "the stick is gone"
        return "0 of 3"
    stick = PortfolioStick(folder / STICK)
    submissions, questions, answers = (stick.names(kind) for kind in ("submissions", "questions", "answers"))
    for name in submissions:
        envelope = open_submission(stick.read("submissions", name, 1 << 20), [academy])
        assert canonical.digest(envelope) == name
        assert read_submission(envelope).documents
    for name in questions:
        envelope = open_question(stick.read("questions", name, 1 << 20), [academy])
        assert canonical.digest(envelope) == name
        assert set(read_question(envelope).submissions) <= set(submissions), "a question names what is not there"
    for name in answers:
        data = stick.read("answers", name, 1 << 20)
        assert is_answer_to(answer_key(MINE), name, data)
        read_answer(data, answer_key(MINE), name, [hub.public])
    assert PUT not in state.marks or len(submissions) == len(questions) == 1, "it was acknowledged, and is gone"
    assert ANSWERED not in state.marks or len(answers) == 1
    return f"{len(submissions) + len(questions) + len(answers)} of 3"
