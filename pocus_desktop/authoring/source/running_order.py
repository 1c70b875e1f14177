"""The running order of an assessment: who is pinned, and where the breaks come (formats/case 8.2, 8.3).

Every candidate must get the same rest: in seeded order, a break comes after a number of cases, or after one that is
pinned; after any other case it would come early for some, late for others, and for some not at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.names import near
from pocus_desktop.authoring.source.place import DataPath, entries, get
from pocus_desktop.case.problems import Problem

_ENDS: Final = ("first", "last")


def check_running_order(document: Document) -> list[Problem]:
    """What is wrong with pins and breaks, in an assessment as written."""
    ids = [get(case, ("id",)) for case in entries(document.data.get("cases"))]
    if not all(isinstance(name, str) for name in ids):
        return []
    is_seeded = document.data.get("order") == "seeded"
    written = document.data.get("pinned")
    pinned = {name: end for name, end in written.items() if end in _ENDS} if isinstance(written, dict) else {}
    return [
        *_pins(pinned, ids, document, is_seeded=is_seeded),
        *_breaks(pinned, ids, document, is_seeded=is_seeded),
    ]


def _pins(pinned: Mapping[str, Any], ids: list[str], document: Document, *, is_seeded: bool) -> Iterator[Problem]:
    for name in pinned:
        place = document.keys.get(("pinned", name), document.place(("pinned", name)))
        if name not in ids:
            yield fault("source.unknown_case", place, name=name, near=near(name, ids))
        elif not is_seeded:
            yield fault("source.pinned_in_fixed_order", place, name=name)


def _breaks(pinned: Mapping[str, Any], ids: list[str], document: Document, *, is_seeded: bool) -> Iterator[Problem]:
    taken: dict[int, object] = {}
    numbers = _fixed_numbers(pinned, ids, is_seeded=is_seeded)
    for index, one in enumerate(entries(document.data.get("breaks"))):
        at: DataPath = ("breaks", index, "after")
        after, place = get(one, ("after",)), document.place(at)
        if isinstance(after, bool) or not isinstance(after, int | str):
            continue
        if isinstance(after, str) and after not in ids:
            yield fault("source.unknown_case", place, name=after, near=near(after, ids))
            continue
        number = after if isinstance(after, int) else numbers.get(after)
        if number is None:
            yield fault("source.break_wanders", place, name=after)
        elif number >= len(ids):
            yield fault("source.break_at_end", place, after=after, count=len(ids))
        elif number in taken:
            yield fault("source.break_twice", place, after=after, other=taken[number])
        else:
            taken[number] = after


def _fixed_numbers(pinned: Mapping[str, Any], ids: list[str], *, is_seeded: bool) -> Mapping[str, int]:
    """By case: which one it is for every candidate, from 1; those that wander are not in it."""
    if not is_seeded:
        return {name: number for number, name in enumerate(ids, start=1)}
    first = [name for name in ids if pinned.get(name) == "first"]
    last = [name for name in ids if pinned.get(name) == "last"]
    begin = len(ids) - len(last)
    found = {name: number for number, name in enumerate(first, start=1)}
    return found | {name: number for number, name in enumerate(last, start=begin + 1)}
