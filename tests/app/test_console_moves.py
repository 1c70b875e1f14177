"""A move permitted from the proctor's window: the sitting on the stick goes on at the station that was chosen."""

from datetime import date
from pathlib import Path

import pytest

from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.roster import Roster, RosterStation, issue_roster
from pocus_desktop.app.console_moves import permit_from_stick
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home
from tests.hub.conftest import hub, kept_in, school
from tests.hub.moving import Moving
from tests.hub.school import School

__all__ = ["hub", "kept_in", "school"]


@pytest.fixture
def moving(school: School, hub: Hub) -> Moving:
    return Moving(school, hub)


@pytest.fixture
def home(moving: Moving, tmp_path: Path) -> Home:
    """The centre's own, with the roster that names its stations."""
    made, signer, north = Home(folder=tmp_path / "centre"), moving.school.keys.signing, moving.keys["north"]
    Enrolment(publishers=(), hubs=(signer.public,)).save(made.trust)
    roster = Roster(
        roster_id="ros-1",
        centre=Centre(signing=north.signing.public, sealing=north.sealing.public, centre_id="north", name="North"),
        day=date(2026, 3, 14),
        zone="UTC",
        made_at_ms=1,
        stations=tuple(
            RosterStation(
                signing=moving.keys[name].signing.public,
                sealing=moving.keys[name].sealing.public,
                enrolment_id=f"enr-{name}",
                name=name,
            )
            for name in ("desk-1", "desk-2")
        ),
    )
    write_atomically(made.rosters / "ros-1.roster", issue_roster(roster, signer))
    return made


def test_the_chosen_station_goes_on_and_no_other_permit_is_made(moving: Moving, home: Home) -> None:
    packed = moving.packed(moving.begin())
    stick = packed.path.parent.parent
    asked = {
        "admission_id": packed.contents.admission_id,
        "station_id": moving.keys["desk-2"].station_id,
        "who": "Pat Lee",
        "why": "its screen went dark",
        "keys": moving.keys["north"],
        "clock": moving.school.clock,
    }
    permit = permit_from_stick(home, stick, is_first_off=True, **asked)  # type: ignore[arg-type]
    assert (permit.to_station.name, permit.who, permit.why) == ("desk-2", "Pat Lee", "its screen went dark")
    ended = moving.go_on(moving.moved_in(packed, "desk-2"), "desk-2")
    moving.hub.take(ended.final)
    with pytest.raises(PocusError, match=r"move\.already_permitted"):
        permit_from_stick(home, stick, is_first_off=True, **asked)  # type: ignore[arg-type]
