"""What version 1 wrote, is read for ever: a room's events, a report, a list of paired consoles."""

from pathlib import Path

from pocus_desktop.admission.documents import read_payload
from pocus_desktop.proctoring import events, room
from pocus_desktop.proctoring.documents import StationReport, encode
from pocus_desktop.proctoring.link import Address
from pocus_desktop.proctoring.pairing import load_rooms

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "proctoring"


def test_events_of_version_1_are_read_and_written_as_they_were() -> None:
    lines = (GOLDEN / "room-events.v1.jsonl").read_bytes().splitlines()
    found = [events.decode(line) for line in lines]
    assert [events.encode(event) for event in found] == lines
    kinds = {type(event) for event in found}
    assert kinds == set(events.Event.__args__) - {events.Ticked, events.OrdersHandedOver}
    state = room.replay(found)
    assert [order.course for order in state.orders.values()] == ["obeyed", "withdrawn"]
    assert list(state.shared) == ["con_11111111111111111111"]
    assert (state.console, len(state.stations), list(state.present), list(state.incidents), len(state.peers)) == (
        "con_00000000000000000000",
        2,
        ["adm-1"],
        ["K7-1"],
        1,
    )


def test_a_report_of_version_1_is_read_and_written_as_it_was() -> None:
    data = (GOLDEN / "station-report.v1.json").read_bytes().strip()
    report = read_payload(StationReport, data)
    assert report.sitting is not None
    assert encode(report) == data


def test_paired_consoles_of_version_1_are_read() -> None:
    (found,) = load_rooms(GOLDEN / "paired-rooms.v1.json")
    assert (found.address, found.name, found.way) == (Address("192.168.1.20", 8421), "Room 2", "card")
