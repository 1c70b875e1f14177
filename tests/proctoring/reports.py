"""Reports as tests write them: one station, one candidate, and what differs."""

from typing import Any

from pocus_desktop.proctoring.documents import Head, OrderCame, SittingReport, StationReport

STATION = "x25519-" + "a" * 32
RUN = "run_" + "0" * 20
CONSOLE = "con_" + "0" * 20


def sitting(**changes: Any) -> SittingReport:
    """A candidate in the middle of a case."""
    fields: dict[str, Any] = {
        "sitting": "sit_1",
        "admission_id": "adm-1",
        "candidate_id": "C-17",
        "candidate_name": "A. Candidate",
        "mode": "live",
        "bundle_id": "lung-a",
        "bundle_version": 1,
        "stage": "case",
        "step_number": 2,
        "step_count": 5,
        "is_running": True,
        "saved": "saved",
        "saved_at_ms": 1_767_225_600_000,
        "head": Head(seq=12, digest="b" * 64),
    }
    return SittingReport(**(fields | changes))


def report(**changes: Any) -> StationReport:
    """What that station says."""
    fields: dict[str, Any] = {
        "station_id": STATION,
        "name": "Station 1",
        "run": RUN,
        "number": 1,
        "app_version": "0.1.0",
        "wall_ms": 1_767_225_600_000,
    }
    return StationReport(**(fields | changes))


def order_came(**changes: Any) -> OrderCame:
    """An order that was obeyed."""
    fields: dict[str, Any] = {
        "order_id": "ord_" + "0" * 20,
        "console": CONSOLE,
        "number": 1,
        "kind": "pause",
        "seq": 13,
        "outcome": "obeyed",
    }
    return OrderCame(**(fields | changes))
