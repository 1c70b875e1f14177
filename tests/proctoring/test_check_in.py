"""Checking in: the day's list, finding someone in it, and where they may sit."""

import pytest

from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, Window
from pocus_desktop.admission.errors import TooEarlyError, TooLateError, WrongCentreError
from pocus_desktop.admission.mode import Mode
from pocus_desktop.proctoring import check_in
from pocus_desktop.proctoring.check_in import Arrival, Seat, as_counted, day_list, search, seats_for

NOW = 1_000_000


def admitted(number: int, name: str, **changes: object) -> Admission:
    fields: dict[str, object] = {
        "admission_id": f"adm_{number}",
        "candidate": Candidate(id=f"C-{number}", display_name=name),
        "bundle_id": "dvt",
        "mode": Mode.TRIAL,
        "centre_id": "north",
        **changes,
    }
    return Admission.model_validate(fields)


MARIA = admitted(7, "María Álvarez")
JON = admitted(70, "Jon Park", station="station-b", accommodations=Accommodations(time_factor=1.5))
LATER = admitted(3, "Ana Ruiz", window=Window(not_before_ms=NOW + 1))
GONE = admitted(4, "Bo Li", window=Window(not_after_ms=NOW - 1))
ALL = (MARIA, JON, LATER, GONE)


def test_the_list_is_by_name_and_says_how_each_stands() -> None:
    listed = day_list((*ALL, MARIA), {"adm_70": Arrival(at_ms=5), "adm_7": Arrival(at_ms=6, station="a")}, now_ms=NOW)
    assert [(one.name, one.standing) for one in listed] == [
        ("Ana Ruiz", "early"),
        ("Bo Li", "late"),
        ("Jon Park", "here"),
        ("María Álvarez", "seated"),
    ]
    assert listed[2].time_factor == 1.5


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("c-7 ", ["María Álvarez"], id="an-ID-and-not-one-that-begins-with-it"),
        pytest.param("alvarez maria", ["María Álvarez"], id="names-without-accents-in-any-order"),
        pytest.param("adm_70", ["Jon Park"], id="the-admission-that-was-scanned"),
        pytest.param("C-", ["Ana Ruiz", "Bo Li", "Jon Park", "María Álvarez"], id="the-beginning-of-every-ID"),
        pytest.param("   ", ["Ana Ruiz", "Bo Li", "Jon Park", "María Álvarez"], id="nothing"),
        pytest.param("nobody", [], id="a-stranger"),
    ],
)
def test_someone_is_found_by_what_is_on_their_document(typed: str, found: list[str]) -> None:
    assert [one.name for one in search(day_list(ALL, {}, now_ms=NOW), typed)] == found


@pytest.mark.parametrize(
    ("who", "error"),
    [
        pytest.param(LATER, TooEarlyError, id="too-early"),
        pytest.param(GONE, TooLateError, id="too-late"),
        pytest.param(admitted(9, "X", centre_id="south"), WrongCentreError, id="of-another-centre"),
        pytest.param(MARIA, check_in.HereAlreadyError, id="twice"),
    ],
)
def test_who_may_not_come_in_is_told_why(who: Admission, error: type[Exception]) -> None:
    arrivals = {MARIA.admission_id: Arrival(at_ms=1)}
    with pytest.raises(error):
        check_in.require_may_come_in(who, arrivals, now_ms=NOW, centre_id="north")
    check_in.require_may_come_in(JON, arrivals, now_ms=NOW, centre_id="north")


SEATS = tuple(
    Seat(station_id=f"station-{letter}", name=name) for letter, name in zip("abc", ["2", "10", "1"], strict=True)
)


def test_a_station_is_offered_where_it_is_free_and_allowed() -> None:
    listed = day_list(ALL, {"adm_7": Arrival(at_ms=1), "adm_70": Arrival(at_ms=1)}, now_ms=NOW)
    maria, jon = (next(one for one in listed if one.name == name) for name in ("María Álvarez", "Jon Park"))
    assert [seat.name for seat in seats_for(maria, SEATS, listed)] == ["1", "2", "10"]
    assert [seat.name for seat in seats_for(jon, SEATS, listed)] == ["10"]
    taken = day_list(ALL, {"adm_7": Arrival(at_ms=1), "adm_70": Arrival(at_ms=1, station="station-b")}, now_ms=NOW)
    assert [seat.name for seat in seats_for(maria, SEATS, taken)] == ["1", "2"]
    held = (Seat(station_id="station-a", name="2", admission_id="adm_99"), SEATS[1])
    assert [seat.name for seat in seats_for(maria, held, listed)] == ["10"]
    unready = (Seat(station_id="station-c", name="1", is_ready=False), SEATS[0])
    assert [seat.name for seat in seats_for(maria, unready, listed)] == ["2", "1"]


@pytest.mark.parametrize(
    ("name", "seat", "error"),
    [
        pytest.param("Ana Ruiz", SEATS[0], check_in.NotCheckedInError, id="who-did-not-come"),
        pytest.param("Jon Park", SEATS[0], check_in.OtherStationOnlyError, id="who-is-admitted-elsewhere"),
        pytest.param("María Álvarez", SEATS[0], check_in.SatElsewhereError, id="who-has-one"),
        pytest.param("Zoe", SEATS[2], check_in.StationTakenError, id="where-someone-sits"),
    ],
)
def test_who_may_not_sit_there_is_told_why(name: str, seat: Seat, error: type[Exception]) -> None:
    everyone = (*ALL, admitted(8, "Zoe"))
    here = {key: Arrival(at_ms=1) for key in ("adm_70", "adm_8")}
    listed = day_list(everyone, {**here, "adm_7": Arrival(at_ms=1, station="station-c")}, now_ms=NOW)
    entrant = next(one for one in listed if one.name == name)
    with pytest.raises(error):
        check_in.require_may_sit(entrant, seat, listed)


def test_names_of_stations_are_ordered_as_people_count() -> None:
    names = ["Desk 10", "desk 2", "Desk 1b", "Desk 1a", "Ärm 3"]
    assert sorted(names, key=as_counted) == ["Ärm 3", "Desk 1a", "Desk 1b", "desk 2", "Desk 10"]
