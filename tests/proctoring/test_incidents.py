"""Incidents: filed once, only added to, evidence by reference; references survive being read out."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.documents import BadDocumentError, checked
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical, words
from pocus_desktop.kernel.clock import ManualClock, Reading
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.documents import Head, Noted
from pocus_desktop.proctoring.events import OrderAsked, ReportCame, StationCame
from pocus_desktop.proctoring.incident_folder import IncidentChangedError, IncidentFolder, UnknownIncidentError
from pocus_desktop.proctoring.incident_gathering import gather, with_evidence
from pocus_desktop.proctoring.incident_reference import (
    BadReferenceError,
    check_digit,
    new_reference,
    read_reference,
    spoken,
)
from pocus_desktop.proctoring.incident_report import (
    BadIncidentReceiptError,
    IncidentReceipt,
    NoAcademyKeyError,
    NotForUsError,
    NotTheCentresReportError,
    issue_receipt,
    open_report,
    read_report,
    seal_report,
    sign_report,
)
from pocus_desktop.proctoring.incidents import (
    Draft,
    Incident,
    IncidentClosedError,
    UnknownKindError,
    amend,
    begin,
)
from pocus_desktop.proctoring.room import step
from pocus_desktop.proctoring.room_state import EMPTY, RoomState
from pocus_desktop.proctoring.taxonomy import FALLBACK, taxonomy
from tests.proctoring.reports import CONSOLE, STATION, order_came, report, sitting

NOW = Reading(monotonic_ms=50_000, wall_ms=1_767_225_600_000, boot_id="boot-1")
LATER = Reading(monotonic_ms=90_000, wall_ms=1_767_225_640_000, boot_id="boot-1")
ACADEMY = AcademyKeys.generate()
CENTRE = SigningKey.generate()
REFERENCE = spoken("4827105936" + check_digit("4827105936"))


def draft(**changes: Any) -> Draft:
    fields: dict[str, Any] = {
        "who": "P. Roctor",
        "category": "environment",
        "kind": "alarm",
        "told": "The fire alarm rang for four minutes.\nNobody left the room.",
        "happened_ms": NOW.wall_ms - 60_000,
    }
    return Draft(**(fields | changes))


def filed(**changes: Any) -> Incident:
    return begin(draft(**changes), reference=REFERENCE, centre_id="north", console=CONSOLE, now=NOW)


def test_what_was_filed_is_added_to_and_never_changed() -> None:
    first = filed()
    second = amend(first, draft(told="It was a drill.", category="staff", kind="wrong-time"), now=LATER)
    assert second.entries[0] == first.entries[0]
    assert second.entries[1].before == first.entries[0].digest
    assert second.last.category == "staff"
    assert second.last.at.monotonic_ms - first.last.at.monotonic_ms == 40_000
    assert second.extends(first)
    assert not first.extends(second)


def test_nothing_follows_what_was_closed() -> None:
    closed = amend(filed(), draft(is_closed=True), now=LATER)
    with pytest.raises(IncidentClosedError):
        amend(closed, draft(), now=LATER)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda entries: entries[0].update(told="Nothing happened."), id="an entry is rewritten"),
        pytest.param(lambda entries: entries.pop(0), id="the first is cut off"),
        pytest.param(lambda entries: entries.reverse(), id="the order is changed"),
        pytest.param(lambda entries: entries[0].update(is_closed=True), id="closed in between"),
        pytest.param(lambda entries: entries[1].update(before="0" * 64), id="it follows something else"),
        pytest.param(lambda entries: entries.clear(), id="none is left"),
    ],
)
def test_a_chain_that_was_tampered_with_is_refused(spoil: Any) -> None:
    document = amend(filed(), draft(), now=LATER).model_dump(mode="json")
    spoil(document["entries"])
    with pytest.raises(BadDocumentError):
        checked(Incident, document)


def test_a_kind_that_the_taxonomy_lacks_is_refused_when_written_and_taken_when_read() -> None:
    with pytest.raises(UnknownKindError):
        filed(category="candidate", kind="alarm")
    document = filed().model_dump(mode="json")
    document["entries"][0]["kind"] = "meteorite"
    assert checked(Incident, document).last.kind == "meteorite"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_taxonomy_has_words_and_a_way_out_in_every_language(language: str) -> None:
    assert set(taxonomy()) == {"environment", "candidate", "staff", "technical", "other"}
    assert FALLBACK in taxonomy()[FALLBACK]
    for category, kinds in taxonomy().items():
        assert words.has(f"incident.category.{category}", language)
        assert all(words.has(f"incident.kind.{kind}", language) for kind in kinds)


@pytest.mark.parametrize("told", ["", "x" * 4001, "\x1b[31m", "a\x00b"])
def test_words_that_no_report_can_hold_are_refused(told: str) -> None:
    with pytest.raises(BadDocumentError):
        filed(told=told)


# references


def test_the_check_digit_is_that_of_the_published_example() -> None:
    assert check_digit("572") == "4"


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 10), st.integers(1, 9))
def test_every_misheard_digit_is_found(digits: str, at: int, by: int) -> None:
    whole = digits + check_digit(digits)
    wrong = whole[:at] + str((int(whole[at]) + by) % 10) + whole[at + 1 :]
    with pytest.raises(BadReferenceError):
        read_reference(wrong)


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 9))
def test_every_two_neighbours_that_changed_places_are_found(digits: str, at: int) -> None:
    whole = digits + check_digit(digits)
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
    if swapped != whole:
        with pytest.raises(BadReferenceError):
            read_reference(swapped)


@given(st.text(max_size=30))
def test_no_text_but_a_reference_is_taken(said: str) -> None:
    with contextlib.suppress(BadReferenceError):
        assert check_digit(read_reference(said).replace(" ", "")) == "0"


def test_a_reference_is_read_however_it_is_typed() -> None:
    fresh = new_reference()
    assert read_reference(fresh.replace(" ", "-")) == read_reference(fresh.replace(" ", "")) == fresh


# evidence


def room() -> RoomState:
    state = EMPTY
    signing = SigningKey.generate().public
    came = report(
        sitting=sitting(
            head=Head(seq=40, digest="c" * 64),
            orders=(order_came(),),
            notes=(Noted(what="focus-lost", at_ms=NOW.wall_ms),),
        )
    )
    for event in (
        StationCame(at_ms=1, wall_ms=1, station_id=STATION, name="Station 1", signing=signing, is_ours=True),
        ReportCame(at_ms=2, wall_ms=2, report=came),
        OrderAsked(
            at_ms=3,
            wall_ms=3,
            order_id="ord_" + "1" * 20,
            station_id=STATION,
            admission_id="adm-1",
            number=2,
            kind="resume",
            who="P. Roctor",
            envelope=b"x",
        ),
    ):
        state = step(state, event).state
    return state


def test_evidence_names_rows_heads_orders_and_notes_and_copies_nothing() -> None:
    gathered = gather(room(), [STATION, "x25519-" + "f" * 32, STATION], since={"sit_1": 30})
    incident = begin(with_evidence(draft(), gathered), reference=REFERENCE, centre_id="north", console=CONSOLE, now=NOW)
    entry = incident.last
    (evidence,) = entry.evidence
    assert (evidence.sitting, evidence.first_seq, evidence.last_seq) == ("sit_1", 30, 40)
    assert evidence.head == Head(seq=40, digest="c" * 64)
    assert [(one.kind, one.outcome) for one in entry.orders] == [("pause", "obeyed"), ("resume", "asked")]
    assert [one.what for one in entry.notes] == ["focus-lost"]
    assert [one.name for one in incident.stations] == ["Station 1"]


def test_a_station_that_never_reported_is_named_all_the_same() -> None:
    state = step(
        EMPTY,
        StationCame(
            at_ms=1, wall_ms=1, station_id=STATION, name="Desk", signing=SigningKey.generate().public, is_ours=True
        ),
    ).state
    gathered = gather(state, [STATION])
    assert [one.name for one in gathered.stations] == ["Desk"]
    assert gathered.evidence == ()


# the signed report, its seal and its receipt


def test_a_report_is_its_centres_and_no_other_keys() -> None:
    signed = sign_report(filed(), CENTRE)
    assert read_report(signed.envelope, [CENTRE.public]).incident == filed()
    with pytest.raises(NotTheCentresReportError):
        read_report(signed.envelope, [SigningKey.generate().public])


def test_on_its_way_only_the_academy_reads_a_report() -> None:
    signed = sign_report(filed(told="A candidate fainted."), CENTRE)
    sealed = seal_report(signed, [ACADEMY.sealing.public])
    assert b"fainted" not in sealed
    assert open_report(sealed, [ACADEMY.sealing]) == signed.envelope
    with pytest.raises(NotForUsError):
        open_report(sealed, [])
    with pytest.raises(NoAcademyKeyError):
        seal_report(signed, [])


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for read in (lambda: read_report(data, [CENTRE.public]), lambda: open_report(data, [ACADEMY.sealing])):
        with pytest.raises(PocusError):
            read()


def receipt_of(envelope_digest: str, signer: SigningKey) -> bytes:
    fields = {
        "digest": envelope_digest,
        "reference": REFERENCE,
        "centre_id": "north",
        "entries": 1,
        "received_at_ms": NOW.wall_ms,
    }
    return issue_receipt(checked(IncidentReceipt, fields), signer)


# the folder


@pytest.fixture
def folder(tmp_path: Path) -> IncidentFolder:
    return IncidentFolder(tmp_path / "incidents", centres=[CENTRE.public], hubs=[ACADEMY.signing.public])


def test_each_version_stands_beside_the_one_before(folder: IncidentFolder, tmp_path: Path) -> None:
    first = sign_report(filed(), CENTRE)
    second = sign_report(amend(filed(), draft(), now=LATER), CENTRE)
    folder.keep(first)
    folder.keep(second)
    folder.keep(first)
    assert folder.find(REFERENCE).report == second
    assert sorted(path.name for path in (tmp_path / "incidents").rglob("*.report")) == ["1.report", "2.report"]


def test_of_two_consoles_that_add_at_once_the_second_is_told(folder: IncidentFolder) -> None:
    folder.keep(sign_report(filed(), CENTRE))
    folder.keep(sign_report(amend(filed(), draft(told="one"), now=LATER), CENTRE))
    with pytest.raises(IncidentChangedError):
        folder.keep(sign_report(amend(filed(), draft(told="other"), now=LATER), CENTRE))


def test_what_is_spoilt_on_the_disk_is_named_and_hides_nothing_else(folder: IncidentFolder, tmp_path: Path) -> None:
    folder.keep(sign_report(filed(), CENTRE))
    other = begin(draft(), reference=new_reference(), centre_id="north", console=CONSOLE, now=LATER)
    folder.keep(sign_report(other, CENTRE))
    path = next((tmp_path / "incidents").glob(f"{REFERENCE.replace(' ', '-')}/1.report"))
    data = path.read_bytes()
    for cut in range(0, len(data), 97):
        path.write_bytes(data[:cut])
        shelf = folder.all()
        assert [one.reference for one in shelf.filed] == [other.reference]
        assert shelf.damaged == (f"{REFERENCE.replace(' ', '-')}/1.report",)
    with pytest.raises(UnknownIncidentError):
        folder.find(REFERENCE)


def test_only_a_receipt_of_the_academy_for_this_very_version_counts(folder: IncidentFolder) -> None:
    first = sign_report(filed(), CENTRE)
    folder.keep(first)
    with pytest.raises(BadIncidentReceiptError):
        folder.take_receipt(first, receipt_of(first.digest, SigningKey.generate()))
    with pytest.raises(BadIncidentReceiptError):
        folder.take_receipt(first, receipt_of("0" * 64, ACADEMY.signing))
    assert folder.waiting() == (first,)
    folder.take_receipt(first, receipt_of(first.digest, ACADEMY.signing))
    assert folder.waiting() == ()
    second = sign_report(amend(filed(), draft(), now=LATER), CENTRE)
    folder.keep(second)
    assert folder.waiting() == (second,), "what was added has still to be sent"


def test_the_clock_of_the_tests_gives_both_readings() -> None:
    now = ManualClock().read()
    stamp = begin(draft(), reference=REFERENCE, centre_id="north", console=CONSOLE, now=now).last.at
    assert (stamp.wall_ms, stamp.monotonic_ms) == (now.wall_ms, now.monotonic_ms)
    assert canonical.encode(stamp.model_dump(mode="json"))
