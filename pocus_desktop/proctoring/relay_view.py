"""What a relay holds, told by station and by sitting, for the close-out and the command line. Pure.

A sitting may be in several envelopes: parts of it while it goes on, and the whole at its end. Only a whole one counts
for the close-out. A receipt counts before a stick, a stick before the console's own disk.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from pocus_desktop.kernel import words
from pocus_desktop.kernel.words import Explanation

Where: TypeAlias = Literal["waiting", "sent", "carried", "refused", "received"]
"""Where an envelope is: on the console's disk, also at the hub, also on a stick, refused by the hub, or received."""

_ORDER: Final[tuple[Where, ...]] = ("refused", "waiting", "carried", "sent", "received")
"""What needs a person first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEnvelope:
    """An envelope that a station brought.

    Attributes:
        station: Key id of the station's device key.
        sitting: By its header; empty where that cannot be read.
        at_ms: When it came, as wall time.
        problem: The code of why it did not go on; empty where nothing was wrong.
    """

    digest: str
    station: str
    sitting: str
    is_partial: bool
    size_bytes: int
    at_ms: int
    where: Where
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingCopy:
    """What is known here of a sitting's whole result.

    Attributes:
        is_copied: It is on this console's disk, or on a stick.
        is_sent: The academy's receipt for it is here.
        is_refused: The academy refused it; a person must look.
    """

    is_copied: bool
    is_sent: bool
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StationResults:
    """One station's results as the room knows them.

    Attributes:
        station: Key id of its device key.
        name: What people call it.
        unsent: Results that only the station has, by its own last report; None where it told nothing.
        held: Whole results that are here and have no receipt.
        carried: Those of them that are on a stick.
        refused: Those of them that the hub refused.
        received: Whole results whose receipt is here.
    """

    station: str
    name: str
    unsent: int | None
    held: int
    carried: int
    refused: int
    received: int

    @property
    def needs_someone(self) -> bool:
        """Whether something of it has neither a receipt nor a way."""
        return bool(self.unsent or self.refused or self.held > self.carried)

    def told(self, language: str = words.SOURCE_LANGUAGE) -> Explanation:
        """In words: how it stands, and what to do next."""
        counts = {"held": self.held, "carried": self.carried, "received": self.received, "refused": self.refused}
        unsent = "?" if self.unsent is None else self.unsent
        what = words.say("relay.station", language, name=self.name, unsent=unsent, **counts)
        match self:
            case StationResults(refused=count) if count:
                step = "refused"
            case StationResults(unsent=count) if count:
                step = "unsent"
            case StationResults() if self.held > self.carried:
                step = "held"
            case StationResults(carried=count) if count:
                step = "carried"
            case _:
                step = "done"
        return Explanation(what=what, next=words.say(f"relay.next.{step}", language, name=self.name))


def by_sitting(envelopes: Iterable[HeldEnvelope]) -> Mapping[str, SittingCopy]:
    """What is here of each sitting's whole result; sittings of which only parts are here are not in it."""
    found: dict[str, SittingCopy] = {}
    for one in envelopes:
        if one.is_partial or not one.sitting:
            continue
        before = found.get(one.sitting, SittingCopy(is_copied=False, is_sent=False))
        found[one.sitting] = SittingCopy(
            is_copied=True,
            is_sent=before.is_sent or one.where == "received",
            is_refused=before.is_refused or one.where == "refused",
        )
    return MappingProxyType(found)


def by_station(
    envelopes: Iterable[HeldEnvelope],
    names: Mapping[str, str],
    *,
    waiting: Mapping[str, int] | None = None,
) -> tuple[StationResults, ...]:
    """Every station's results, those that need someone first.

    Args:
        envelopes: What is here.
        names: By key id of a device key, what people call the station; those without results are told as well.
        waiting: How many results have no receipt, by each station's own last report.
    """
    reported = waiting or {}
    whole: dict[str, list[HeldEnvelope]] = {station: [] for station in names}
    open_parts: dict[str, int] = {}
    for one in envelopes:
        if one.is_partial:
            open_parts[one.station] = open_parts.get(one.station, 0) + (one.where != "received")
        else:
            whole.setdefault(one.station, []).append(one)
    found = []
    for station, brought in whole.items():
        held = [one for one in brought if one.where != "received"]
        told = reported.get(station)
        unsent = None if told is None else max(0, told - len(held) - open_parts.get(station, 0))
        found.append(
            StationResults(
                station=station,
                name=names.get(station, station),
                unsent=unsent,
                held=len(held),
                carried=sum(one.where == "carried" for one in held),
                refused=sum(one.where == "refused" for one in held),
                received=len(brought) - len(held),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.refused, not one.needs_someone, one.name)))


def worst_first(envelopes: Iterable[HeldEnvelope]) -> tuple[HeldEnvelope, ...]:
    """Envelopes in the order in which people should look at them."""
    return tuple(sorted(envelopes, key=lambda one: (_ORDER.index(one.where), one.at_ms, one.digest)))
