"""Reports, hellos and cards: what they hold, what they never hold, where their bounds are."""

import pytest

from pocus_desktop.admission.documents import BadDocumentError, NewerDocumentError, read_payload
from pocus_desktop.kernel import canonical
from pocus_desktop.proctoring.documents import (
    MAXIMUM_REPORT_BYTES,
    MOST_NOTES_TOLD,
    MOST_ORDERS_TOLD,
    StationReport,
    encode,
)
from tests.proctoring.reports import order_came, report, sitting


def test_a_report_comes_back_as_it_was_sent() -> None:
    told = report(number=7, sitting=sitting(orders=(order_came(),)))
    assert read_payload(StationReport, encode(told)) == told


def test_the_fullest_report_stays_below_the_bound() -> None:
    notes = [{"what": "w" * 120, "detail": "é" * 200, "at_ms": 1} for _ in range(MOST_NOTES_TOLD)]
    orders = [order_came(reason="r" * 80, who="é" * 80).model_dump() for _ in range(MOST_ORDERS_TOLD)]
    full = sitting().model_copy(update={"hand_note": "é" * 500}).model_dump(mode="json") | {
        "notes": notes,
        "orders": orders,
    }
    data = encode(StationReport.model_validate(report().model_dump(mode="json") | {"sitting": full}))
    assert MAXIMUM_REPORT_BYTES / 2 < len(data) <= MAXIMUM_REPORT_BYTES


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param("station_id", "x25519-nonsense", id="no-station"),
        pytest.param("name", "two\nlines", id="name-steers-a-terminal"),
        pytest.param("number", 0, id="number-below-one"),
        pytest.param("run", "run_short", id="run-of-another-form"),
        pytest.param("wall_ms", -1, id="before-the-epoch"),
        pytest.param("sitting", "c-17", id="sitting-is-no-object"),
        pytest.param("health", {"battery_percent": 101}, id="battery-above-full"),
    ],
)
def test_a_report_of_another_shape_is_refused_by_its_field(place: str, value: object) -> None:
    document = canonical.encode(report().model_dump(mode="json") | {place: value})
    with pytest.raises(BadDocumentError, match=place):
        read_payload(StationReport, document)


def test_a_newer_report_is_told_apart_from_a_bad_one() -> None:
    document = canonical.encode(report().model_dump(mode="json") | {"format": 2})
    with pytest.raises(NewerDocumentError):
        read_payload(StationReport, document)
