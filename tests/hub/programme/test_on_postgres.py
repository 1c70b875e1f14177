"""The whole way of an application on PostgreSQL too."""

import pytest

from pocus_desktop.hub.hub import Hub
from tests.hub.programme import test_academy
from tests.hub.school import School


@pytest.fixture
def kept_in() -> str:
    return "postgresql"


def test_from_application_to_admission_on_postgresql(hub: Hub, school: School) -> None:
    test_academy.test_from_application_to_admission(hub, school)
    test_academy.test_an_appeal_on_eligibility_is_decided_by_somebody_else_and_lets_it_wait_again(hub, school)
