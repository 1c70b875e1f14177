"""Checking in: who is expected today, who has come, and where each may sit. Pure.

The list is of admissions, since one candidate may sit two assessments on one day. Identity is the proctor's to see;
what this says is whether the academy admits the person here, now, and to which stations.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from pocus_desktop.admission.admission import Admission, check, folded
from pocus_desktop.admission.mode import Mode
from pocus_desktop.kernel.errors import Blame, PocusError

Standing: TypeAlias = Literal["expected", "early", "late", "here", "seated"]
"""Not come yet; its window is not open yet, or over; checked in; at a station."""


class CheckInError(PocusError):
    """A candidate is not checked in, or not seated; always one of the classes that follow."""

    code: ClassVar[str] = "check_in.refused"
    blame: ClassVar[Blame] = Blame.USER


class HereAlreadyError(CheckInError):
    """The candidate was checked in before."""

    code = "check_in.here_already"


class NotOnTheListError(CheckInError):
    """No roster here has an admission of the candidate."""

    code = "check_in.not_listed"


class NotCheckedInError(CheckInError):
    """A station is given to someone who was not checked in."""

    code = "check_in.not_here"


class OtherStationOnlyError(CheckInError):
    """The admission is for one station, and this is another."""

    code = "check_in.other_station_only"


class StationTakenError(CheckInError):
    """Someone else has the station."""

    code = "check_in.station_taken"


class SatElsewhereError(CheckInError):
    """The candidate has a station; it is changed by a move, so that no sitting is left behind."""

    code = "check_in.seated_already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """That a candidate came.

    Attributes:
        at_ms: When they were checked in, wall time.
        station: The station that was given to them; None for none yet.
        is_checked: Someone looked at who they are; else only a station tells of them.
    """

    at_ms: int
    station: str | None = None
    is_checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A station of the room, as checking in sees it.

    Attributes:
        station_id: The id of its sealing key, as admissions name it.
        is_ready: It reports, and nothing was found that keeps a sitting from beginning there.
        admission_id: Of the sitting that it reports; empty where it has none.
    """

    station_id: str
    name: str
    is_ready: bool = True
    admission_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """One admission of the day.

    Attributes:
        photo: What the proctor compares; None where the academy has none.
        only_station: The only station it may be sat at; None for any.
        station: Where they sit; None for nowhere yet.
        at_ms: When they were checked in, or sat down; None where neither.
        is_checked: Someone looked at who they are.
    """

    admission_id: str
    candidate_id: str
    name: str
    bundle_id: str
    attempt: int
    mode: Mode
    time_factor: float
    can_pause: bool
    photo: bytes | None
    not_before_ms: int | None
    not_after_ms: int | None
    only_station: str | None
    is_walk_in: bool
    standing: Standing
    station: str | None
    at_ms: int | None
    is_checked: bool = False


def day_list(admissions: Iterable[Admission], arrivals: Mapping[str, Arrival], *, now_ms: int) -> tuple[Entrant, ...]:
    """Everyone who may come, by name; an admission that stands in two rosters once.

    Args:
        admissions: Those of the day's rosters, and the walk-ins; verified before.
        arrivals: By admission id.
        now_ms: Wall time.
    """
    once = {one.admission_id: one for one in admissions}
    entrants = (_entrant(one, arrivals.get(one.admission_id), now_ms) for one in once.values())
    return tuple(sorted(entrants, key=lambda one: (plain(one.name), one.candidate_id, one.admission_id)))


def search(entrants: Sequence[Entrant], typed: str) -> tuple[Entrant, ...]:
    """Those whose ID is what was typed, or was scanned; else those whose name or ID has every word of it."""
    whole = folded(typed)
    if not whole:
        return tuple(entrants)
    same = tuple(one for one in entrants if folded(one.candidate_id) == whole or one.admission_id == typed.strip())
    if same:
        return same
    wanted = plain(typed).split()
    return tuple(one for one in entrants if all(word in plain(f"{one.name} {one.candidate_id}") for word in wanted))


def require_may_come_in(admission: Admission, arrivals: Mapping[str, Arrival], *, now_ms: int, centre_id: str) -> None:
    """They may be checked in now.

    Raises:
        HereAlreadyError: They were. Who sat down before is checked in where they sit.
        TooEarlyError, TooLateError, WrongCentreError: What the admission says against it.
    """
    arrival = arrivals.get(admission.admission_id)
    if arrival is not None and arrival.is_checked:
        raise HereAlreadyError(candidate=admission.candidate.id)
    check(admission, now_ms=now_ms, centre_id=centre_id)


def require_may_sit(entrant: Entrant, seat: Seat, entrants: Iterable[Entrant], *, is_move: bool = False) -> None:
    """They may be given this station.

    Args:
        entrant: Who.
        seat: Where.
        entrants: Everyone, for who else has it.
        is_move: They have another one now, and shall leave it.

    Raises:
        NotCheckedInError, SatElsewhereError, OtherStationOnlyError, StationTakenError: Why not.
    """
    if entrant.at_ms is None:
        raise NotCheckedInError(candidate=entrant.candidate_id)
    if not is_move and entrant.station is not None and entrant.station != seat.station_id:
        raise SatElsewhereError(candidate=entrant.candidate_id)
    if entrant.only_station is not None and entrant.only_station != seat.station_id:
        raise OtherStationOnlyError(candidate=entrant.candidate_id, station=seat.name)
    if _is_taken(seat, entrant, entrants):
        raise StationTakenError(station=seat.name)


def seats_for(entrant: Entrant, seats: Iterable[Seat], entrants: Sequence[Entrant]) -> tuple[Seat, ...]:
    """The free stations that they may sit at, the ready ones first, in the order in which people count."""
    free = [
        seat
        for seat in seats
        if entrant.only_station in {None, seat.station_id} and not _is_taken(seat, entrant, entrants)
    ]
    return tuple(sorted(free, key=lambda seat: (not seat.is_ready, as_counted(seat.name))))


def plain(text: str) -> str:
    """A name as it is searched: without accents, whatever its case."""
    split = unicodedata.normalize("NFKD", text)
    return "".join(one for one in split if not unicodedata.combining(one)).casefold()


def as_counted(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts `Desk 2` before `Desk 10`."""
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for character in f"{plain(name)}\0":
        if character.isascii() and character.isdigit():
            digits += character
            continue
        if digits:
            parts.append((0, int(digits), ""))
            digits = ""
        parts.append((1, 0, character))
    return tuple(parts)


def _is_taken(seat: Seat, entrant: Entrant, entrants: Iterable[Entrant]) -> bool:
    if seat.admission_id not in {"", entrant.admission_id}:
        return True
    return any(one.station == seat.station_id and one.admission_id != entrant.admission_id for one in entrants)


def _entrant(admission: Admission, arrival: Arrival | None, now_ms: int) -> Entrant:
    window = admission.window
    standing: Standing = "expected"
    if arrival is not None:
        standing = "here" if arrival.station is None else "seated"
    elif window.not_before_ms is not None and now_ms < window.not_before_ms:
        standing = "early"
    elif window.not_after_ms is not None and now_ms > window.not_after_ms:
        standing = "late"
    return Entrant(
        admission_id=admission.admission_id,
        candidate_id=admission.candidate.id,
        name=admission.candidate.display_name,
        bundle_id=admission.bundle_id,
        attempt=admission.attempt,
        mode=admission.mode,
        time_factor=admission.accommodations.time_factor,
        can_pause=admission.accommodations.can_pause,
        photo=admission.photo,
        not_before_ms=window.not_before_ms,
        not_after_ms=window.not_after_ms,
        only_station=admission.station,
        is_walk_in=admission.walk_in is not None,
        standing=standing,
        station=None if arrival is None else arrival.station,
        at_ms=None if arrival is None else arrival.at_ms,
        is_checked=arrival is not None and arrival.is_checked,
    )
