"""How a station comes to know a console, and what cannot take a console's place."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pocus_desktop.admission.day_key import DayWordUnknownError
from pocus_desktop.admission.documents import Centre
from pocus_desktop.crypto.certificate import BadKeyCertificateError, certificate_of, certified_key
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring.errors import BadAddressError, CardOverError, WordsDifferError, WordsNeededError
from pocus_desktop.proctoring.link import Address, read_address
from pocus_desktop.proctoring.pairing import (
    CARD_MS,
    SLACK_MS,
    PairedRoom,
    issue_card,
    load_rooms,
    make_card,
    pair,
    paired_by_card,
    read_card,
    room_qr,
    room_words,
    save_rooms,
    with_room,
)
from tests.proctoring.school_room import CENTRE, CENTRE_KEYS, Console, console

OTHER = Centre(
    signing=SigningKey.generate().public, sealing=SealingKey.generate().public, centre_id="south", name="South"
)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path) as found:
        yield found


def wall() -> int:
    """The time now; the console's card is of today."""
    return SystemClock().read().wall_ms


def test_a_station_of_the_centre_needs_the_address_alone(opened: Console) -> None:
    found = pair(str(opened.address), centre=CENTRE, now_ms=wall())
    assert (found.way, found.name, found.console) == ("card", "Room 1", opened.room.state.console)
    assert found.certificate == opened.certificate


@pytest.mark.parametrize("centre", [None, OTHER], ids=["no-centre", "another-centre"])
def test_a_stranger_needs_the_words(opened: Console, centre: Centre | None) -> None:
    with pytest.raises(WordsNeededError):
        pair(str(opened.address), centre=centre, now_ms=wall())
    for language in ("en", "es"):
        words = " ".join(room_words(opened.key.public, language))
        assert pair(str(opened.address), centre=centre, words=words, now_ms=wall()).way == "words"


def test_the_qr_code_says_where_and_whom(opened: Console) -> None:
    found = pair(room_qr(opened.address, opened.key.public), centre=None, now_ms=wall())
    assert (found.address, found.way) == (opened.address, "words")
    with pytest.raises(WordsDifferError):
        pair(room_qr(opened.address, SigningKey.generate().public), centre=CENTRE, now_ms=wall())


def test_one_slip_in_the_words_is_mended_and_another_consoles_are_not_taken(opened: Console) -> None:
    words = list(room_words(opened.key.public))
    slipped = [words[1], words[0], *words[2:]]
    assert pair(str(opened.address), centre=None, words=" ".join(slipped), now_ms=wall()).way == "words"
    other = " ".join(room_words(SigningKey.generate().public))
    with pytest.raises(WordsDifferError):
        pair(str(opened.address), centre=None, words=other, now_ms=wall())
    with pytest.raises(DayWordUnknownError):
        pair(str(opened.address), centre=None, words=" ".join(["xyzzy", "plugh", *words[2:]]), now_ms=wall())


def test_typed_words_count_even_where_a_card_would_do(opened: Console) -> None:
    other = " ".join(room_words(SigningKey.generate().public))
    with pytest.raises(WordsDifferError):
        pair(str(opened.address), centre=CENTRE, words=other, now_ms=wall())


def test_a_card_is_of_its_centre_and_of_these_days() -> None:
    key = SigningKey.generate()
    card = make_card(key, centre=CENTRE, console="con_" + "0" * 20, name="R", addresses=["10.0.0.1:1"], now_ms=CARD_MS)
    envelope = issue_card(card, CENTRE_KEYS.signing)
    assert read_card(envelope, CENTRE, now_ms=CARD_MS) == card
    assert [room.address for room in paired_by_card(envelope, CENTRE, now_ms=CARD_MS)] == [Address("10.0.0.1", 1)]
    with pytest.raises(WordsNeededError):
        read_card(issue_card(card, SigningKey.generate()), CENTRE, now_ms=CARD_MS)
    with pytest.raises(WordsNeededError):
        read_card(
            issue_card(card.model_copy(update={"centre_id": "south"}), CENTRE_KEYS.signing), CENTRE, now_ms=CARD_MS
        )
    for now in (CARD_MS - SLACK_MS - 1, 2 * CARD_MS + SLACK_MS + 1):
        with pytest.raises(CardOverError):
            read_card(envelope, CENTRE, now_ms=now)


def test_what_was_paired_is_kept_and_a_damaged_file_costs_only_that(tmp_path: Path) -> None:
    path = tmp_path / "rooms.json"
    room = PairedRoom(
        address=Address("10.0.0.1", 8421),
        certificate=certificate_of(SigningKey.generate()),
        name="R",
        console="con_" + "0" * 20,
        way="card",
    )
    moved = replace(room, address=Address("10.0.0.2", 8421))
    save_rooms(path, with_room(with_room((), room), moved))
    assert load_rooms(path) == (moved,)
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"card", b"cart"), b'{"format":1,"rooms":[{}]}'):
        path.write_bytes(damaged)
        assert load_rooms(path) == ()
    assert load_rooms(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.20", ("192.168.1.20", 8421)),
        (" https://192.168.1.20:9000/ ", ("192.168.1.20", 9000)),
        ("room-1.local:1", ("room-1.local", 1)),
        ("[fe80::1]:7", ("fe80::1", 7)),
        ("fe80::1", ("fe80::1", 8421)),
    ],
)
def test_an_address_is_read_as_people_type_it(text: str, address: tuple[str, int]) -> None:
    assert tuple(read_address(text)) == address
    assert read_address(str(read_address(text))) == read_address(text)


@pytest.mark.parametrize("text", ["", " ", "a b", "host:0", "host:99999", "host:x", "../x", "[::1", "user@host", "h/x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddressError):
        read_address(text)


def test_a_certificate_is_the_same_for_the_same_key_and_is_of_no_other() -> None:
    key = SigningKey.generate()
    der = certificate_of(key)
    assert (certificate_of(key), certified_key(der)) == (der, key.public)
    for at in range(0, len(der), 7):
        changed = der[:at] + bytes([der[at] ^ 1]) + der[at + 1 :]
        with pytest.raises(BadKeyCertificateError):
            certified_key(changed)
    for cut in (b"", der[:-1], der * 20):
        with pytest.raises(BadKeyCertificateError):
            certified_key(cut)
