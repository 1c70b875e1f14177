"""The trail: only ever added to, on both databases, and telling where somebody tried otherwise."""

import pytest
from sqlalchemy import text

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.kernel.errors import PocusError
from tests.hub.staff.people import employ


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_trail_cannot_be_changed_and_tells_where_somebody_tried(hub: Hub) -> None:
    employ(hub)
    employ(hub, "bob", "registrar")
    rows = RegistryStore(hub._store)
    check = rows.check_trail()
    assert check.broken is None
    assert check.entries == len(rows.trail())
    for deed in ("UPDATE registry_entry SET why = 'x'", "DELETE FROM registry_entry", "DELETE FROM registry_link"):
        with pytest.raises(PocusError, match=r"hub\.store_unavailable"), hub._store.transaction() as connection:
            connection.execute(text(deed))
    assert rows.check_trail() == check
    with hub._store.transaction() as connection:  # by another hand, with the right to add
        connection.execute(
            text(
                "INSERT INTO registry_entry (number, subject, at_ms, action, was, now, who, why)"
                " VALUES (90, 's', 1, 'a', '', '', 'w', '')"
            )
        )
    assert rows.check_trail().broken == 90
