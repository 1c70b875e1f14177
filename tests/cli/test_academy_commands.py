"""The academy from the command line: what staff do in the browser, with the same refusals and the same trail."""

import json
from datetime import UTC, datetime

import pytest

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.cli.hub_applications import chosen
from pocus_desktop.cli.hub_staff import PASSWORD, ROLES
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.staff.roles import Role
from tests.cli.test_enrolment_commands import Places, places
from tests.hub.programme.applicant import Sender

pytestmark = pytest.mark.slow
PDF = b"%PDF-1.7\n"

__all__ = ["places"]


def opened(places: Places) -> Hub:
    return Hub(places.folder / "hub", AcademyRing.load(FileKeyStore(places.folder / "academy-keys", "correct horse")))


def test_the_roles_that_commands_offer_are_all_there_are() -> None:
    assert set(ROLES) == set(map(str, Role))


@pytest.mark.parametrize(
    ("refused", "because", "told"),
    [
        (["cardiac"], {}, {"lung": (True, ""), "cardiac": (False, "12 are missing")}),
        ([], {}, {"lung": (True, "12 are missing")}),
        (
            ["cardiac"],
            {"lung": "seen on paper"},
            {"lung": (True, "seen on paper"), "cardiac": (False, "12 are missing")},
        ),
    ],
)
def test_why_an_area_is_refused_is_not_said_of_what_is_approved(
    refused: list[str], because: dict[str, str], told: dict[str, tuple[bool, str]]
) -> None:
    assert chosen(["lung"], refused, "12 are missing", because) == told


def test_the_academy_from_the_first_administrator_to_the_trail(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "correct horse battery")
    told = places.hub("staff", "add", "root", "--name", "Root", "--role", "administrator")
    assert told.startswith("root  Root  administrator  active")
    assert "[staff.last_administrator]" in places.hub("staff", "end", "root", "--why", "left", status=1)
    hub = opened(places)
    ana = Sender(hub)
    ana.register()
    application_id, digest = ana.apply(), ana.prove(PDF)
    ana.send_file(PDF)
    hub.close()
    _files(places, ana, digest)
    waiting = json.loads(places.hub("applications", "list", "--state", "received", "--json"))
    assert waiting["application_id"] == application_id
    shown = json.loads(places.hub("applications", "show", application_id, "--language", "es"))
    assert shown["answers"][0]["eligible"] is True
    assert "[academy.no_reason]" in places.hub("applications", "decide", application_id, "--refuse", "lung", status=1)
    old = ("applications", "decide", application_id, "--approve", "lung", "--seen", "0" * 64)
    assert "[academy.newer_came]" in places.hub(*old, status=1)
    seen = json.loads(places.hub("applications", "show", application_id))["seen"]
    places.hub("applications", "decide", application_id, "--approve", "lung", "--seen", seen)
    table = places.folder / "people.csv"
    table.write_text(f"recipient,candidate\nAna,{ana.number}\n'=2+3,\n")
    issued = places.hub("vouchers", "issue", "--area", "lung", "--table", str(table), "--why", "invoice 12")
    name, code, voucher_id, areas = issued.splitlines()[1].split(",")
    assert (name, areas) == ("Ana", "lung")
    assert issued.splitlines()[2].startswith("''=2+3,"), "who reads it back has what was written, and nothing ran"
    run_by_spreadsheets = ("vouchers", "issue", "--area", "lung", "--recipient", "=HYPERLINK(1)", "--why", "invoice 13")
    assert "[academy.bad_voucher_order]" in places.hub(*run_by_spreadsheets, status=1)
    hub = opened(places)
    ana.hub = hub
    ana.enter(code, application_id)
    hub.close()
    out = places.folder / "ana.admission"
    admitted = places.hub(
        *("applications", "admit", application_id, "--area", "lung", "--bundle", "lung-a", "1", "--out", str(out))
    )
    assert "sign-in code" in admitted
    assert out.stat().st_size
    places.hub("vouchers", "extend", voucher_id, "30", "--why", "ill")
    assert json.loads(places.hub("vouchers", "show", voucher_id))["state"] == "entered"
    day = f"{datetime.now(tz=UTC):%Y-%m-%d}"
    drawn = places.hub(
        *("sample", "draw", "--percent", "10", "--since", day, "--until", day, "--seed", "1 2", "--why", "q")
    )
    assert json.loads(drawn)["drawn"] == [application_id]
    places.hub("vouchers", "refund", voucher_id, "--why", "course is off")
    assert "academy.unknown_appeal" in places.hub("appeals", "show", "apl_x", status=1)
    trail = places.hub("trail", "--json")
    assert "invoice 12" in trail
    assert code not in trail


def _files(places: Places, ana: Sender, digest: str) -> None:
    """A candidate's file is listed, saved and let go; the trail has it."""
    assert ana.number is not None
    (listed,) = [json.loads(line) for line in places.hub("files", "list", ana.number, "--json").splitlines()]
    assert (listed["sha256"], listed["state"], listed["kind"]) == (digest, "file-here", "PDF")
    out = places.folder / "diploma.pdf"
    assert "application/pdf" in places.hub("files", "save", ana.account_id, digest, str(out), "--by", "dora")
    assert out.read_bytes() == PDF
    assert "0 gone" in places.hub("files", "let-go-old")
    assert "is gone" in places.hub("files", "let-go", ana.number, digest, "--why", "she asked")
    assert "[academy.no_file]" in places.hub("files", "save", ana.account_id, digest, str(out), status=1)
    trail = places.hub("trail", digest)
    assert "file opened" in trail
