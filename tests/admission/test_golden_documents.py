"""Documents of enrolment and rosters as they were first written: every later program reads them."""

import json
from datetime import date
from pathlib import Path

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.allowance import open_for_allowance
from pocus_desktop.admission.enrolling import read_grant, read_request
from pocus_desktop.admission.roster import verify_roster
from pocus_desktop.admission.scan_text import from_text
from pocus_desktop.admission.sign_in import is_sign_in_code
from pocus_desktop.admission.station_request import verify_request
from pocus_desktop.crypto.keys import SealingKey, SigningKey

FOLDER = Path(__file__).parent.parent / "golden" / "sitting"
HUB = SigningKey.from_seed(b"\x0b" * 32)
DESK = StationKeys(signing=SigningKey.from_seed(b"\x2b" * 32), sealing=SealingKey.from_seed(b"\x2c" * 32))
NORTH = StationKeys(signing=SigningKey.from_seed(b"\x1b" * 32), sealing=SealingKey.from_seed(b"\x1c" * 32))
SECRET = b"\x0e" * 32


def test_an_enrolment_request() -> None:
    found = read_request((FOLDER / "enrolment-request.v1.json").read_bytes()).request
    assert (found.kind, found.name, found.centre_id, found.code) == (
        "station",
        "Desk 1",
        "north",
        "K7M2-0000-0000-0000",
    )
    assert found.is_of == (DESK.signing.key_id, DESK.sealing.key_id)


def test_an_enrolment_grant() -> None:
    found = read_grant((FOLDER / "enrolment-grant.v1.json").read_bytes(), own=DESK, academy=[HUB.public]).grant
    assert found.centre is not None
    assert (found.centre.centre_id, found.root, found.hub_url) == ("north", b"{root}", "https://hub.example.org")


@pytest.mark.argon2
def test_a_roster_with_an_admission_and_an_allowance() -> None:
    found = verify_roster((FOLDER / "roster.v1.json").read_bytes(), [HUB.public])
    assert (found.roster.day, found.roster.zone) == (date(2027, 3, 28), "Europe/Madrid")
    (admitted,) = found.admissions
    assert is_sign_in_code(admitted.admission, "K7M-2QX")
    assert found.allowance is not None
    (bundle,) = found.allowance.bundles
    assert bundle.content_key is not None
    allowance_id = found.allowance.allowance_id
    assert open_for_allowance(bundle.content_key, NORTH.sealing, allowance_id=allowance_id) == SECRET


def test_a_walk_in_as_text() -> None:
    (envelope,) = from_text((FOLDER / "walk-in.v1.txt").read_text()).documents
    found = admissions.verify(envelope, [HUB.public])
    assert found.admission.walk_in is not None
    assert (found.admission.walk_in.number, found.signers) == (1, (NORTH.signing.public,))
    assert admissions.content_key(found.admission, [DESK.sealing]) == SECRET


def test_a_stations_question() -> None:
    question = json.loads((FOLDER / "station-request.v1.json").read_text())
    asker = verify_request(
        question["authorization"],
        method="GET",
        target="/v1/stations/me/admissions",
        now_ms=1_800_000_000_000,
        find={DESK.signing.key_id: DESK.signing.public}.get,
    )
    assert asker == DESK.signing.public
