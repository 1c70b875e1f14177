"""A document as text: whatever happens to it on the way is told by the part."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.text_parts import MAXIMUM_BYTES, from_parts, is_parts, to_parts

DATA = random.Random(1).randbytes(300)
PARTS = to_parts(DATA, kind="UNLOCK", characters=100)


@given(st.binary(max_size=2000), st.integers(20, 900), st.randoms(use_true_random=False))
def test_parts_come_back_from_any_order_in_any_shape(data: bytes, characters: int, chance: random.Random) -> None:
    parts = list(to_parts(data, kind="UNLOCK", characters=characters))
    parts += chance.sample(parts, k=chance.randrange(len(parts) + 1))
    chance.shuffle(parts)
    broken = ["\n".join(part[at : at + 60] for at in range(0, len(part), 60)) for part in parts]
    text = "Please scan:\n" + "\n\n".join(chance.choice([part, part.lower()]) for part in broken)
    assert is_parts(text)
    assert from_parts(text, kind="UNLOCK") == data


def test_a_part_holds_what_a_qr_code_holds_in_its_small_alphabet() -> None:
    assert set("".join(PARTS)) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_letters_that_look_alike_are_forgiven() -> None:
    head, body = PARTS[0].rsplit(":", 2)[0], PARTS[0].rsplit(":", 2)[1:]
    misread = ":".join([head, *(each.replace("0", "O").replace("1", "l") for each in body)])
    assert from_parts("\n".join([misread, *PARTS[1:]]), kind="UNLOCK") == DATA


def typed_wrong(part: str) -> str:
    at = part.index(":", 12) + 20
    return part[:at] + ("7" if part[at] != "7" else "8") + part[at + 1 :]


OTHER = to_parts(DATA[::-1], kind="UNLOCK", characters=100)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", "parts.none", ""),
        ("hello", "parts.none", ""),
        ("\n".join([PARTS[0], typed_wrong(PARTS[1]), *PARTS[2:]]), "parts.damaged", "2"),
        ("\n".join([*PARTS[:1], *PARTS[3:]]), "parts.missing", "2, 3"),
        ("\n".join([*PARTS[:2], *OTHER[2:]]), "parts.mixed", ""),
        ("\n".join(to_parts(DATA, kind="ADMISSION")), "parts.other_kind", ""),
        (PARTS[0].replace(":1/", ":0/"), "parts.damaged", "0"),
    ],
)
def test_what_is_wrong_is_named_by_its_part(text: str, code: str, told: str) -> None:
    with pytest.raises(PocusError) as refused:
        from_parts(text, kind="UNLOCK")
    assert refused.value.code == code
    assert refused.value.params.get("parts", "") == told


def test_a_part_that_came_right_the_second_time_is_enough() -> None:
    assert from_parts("\n".join([typed_wrong(PARTS[0]), *PARTS]), kind="UNLOCK") == DATA


def test_what_is_too_large_is_refused_both_ways() -> None:
    with pytest.raises(PocusError, match=r"parts\.unreadable"):
        to_parts(b"a" * (MAXIMUM_BYTES + 1), kind="UNLOCK")
    with pytest.raises(PocusError, match=r"parts\.unreadable"):
        to_parts(random.Random(2).randbytes(MAXIMUM_BYTES), kind="UNLOCK")


@given(st.text(max_size=300) | st.text(alphabet="POCUS1:/UNLK0A-\n", max_size=300))
def test_nothing_but_our_errors_comes_out(text: str) -> None:
    with suppress(PocusError):
        from_parts(text, kind="UNLOCK")
