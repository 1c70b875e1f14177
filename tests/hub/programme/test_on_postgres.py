"""The whole way of an application on PostgreSQL too."""

import threading

import pytest

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records.store_engine import CONNECTIONS
from tests.hub.programme import test_academy
from tests.hub.school import School


@pytest.fixture
def kept_in() -> str:
    return "postgresql"


def test_from_application_to_admission_on_postgresql(hub: Hub, school: School) -> None:
    test_academy.test_from_application_to_admission(hub, school)
    test_academy.test_an_appeal_on_eligibility_is_decided_by_somebody_else_and_lets_it_wait_again(hub, school)


def test_who_waits_for_their_turn_keeps_no_connection_from_who_has_it(hub: Hub) -> None:
    """More submissions at once than a process has connections; whoever is being served looks something up."""
    tables, began = hub.academy.tables, threading.Semaphore(0)

    def submit() -> None:
        began.release()
        with tables.rows() as rows:
            rows.setting("none")

    others = [threading.Thread(target=submit) for _ in range(2 * CONNECTIONS)]
    with tables.rows():
        for other in others:
            other.start()
        for _ in others:
            began.acquire()
        for _ in range(100):
            assert hub.standing("sit_nobody") is None
    for other in others:
        other.join()
