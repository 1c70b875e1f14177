"""What a station fetches next, and what it may remove for it: pure, so that it can be shown before it is done.

1. What a coming admission needs comes first, by the time it is needed; then what else was asked for.
2. A version is removed only if a newer one of its line is here, or nothing needs its line; never one that a sitting was
   begun with.
3. What is superseded goes before what is merely not needed, and of each the largest first, no more than room is short.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pocus_desktop.bundle.trust.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A bundle that something needs.

    Attributes:
        bundle_id: Its line.
        minimum_version: The lowest version that will do.
        at_ms: When it is needed, in milliseconds since the Unix epoch; None where there is no hurry.
    """

    bundle_id: str
    minimum_version: int = 1
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A version in the library."""

    bundle_id: str
    version: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, in order.

    Attributes:
        fetch: What to fetch, the most urgent first.
        remove: What to remove before it, so that there is room.
        superseded: What may be removed once everything is here.
        missing: Needs that no listed version meets.
        postponed: What is not fetched now, the least urgent: there is no room for it, whatever may be removed.
        short_bytes: How much room they lack; 0 where all fits.
    """

    fetch: tuple[Listing, ...] = ()
    remove: tuple[Held, ...] = ()
    superseded: tuple[Held, ...] = ()
    missing: tuple[Need, ...] = ()
    postponed: tuple[Listing, ...] = ()
    short_bytes: int = 0


def plan(
    needs: Iterable[Need],
    listings: Sequence[Listing],
    held: Sequence[Held],
    *,
    begun: Collection[tuple[str, int]] = (),
    withdrawn: Collection[tuple[str, int]] = (),
    partly: Mapping[str, int] | None = None,
    free_bytes: int,
) -> Plan:
    """Plan a fetch.

    Args:
        needs: What is needed here; the same line may stand in it often.
        listings: What the academy lists.
        held: What the library holds and can use.
        begun: Bundle id and version of the sittings that were begun and not handed in.
        withdrawn: Bundle id and version of what must not be sat any more.
        partly: By the digest of an envelope, how many bytes an earlier fetch left on this disk.
        free_bytes: Room on the disk, without what must stay free for journals and results.
    """
    wanted: dict[str, Listing] = {}
    missing: list[Need] = []
    asked = sorted(needs, key=lambda need: (need.at_ms is None, need.at_ms or 0, need.bundle_id))
    for need in asked:
        newest = _newest(listings, need)
        here = max((each.version for each in held if each.bundle_id == need.bundle_id), default=0)
        if newest is not None and newest.version > here:
            wanted.setdefault(newest.bundle_id, newest)
        elif here < need.minimum_version or (need.bundle_id, here) in withdrawn:
            missing.append(need)
    superseded = _superseded(held, begun)
    lines = {need.bundle_id for need in asked}
    idle = tuple(each for each in _largest_first(held) if each.bundle_id not in lines and not _is_begun(each, begun))
    removable = (*superseded, *(one for one in idle if one not in superseded))
    most = free_bytes + sum(each.size_bytes for each in removable)
    needed = {line: each.size_bytes - (partly or {}).get(each.envelope_sha256, 0) for line, each in wanted.items()}
    fetch, postponed = _fitting(tuple(wanted.values()), needed, most)
    room = sum(needed[each.bundle_id] for each in fetch)
    remove: list[Held] = []
    short = room - free_bytes
    for each in removable:
        if short <= 0:
            break
        remove.append(each)
        short -= each.size_bytes
    return Plan(
        fetch=fetch,
        remove=tuple(remove),
        superseded=tuple(each for each in _superseded([*held, *map(_as_held, fetch)], begun) if each not in remove),
        missing=tuple(missing),
        postponed=postponed,
        short_bytes=max(0, sum(needed.values()) - most),
    )


def _fitting(
    wanted: tuple[Listing, ...], needed: Mapping[str, int], most_bytes: int
) -> tuple[tuple[Listing, ...], tuple[Listing, ...]]:
    """As many as fit, the most urgent first; and the rest, so that nothing less urgent takes their room."""
    room = 0
    for index, each in enumerate(wanted):
        room += needed[each.bundle_id]
        if room > most_bytes:
            return wanted[:index], wanted[index:]
    return wanted, ()


def _newest(listings: Sequence[Listing], need: Need) -> Listing | None:
    found = [each for each in listings if each.bundle_id == need.bundle_id and each.version >= need.minimum_version]
    return max(found, key=lambda each: each.version, default=None)


def _superseded(held: Sequence[Held], begun: Collection[tuple[str, int]]) -> tuple[Held, ...]:
    highest: dict[str, int] = {}
    for each in held:
        highest[each.bundle_id] = max(each.version, highest.get(each.bundle_id, 0))
    return tuple(
        each for each in _largest_first(held) if each.version < highest[each.bundle_id] and not _is_begun(each, begun)
    )


def _largest_first(held: Sequence[Held]) -> tuple[Held, ...]:
    return tuple(sorted(held, key=lambda each: (-each.size_bytes, each.bundle_id, each.version)))


def _is_begun(each: Held, begun: Collection[tuple[str, int]]) -> bool:
    return (each.bundle_id, each.version) in begun


def _as_held(listing: Listing) -> Held:
    return Held(bundle_id=listing.bundle_id, version=listing.version, size_bytes=listing.size_bytes)
