"""What the close-out and the command line are told of results at the relay."""

from typing import Any

import pytest

from pocus_desktop.kernel.words import languages
from pocus_desktop.proctoring.relay_view import HeldEnvelope, by_sitting, by_station, worst_first

NAMES = {"ed25519-1": "Desk 1", "ed25519-2": "Desk 2"}


def held(digest: str, **changes: Any) -> HeldEnvelope:
    given: dict[str, Any] = {
        "station": "ed25519-1",
        "sitting": f"sit-{digest}",
        "is_partial": False,
        "size_bytes": 100,
        "at_ms": 1,
        "where": "waiting",
    }
    return HeldEnvelope(digest=digest, **{**given, **changes})


def test_a_sitting_counts_by_its_whole_result_and_by_the_best_that_is_known_of_it() -> None:
    found = by_sitting(
        [
            held("a", sitting="one", is_partial=True, where="received"),
            held("b", sitting="two"),
            held("c", sitting="three"),
            held("d", sitting="three", where="received", station="ed25519-2"),
            held("e", sitting="four", where="refused"),
            held("f", sitting=""),
        ]
    )
    assert set(found) == {"two", "three", "four"}, "a part is not the whole, and who cannot be read is nobody's"
    assert [(one.is_copied, one.is_sent, one.is_refused) for one in found.values()] == [
        (True, False, False),
        (True, True, False),
        (True, False, True),
    ]


def test_stations_are_told_those_that_need_someone_first() -> None:
    found = by_station(
        [
            held("a", where="received"),
            held("b", where="carried"),
            held("c", station="ed25519-2"),
            held("d", station="ed25519-2", is_partial=True),
            held("e", station="ed25519-9", where="refused"),
        ],
        NAMES,
        waiting={"ed25519-1": 1, "ed25519-2": 4},
    )
    assert [(one.name, one.unsent, one.held, one.carried, one.refused, one.received) for one in found] == [
        ("ed25519-9", None, 1, 0, 1, 0),
        ("Desk 2", 2, 1, 0, 0, 0),
        ("Desk 1", 0, 1, 1, 0, 1),
    ]
    assert [one.needs_someone for one in found] == [True, True, False]


@pytest.mark.parametrize(
    ("envelopes", "waiting", "word"),
    [
        ([held("a", where="refused")], 1, "refused"),
        ([], 1, "Leave Desk 1 on"),
        ([held("a")], 1, "pocus room relay send"),
        ([held("a", where="carried")], 1, "Bring the stick"),
        ([held("a", where="received")], 0, "Nothing to do"),
    ],
)
def test_what_to_do_next_is_said(envelopes: list[HeldEnvelope], waiting: int, word: str) -> None:
    [one] = by_station(envelopes, {"ed25519-1": "Desk 1"}, waiting={"ed25519-1": waiting})
    told = one.told()
    assert word in told.next
    assert told.what.startswith("Desk 1: ")
    for language in languages():
        assert "{" not in one.told(language).what + one.told(language).next


def test_who_told_nothing_is_not_said_to_have_nothing() -> None:
    [one] = by_station([], {"ed25519-1": "Desk 1"})
    assert one.unsent is None
    assert "? unsent" in one.told().what


def test_envelopes_that_need_someone_come_first() -> None:
    found = worst_first([held("a", where="received"), held("b", at_ms=5), held("c", where="refused"), held("d")])
    assert [one.digest for one in found] == ["c", "d", "b", "a"]
