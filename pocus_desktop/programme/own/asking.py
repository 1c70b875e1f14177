"""What this portfolio asks the academy by a stick, and how new an answer is (formats/portfolio 6.3).

Each question is later than the one before, by this computer's own count, whatever its clock says. An answer to an
earlier question, or given earlier, may add what is missing here; it replaces nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.own.store import PortfolioStore
from pocus_desktop.programme.question import (
    Answer,
    answer_key,
    is_answer_to,
    read_answer,
    seal_question,
    sign_question,
)

AsOf: TypeAlias = tuple[int, int]
"""When the question was asked, and when it was answered: the later is the newer."""

_ASKED, _TAKEN = "asked_ms", "answer_taken"


class Asking:
    """The questions of one portfolio.

    Args:
        store: Where it is noted.
        key: The portfolio's.
        clock: The present.
    """

    def __init__(self, store: PortfolioStore, key: Callable[[], SigningKey], clock: Clock) -> None:
        self._store, self._key, self._clock = store, key, clock

    def question(
        self, submissions: Sequence[str], has: Iterable[tuple[str, str]], readers: Iterable[PublicKey]
    ) -> tuple[str, bytes]:
        """A new question: its name, and what lies on a stick under it.

        Args:
            submissions: That wait for a receipt, in order.
            has: Papers of certificates that are here.
            readers: The academy's keys.
        """
        envelope = sign_question(self._key(), asked_at_ms=self._ask(), submissions=submissions, has=has)
        return canonical.digest(envelope), seal_question(envelope, readers)

    def is_mine(self, name: str, head: bytes) -> bool:
        """Whether an answer is to this portfolio, by its first bytes."""
        return is_answer_to(answer_key(self._key()), name, head)

    def answer(self, name: str, data: bytes, hubs: Iterable[PublicKey]) -> Answer:
        """An answer to this portfolio, verified; as `read_answer`."""
        return read_answer(data, answer_key(self._key()), name, hubs)

    @property
    def taken(self) -> AsOf:
        """How new the newest is that was taken."""
        asked, _, given = self._store.setting(_TAKEN).partition(" ")
        return (int(asked), int(given)) if asked.isdecimal() and given.isdecimal() else (0, 0)

    def note(self, as_of: AsOf | None) -> None:
        """Something was taken: of then, or of now, which is later than any question before."""
        asked, given = as_of or (self._next(), 0)
        self._store.note(**{_TAKEN: f"{asked} {given}"})

    def _ask(self) -> int:
        """The moment of a new question, noted before anyone learns of it."""
        asked = self._next()
        self._store.note(**{_ASKED: str(asked)})
        return asked

    def _next(self) -> int:
        said = self._store.setting(_ASKED)
        before = max(int(said) if said.isdecimal() else 0, self.taken[0])
        return max(self._clock.read().wall_ms, before + 1)
