"""Where consoles of one room say different things of a seat: shown, and settled by people. Pure.

Where a station tells of a sitting, that decides, and there is nothing to settle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.kernel import words
from pocus_desktop.proctoring.room_state import RoomState

A_DAY_MS: Final = 24 * 3_600_000

Kind: TypeAlias = Literal["two-seats", "two-candidates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A seat as one console gave it."""

    admission_id: str
    candidate_id: str
    station_id: str
    console: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two seats of one candidate, or two candidates of one seat.

    Attributes:
        stations: The ids of those concerned.
        names: What people call them.
        candidates: Who, by ID.
    """

    kind: Kind
    stations: tuple[str, ...]
    names: tuple[str, ...]
    candidates: tuple[str, ...]

    def told(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """What differs, and what to do."""
        stations, candidates = ", ".join(self.names), ", ".join(self.candidates)
        return words.say(f"room.conflict.{self.kind}", language, stations=stations, candidates=candidates)


def conflicts(state: RoomState) -> tuple[Conflict, ...]:
    """Everything that consoles do not agree on."""
    return tuple(_conflicts(state)) if state.shared else ()


def _conflicts(state: RoomState) -> Iterator[Conflict]:
    sat = {
        station.report.sitting.admission_id: station.station_id
        for station in state.stations.values()
        if station.is_in and station.report is not None and station.report.sitting is not None
    }
    claims = [one for one in _claims(state) if one.admission_id not in sat and one.station_id not in sat.values()]
    by_admission: dict[str, list[Claim]] = {}
    by_station: dict[str, list[Claim]] = {}
    for claim in claims:
        by_admission.setdefault(claim.admission_id, []).append(claim)
        by_station.setdefault(claim.station_id, []).append(claim)
    for group in by_admission.values():
        if len({one.station_id for one in group}) > 1:
            yield _conflict("two-seats", group, state)
    for group in by_station.values():
        if len({one.admission_id for one in group}) > 1:
            yield _conflict("two-candidates", group, state)


def _claims(state: RoomState) -> Iterator[Claim]:
    """Seats of those who were checked in this day; a seat is given once, and stays given when the day is over."""
    own = {one.admission_id: one.wall_ms for one in state.present.values() if one.admission_id is not None}
    there = {
        console: {one.admission_id: one.wall_ms for one in shared.arrivals} for console, shared in state.shared.items()
    }
    came_ms = [ms for each in (own, *there.values()) for ms in each.values()]
    since_ms = max(came_ms, default=0) - A_DAY_MS
    for station in state.stations.values():
        if station.admission_id is not None and own.get(station.admission_id, -1) >= since_ms:
            yield Claim(
                admission_id=station.admission_id,
                candidate_id=station.candidate_id or "",
                station_id=station.station_id,
                console=state.console,
            )
    for console, shared in state.shared.items():
        for seat in shared.seats:
            if there[console].get(seat.admission_id, -1) < since_ms:
                continue
            yield Claim(
                admission_id=seat.admission_id,
                candidate_id=seat.candidate_id,
                station_id=seat.station_id,
                console=shared.console,
            )


def _conflict(kind: Kind, group: list[Claim], state: RoomState) -> Conflict:
    stations = tuple(dict.fromkeys(one.station_id for one in group))
    return Conflict(
        kind=kind,
        stations=stations,
        names=tuple(state.stations[one].name if one in state.stations else one for one in stations),
        candidates=tuple(dict.fromkeys(one.candidate_id for one in group)),
    )
