"""Words for the day: typed by tired people, in two languages."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from pocus_desktop.admission.day_key import LANGUAGES, DayKey, Typed, read_words
from pocus_desktop.kernel.errors import PocusError

keys = st.binary(min_size=16, max_size=16).map(lambda secret: DayKey(secret=secret))
languages = st.sampled_from(sorted(LANGUAGES))
KEY = DayKey(secret=bytes(range(16)))
NUMBERED = "\n".join(f"{place}. {word.upper()}," for place, word in enumerate(KEY.words("en"), 1))


def other_word(word: str, language: str) -> str:
    """A word of the list that looks like nothing of this one."""
    listed = Mnemonic(LANGUAGES[language]).wordlist
    return listed[(listed.index(unicodedata.normalize("NFKD", word)) + 1024) % 2048]


@given(keys, languages)
@settings(deadline=None)
def test_words_are_those_of_the_library_and_come_back(key: DayKey, language: str) -> None:
    words = key.words(language)
    assert bytes(Mnemonic(LANGUAGES[language]).to_entropy(list(words))) == key.secret
    assert read_words(" ".join(words)).key() == key


@given(keys, languages, st.data())
@settings(deadline=None)
def test_typing_is_forgiven(key: DayKey, language: str, data: st.DataObject) -> None:
    typed = []
    for place, word in enumerate(key.words(language), 1):
        plain = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
        forms = [
            word,
            word.upper(),
            plain,
            unicodedata.normalize("NFD", word),
            plain[:4],
            plain[:4] + "xx"[: max(0, len(plain) - 4)],
        ]
        typed.append(
            f"{data.draw(st.sampled_from(['', f'{place}. ', f'{place}) ']))}{data.draw(st.sampled_from(forms))}"
        )
    text = data.draw(st.sampled_from([" ", "\n", ", ", " - ", "\t", ";"])).join(typed)
    assert read_words(text).key() == key


def test_numbers_and_capitals_do_not_count() -> None:
    assert read_words(NUMBERED).key() == KEY


@given(keys, languages, st.integers(0, 11), st.data())
@settings(max_examples=20, deadline=None)
def test_one_slip_is_among_the_repairs(key: DayKey, language: str, at: int, data: st.DataObject) -> None:
    words = list(key.words(language))
    kind = data.draw(st.sampled_from(["wrong", "unknown", "missing", "swapped"]))
    if kind == "wrong":
        words[at] = other_word(words[at], language)
    elif kind == "unknown":
        words[at] = "qqqq"
    elif kind == "missing":
        del words[at]
    else:
        to = (at + 1) % 12
        words[at], words[to] = words[to], words[at]
    typed = read_words(" ".join(words))
    if kind == "swapped" and words[at] == words[(at + 1) % 12]:
        assert typed.key() == key
        return
    found = [repair for repair in typed.repairs() if repair.key == key]
    assert found
    told = {"unknown": "wrong"}.get(kind, kind)
    assert told in {repair.slip for repair in found}
    if kind in {"wrong", "unknown"}:
        assert {repair.place for repair in found} == {at + 1}


def test_a_misread_word_is_named_first() -> None:
    """`KEY` has a word with a neighbour that one letter separates; that place is told."""
    words = list(KEY.words("en"))
    listed = Mnemonic("english").wordlist
    told = 0
    for at, word in enumerate(words):
        for other in listed:
            if len(other) == len(word) and sum(a != b for a, b in zip(other, word, strict=True)) == 1:
                wrong = [*words[:at], other, *words[at + 1 :]]
                typed = read_words(" ".join(wrong))
                if Mnemonic("english").check(" ".join(wrong)):  # one in 16 is sound by chance
                    continue
                with pytest.raises(PocusError, match=r"sitting\.day_words_doubtful"):
                    typed.key()
                assert at + 1 in typed.likely()
                told += 1
    assert told >= 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "sitting.day_word_count"),
        ("one two three", "sitting.day_word_count"),
        (" ".join(KEY.words()[:10]), "sitting.day_word_count"),
        (" ".join(KEY.words()[:11]), "sitting.day_word_count"),
        (" ".join((*KEY.words(), "abandon")), "sitting.day_word_count"),
        (" ".join((*KEY.words()[:11], "qqqq")), "sitting.day_word_unknown"),
        (" ".join((*KEY.words("en")[:6], *KEY.words("es")[6:])), "sitting.day_word_unknown"),
    ],
)
def test_what_are_no_words_of_the_day_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(PocusError) as refused:
        read_words(text).key()
    assert refused.value.code == code


def test_words_that_nothing_explains_are_refused_too() -> None:
    wrong = Typed(language="en", tokens=("zzzzzzz",) * 12, found=(2047,) * 12)
    with pytest.raises(PocusError, match=r"sitting\.day_words_wrong"):
        wrong.key()


@given(st.text(max_size=400))
@settings(deadline=None)
def test_nothing_but_our_errors_comes_out(text: str) -> None:
    with suppress(PocusError):
        read_words(text).key()


@given(keys)
@settings(deadline=None)
def test_errors_and_representations_show_no_word(key: DayKey) -> None:
    words = list(key.words("en"))
    typed = read_words(" ".join([*words[:11], "qqqqq"]))
    with pytest.raises(PocusError) as refused:
        typed.key()
    shown = f"{refused.value} {refused.value.params} {typed!r} {key!r}"
    assert not any(f"'{word}'" in shown for word in words)
    assert "qqqqq" not in shown
    assert key.secret.hex() not in shown


def test_contexts_give_other_keys_and_the_name_gives_nothing() -> None:
    assert KEY.wrapping_key(b"a") != KEY.wrapping_key(b"b")
    assert len(KEY.wrapping_key(b"a")) == 32
    assert len(KEY.name) == 16
    assert KEY.name != DayKey(secret=bytes(16)).name
    with pytest.raises(ValueError, match="16 bytes"):
        DayKey(secret=b"short")
