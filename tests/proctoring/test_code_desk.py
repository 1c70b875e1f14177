"""The centre's device and the paper book: what they answer, and what they refuse to say twice."""

from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import room_code
from pocus_desktop.admission.admission import Admission, Candidate, StationKeys, VerifiedAdmission
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import BadChallengeError, Challenge, NoCodesError, read_challenge
from pocus_desktop.admission.room_policy import RoomPolicy, issue_policy
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring import code_book
from pocus_desktop.proctoring.code_desk import (
    BadTellingsError,
    CodeDesk,
    NoneHereError,
    SeveralHereError,
    ToldBeforeError,
)
from pocus_desktop.proctoring.incident_reference import BadReferenceError, new_reference
from pocus_desktop.proctoring.policy import BeyondPolicyError, keep_policy

HUB = SigningKey.generate()
CENTRE = StationKeys.generate()
SECRET = b"\x07" * 32
NOW_MS = 1_800_000_000_000


def admitted(
    home: Home, name: str = "adm_1", candidate: str = "C-17", *, to: SealingKey = CENTRE.sealing
) -> VerifiedAdmission:
    """An admission that this computer took in."""
    envelope = admissions.issue(
        Admission(
            admission_id=name,
            candidate=Candidate(id=candidate, display_name="Ana Roe"),
            bundle_id="dvt",
            mode=Mode.TRIAL,
            recipients=(SealingKey.generate().public,),
            centre_id="north",
            code_secrets=room_code.seal_secret(SECRET, [to.public], admission_id=name),
        ),
        [HUB],
    )
    write_atomically(home.admission(name), envelope)
    return admissions.verify(envelope, [HUB.public])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(folder=tmp_path)


@pytest.fixture
def desk(home: Home) -> CodeDesk:
    return CodeDesk(home, CENTRE, [HUB.public])


def asked(one: VerifiedAdmission, number: int = 1, minutes: int = 10) -> Challenge:
    return Challenge(purpose="time", minutes=minutes, number=number, admission_digest=one.digest)


def test_the_device_answers_what_the_station_takes(home: Home, desk: CodeDesk) -> None:
    one = admitted(home)
    challenge = asked(one)
    told = desk.tell(desk.find(" c-17 "), challenge.shown, who="Proctor", now_ms=NOW_MS)
    assert told.challenge == challenge
    assert room_code.source_of(SECRET, challenge, f" {told.code[:4]}-{told.code[4:]} ") == "device"
    assert told.code not in repr(told)


def test_what_the_book_says_is_what_the_station_takes_from_a_book(home: Home, desk: CodeDesk) -> None:
    one = admitted(home)
    page = code_book.page(one, desk.secret(one), numbers=3)
    entries = [entry for row in page.rows for entry in row] + list(page.sign_in)
    assert len(page.rows) == 3
    assert {room_code.source_of(SECRET, entry.challenge, entry.code) for entry in entries} == {"book"}
    assert len({entry.code for entry in entries}) == len(entries)
    text = code_book.as_text(page, "en")
    assert all(entry.shown in text for entry in entries)
    assert "Ana Roe" in text
    assert text != code_book.as_text(page, "es")


def test_a_number_is_told_again_only_when_asked_to_and_so_a_disk_that_was_set_back_shows(
    home: Home, desk: CodeDesk
) -> None:
    one = admitted(home)
    desk.tell(one, asked(one, 1).digits, who="P", now_ms=NOW_MS)
    desk.tell(one, asked(one, 4).digits, who="P", now_ms=NOW_MS)  # the book gave those between
    for number in (1, 3, 4):
        with pytest.raises(ToldBeforeError):
            CodeDesk(home, CENTRE, [HUB.public]).tell(one, asked(one, number).digits, who="P", now_ms=NOW_MS)
    again = desk.tell(one, asked(one, 4).digits, who="P", now_ms=NOW_MS, again=True)
    assert again.challenge.number == 4
    sign_in = Challenge(purpose="sign-in", number=1, admission_digest=one.digest)
    assert desk.tell(one, sign_in.digits, who="P", now_ms=NOW_MS).challenge == sign_in  # counted for itself


def test_nothing_is_told_that_could_not_be_written_down(home: Home, desk: CodeDesk) -> None:
    one = admitted(home)
    home.codes.write_text("a file where the folder must be")
    with pytest.raises(FileRefusedError):
        desk.tell(one, asked(one).digits, who="P", now_ms=NOW_MS)
    home.codes.unlink()
    home.codes.mkdir()
    (home.codes / "adm_1.told").write_bytes(b'{"told": "cut')
    with pytest.raises(BadTellingsError):
        desk.tell(one, asked(one).digits, who="P", now_ms=NOW_MS, again=True)


def test_who_is_not_found_and_what_cannot_be_opened(home: Home, desk: CodeDesk) -> None:
    admitted(home)
    admitted(home, "adm_2")
    others = admitted(home, "adm_3", "C-99", to=SealingKey.generate())
    home.admission("broken").write_bytes(b"no envelope")
    with pytest.raises(NoneHereError):
        desk.find("C-1")
    with pytest.raises(SeveralHereError):
        desk.find("C-17")
    assert desk.find("C-17", "adm_2").admission.admission_id == "adm_2"
    with pytest.raises(NoCodesError):
        desk.tell(others, asked(others).digits, who="P", now_ms=NOW_MS)


@pytest.mark.parametrize(
    "typed",
    ["", "1234567", "123456789", "abcdefgh", "00000000", "70000100", "31000000", "30700100", "11000100", "١٢٣٤٥٦٧٨"],
)
def test_what_is_no_challenge(home: Home, desk: CodeDesk, typed: str) -> None:
    one = admitted(home)
    with pytest.raises(BadChallengeError):
        desk.tell(one, typed, who="P", now_ms=NOW_MS)


def test_a_slip_and_the_wrong_candidate_are_caught_at_the_device(home: Home) -> None:
    ana, bob = admitted(home), admitted(home, "adm_2", "C-18")
    taken = 0
    for number in range(1, 101):
        digits = asked(ana, number).digits
        assert read_challenge(digits, ana.digest) == asked(ana, number)
        try:
            read_challenge(digits, bob.digest)
            taken += 1
        except BadChallengeError:
            pass
    assert taken < 10  # one in a hundred, by chance; the code is then another, and the station refuses it


def test_every_challenge_there_is_reads_back(home: Home) -> None:
    one = admitted(home)
    shown = {
        challenge.digits: challenge
        for purpose in room_code.PURPOSES
        for minutes in (room_code.MINUTES if purpose == "time" else (0,))
        for number in range(1, room_code.MAXIMUM_NUMBER + 1, 37)
        for challenge in [Challenge(purpose=purpose, minutes=minutes, number=number, admission_digest=one.digest)]
    }
    assert {digits: read_challenge(digits, one.digest) for digits in shown} == shown


def test_more_time_than_the_policy_allows_needs_an_incident(home: Home, desk: CodeDesk) -> None:
    one = admitted(home)
    policy = RoomPolicy(
        policy_id=f"pol_{'0' * 20}",
        centre_id="north",
        made_at_ms=NOW_MS,
        extra_once_minutes=10,
        extra_total_minutes=15,
        breaks=1,
        break_minutes=5,
    )
    keep_policy(home.room, issue_policy(policy, HUB), (HUB.public,), centre_id="north")

    def tell(number: int, minutes: int, **more: Any) -> None:
        desk.tell(one, asked(one, number, minutes).digits, who="P", now_ms=NOW_MS, **more)

    with pytest.raises(BeyondPolicyError):
        tell(1, 15)
    tell(1, 10)
    tell(1, 10, again=True)  # the same code, misheard: no more time
    with pytest.raises(BeyondPolicyError):
        tell(2, 10)
    tell(2, 5)
    with pytest.raises(BeyondPolicyError):
        tell(3, 5)
    with pytest.raises(BadReferenceError):
        tell(3, 5, incident="123 4567 8901")
    tell(3, 15, incident=new_reference())
    unlock = Challenge(purpose="unlock", number=4, admission_digest=one.digest)
    desk.tell(one, unlock.digits, who="P", now_ms=NOW_MS)  # a policy locks nobody out


def test_a_name_steers_no_terminal_and_makes_no_line_of_its_own(home: Home, desk: CodeDesk) -> None:
    one = admitted(home, candidate="C-1\n1       0000 0000\x1b[2J")
    page = code_book.page(one, desk.secret(one), numbers=1)
    text = code_book.as_text(page, "en")
    assert "\x1b" not in text
    assert len([line for line in text.splitlines() if line.startswith("1 ")]) == 2  # a row, and one for the sign-in
