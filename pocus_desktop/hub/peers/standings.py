"""Evaluators' rows: read, and changed by one event at a time.

1. A row is changed by `programme.peers.evaluator.step` alone; what it refuses is not done.
2. Whoever named the evaluator is told in the same transaction where they stand now, as far as they may know.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pocus_desktop.hub.peers.errors import UnknownEvaluatorError
from pocus_desktop.hub.peers.people import Person
from pocus_desktop.hub.peers.store import EVALUATOR
from pocus_desktop.hub.peers.telling import Telling
from pocus_desktop.hub.peers.vault import Vault
from pocus_desktop.hub.registry.store import RegistryRows, Row
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.peers.evaluator import Event, Reminded, Standing, Step, as_json, from_json, step
from pocus_desktop.programme.peers.panel import Member, seen_by_applicant


class Standings:
    """Changes evaluators' rows; any thread may call.

    Args:
        telling: Tells portfolios.
        clock: When things happen.
    """

    def __init__(self, telling: Telling, clock: Clock) -> None:
        self._telling = telling
        self._clock = clock

    def apply(
        self,
        rows: RegistryRows,
        evaluator_id: str,
        event: Event,
        *,
        also: Callable[[Row], Mapping[str, object]] | None = None,
    ) -> Step:
        """One event for an evaluator, in a transaction.

        Args:
            rows: Of the transaction; the evaluator's row is held in it from now on.
            evaluator_id: Whose.
            event: What happened.
            also: Other columns that change with it, where it is not refused.

        Raises:
            UnknownEvaluatorError: There is none of that id.
        """
        found = rows.find(EVALUATOR, evaluator_id=evaluator_id)
        if not found:
            raise UnknownEvaluatorError
        before = standing_of(found[0])
        done = step(before, event)
        if done.refused is None:
            more = {} if also is None else also(found[0])
            rows.change(EVALUATOR, {"evaluator_id": evaluator_id}, standing=text_of(done.standing), **more)
            is_reminder = isinstance(event, Reminded)
            if is_reminder or seen_by_applicant(before) != seen_by_applicant(done.standing):
                self.tell(rows, dict(found[0]), done.standing, is_again=is_reminder)
        return done

    def tell(
        self, rows: RegistryRows, evaluator: Mapping[str, Any], standing: Standing, *, is_again: bool = False
    ) -> None:
        """Tell the portfolio where an evaluator stands (rule 2)."""
        if evaluator["nomination_id"]:
            now_ms = self._clock.read().wall_ms
            self._telling.of_evaluator(rows, evaluator, seen_by_applicant(standing), now_ms, is_again=is_again)


def person_of(vault: Vault, row: Row) -> Person:
    """An evaluator as they were named, from their row."""
    told = vault.open("person", row["evaluator_id"], row["person"])
    return Person(
        name=str(told.get("name", "")),
        email=str(told.get("email", "")),
        background=str(told.get("background", "")),
        language="es" if row["language"] == "es" else "en",
        nomination_id=row["nomination_id"],
    )


def members_of(rows: Sequence[Row]) -> list[Member]:
    """Evaluators as the rules for a panel take them."""
    return [Member(evaluator_id=row["evaluator_id"], number=row["number"], standing=standing_of(row)) for row in rows]


def standing_of(row: Row) -> Standing:
    """Where an evaluator stands, from their row."""
    document = canonical.decode(row["standing"].encode())
    return from_json(document if isinstance(document, dict) else {})


def text_of(standing: Standing) -> str:
    """As it lies in a row."""
    return canonical.encode(as_json(standing)).decode()
