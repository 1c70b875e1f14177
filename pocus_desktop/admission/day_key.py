"""The key of the day: 128 bits that are told as 12 words and typed by a person (formats/embargo 4).

The words are those of BIP-39, English or Spanish, whose first four letters tell them apart and whose last bits are a
checksum. Typing is forgiven its case, accents, numbering, punctuation and everything after the fourth letter. Where
one word is wrong, missing or out of place, `Typed.repairs` gives every key that the person may have meant; what is
locked under the key tells which one it was.

A word is a part of a key: errors name places, never words.
"""

import difflib
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import ClassVar, Final, Literal, TypeAlias

from mnemonic import Mnemonic

from pocus_desktop.crypto.derive import hkdf
from pocus_desktop.kernel.errors import Blame, PocusError

SECRET_BYTES: Final = 16
WORDS: Final = 12
LANGUAGES: Final[Mapping[str, str]] = {"en": "english", "es": "spanish"}

Slip: TypeAlias = Literal["none", "wrong", "missing", "swapped"]

_LETTERS: Final = 4
_CHECK_BITS: Final = 4
_WORD_BITS: Final = 11
_TOKEN: Final = re.compile(r"[^\W\d_]+")
_MOST_CHARACTERS: Final = 1000
_ALIKE: Final = 0.6
_NEIGHBOURS: Final = 40
_MOST_LIKELY: Final = 3


class DayWordsError(PocusError):
    """Anything that typed words are refused for; always one of the classes below."""

    code: ClassVar[str] = "sitting.day_words_refused"
    blame: ClassVar[Blame] = Blame.USER


class DayWordCountError(DayWordsError):
    """There are not 12 words."""

    code = "sitting.day_word_count"


class DayWordUnknownError(DayWordsError):
    """A word is in neither list, or the words are of both."""

    code = "sitting.day_word_unknown"


class DayWordsDoubtfulError(DayWordsError):
    """The checksum fails, and a word like one that was typed would mend it."""

    code = "sitting.day_words_doubtful"


class DayWordsWrongError(DayWordsError):
    """The checksum fails, and nothing tells which word it is."""

    code = "sitting.day_words_wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayKey:
    """The secret behind the words.

    Attributes:
        secret: 16 random bytes; kept out of every representation.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError("a day key has 16 bytes")

    @classmethod
    def generate(cls) -> "DayKey":
        """A fresh key from the operating system's random source."""
        return cls(secret=secrets.token_bytes(SECRET_BYTES))

    @property
    def name(self) -> str:
        """16 hexadecimal digits that name the key and tell nothing of it (4.5)."""
        return hkdf(self.secret, info=b"pocus day key name v1", length=8).hex()

    def words(self, language: str = "en") -> tuple[str, ...]:
        """The 12 words, in English (`en`) or Spanish (`es`)."""
        return tuple(unicodedata.normalize("NFC", word) for word in _library(language).to_mnemonic(self.secret).split())

    def wrapping_key(self, context: bytes) -> bytes:
        """The key of 32 bytes under which a content key is wrapped, for this context alone (3.4)."""
        return hkdf(self.secret, info=b"pocus day key v1\x00" + context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A key that is one slip away from what was typed.

    Attributes:
        slip: A word was wrong, left out, or changed places with another; `none` where nothing was.
        place: The first word that it concerns, counted from 1; 0 where there is none.
    """

    slip: Slip
    place: int
    key: DayKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Words as a person typed them, found in one of the lists; see `read_words`.

    Attributes:
        language: Of the list.
        tokens: What was typed, plain letters in lower case.
        found: The place of each in the list; None for one that is not there.
    """

    language: str
    tokens: tuple[str, ...] = field(repr=False)
    found: tuple[int | None, ...] = field(repr=False)

    @property
    def unknown(self) -> tuple[int, ...]:
        """The places, counted from 1, of words that are not in the list."""
        return tuple(place for place, index in enumerate(self.found, 1) if index is None)

    def key(self) -> DayKey:
        """The key that was typed.

        Raises:
            DayWordCountError: There are not 12 words.
            DayWordUnknownError: A word is not in the list.
            DayWordsDoubtfulError: The checksum fails; `likely` names the places to look at first.
            DayWordsWrongError: The checksum fails.
        """
        if len(self.found) != WORDS:
            raise DayWordCountError(found=len(self.found), needed=WORDS)
        if self.unknown:
            raise DayWordUnknownError(places=_listed(self.unknown))
        key = self.sound()
        if key is not None:
            return key
        likely = self.likely()
        if likely:
            raise DayWordsDoubtfulError(likely=_listed(likely))
        raise DayWordsWrongError

    def sound(self) -> DayKey | None:
        """The key that was typed; None where a word is not in the list, or count or checksum are wrong."""
        return _decode(self.found) if len(self.found) == WORDS and not self.unknown else None

    def likely(self) -> tuple[int, ...]:
        """The places where a similar word would make the checksum right, the most similar first; at most three."""
        alike = [_alike(self.language, token) for token in self.tokens]
        ranked: dict[int, float] = {}
        for repair in self._replacements():
            likeness = alike[repair.place - 1].get(_indices(repair.key)[repair.place - 1], 0.0)
            if likeness > ranked.get(repair.place, 0.0):
                ranked[repair.place] = likeness
        return tuple(sorted(ranked, key=lambda place: (-ranked[place], place))[:_MOST_LIKELY])

    def repairs(self) -> Iterator[Repair]:
        """Every key with a right checksum that one slip of the person separates from what was typed (4.4).

        One word another one, two words changed round, or one of 12 left out; nothing where there are more slips.
        """
        if len(self.found) == WORDS - 1 and not self.unknown:
            yield from self._insertions()
        elif len(self.found) == WORDS and len(self.unknown) <= 1:
            if not self.unknown:
                yield from self._swaps()
            yield from self._replacements()

    def _replacements(self) -> Iterator[Repair]:
        places = self.unknown or range(1, WORDS + 1)
        for place in places:
            for index in range(2**_WORD_BITS):
                if index == self.found[place - 1]:
                    continue
                key = _decode([*self.found[: place - 1], index, *self.found[place:]])
                if key is not None:
                    yield Repair(slip="wrong", place=place, key=key)

    def _swaps(self) -> Iterator[Repair]:
        for first in range(WORDS):
            for second in range(first + 1, WORDS):
                changed = list(self.found)
                changed[first], changed[second] = changed[second], changed[first]
                key = _decode(changed) if changed[first] != changed[second] else None
                if key is not None:
                    yield Repair(slip="swapped", place=first + 1, key=key)

    def _insertions(self) -> Iterator[Repair]:
        for place in range(1, WORDS + 1):
            longer = (*self.found[: place - 1], None, *self.found[place - 1 :])
            tokens = (*self.tokens[: place - 1], "", *self.tokens[place - 1 :])
            for repair in replace(self, tokens=tokens, found=longer).repairs():
                yield replace(repair, slip="missing")


def read_words(text: str) -> Typed:
    """Find typed words in the list that knows most of them.

    Args:
        text: As typed or pasted; numbers, punctuation and line breaks between the words do not count.

    Raises:
        DayWordCountError: There are fewer than 11 or more than 12.
    """
    tokens = tuple(_plain(token) for token in _TOKEN.findall(unicodedata.normalize("NFC", text[:_MOST_CHARACTERS])))
    if not WORDS - 1 <= len(tokens) <= WORDS:
        raise DayWordCountError(found=len(tokens), needed=WORDS)
    read = [
        Typed(language=language, tokens=tokens, found=tuple(_place(language, token) for token in tokens))
        for language in LANGUAGES
    ]
    return min(read, key=lambda typed: (len(typed.unknown), typed.sound() is None, _strange(typed)))


def _decode(indices: Sequence[int | None]) -> DayKey | None:
    """The key of 12 places in the list; None where the checksum (the last 4 bits) is another."""
    bits = 0
    for index in indices:
        assert index is not None  # noqa: S101 - callers filled every place
        bits = bits << _WORD_BITS | index
    secret = (bits >> _CHECK_BITS).to_bytes(SECRET_BYTES, "big")
    if hashlib.sha256(secret).digest()[0] >> _CHECK_BITS != bits & (1 << _CHECK_BITS) - 1:
        return None
    return DayKey(secret=secret)


def _indices(key: DayKey) -> tuple[int, ...]:
    check = hashlib.sha256(key.secret).digest()[0] >> _CHECK_BITS
    bits = int.from_bytes(key.secret, "big") << _CHECK_BITS | check
    return tuple(bits >> _WORD_BITS * (WORDS - place) & (1 << _WORD_BITS) - 1 for place in range(1, WORDS + 1))


def _place(language: str, token: str) -> int | None:
    """A word by its first four letters, or by the whole of it where it has three."""
    return _by_letters(language).get(token[:_LETTERS])


def _strange(typed: Typed) -> int:
    """How many tokens are not the beginning of the word they were taken for."""
    words = _plain_words(typed.language)
    return sum(
        index is not None and not words[index].startswith(token)
        for index, token in zip(typed.found, typed.tokens, strict=True)
    )


@cache
def _library(language: str) -> Mnemonic:
    return Mnemonic(LANGUAGES[language])


@cache
def _plain_words(language: str) -> tuple[str, ...]:
    return tuple(_plain(word) for word in _library(language).wordlist)


@cache
def _by_letters(language: str) -> Mapping[str, int]:
    return {word[:_LETTERS]: index for index, word in enumerate(_plain_words(language))}


def _alike(language: str, token: str) -> Mapping[int, float]:
    """The words that look like what was typed, and how much (0 to 1)."""
    words = _plain_words(language)
    found: dict[int, float] = {}
    for word in difflib.get_close_matches(token, words, n=_NEIGHBOURS, cutoff=_ALIKE):
        found[words.index(word)] = difflib.SequenceMatcher(a=token, b=word, autojunk=False).ratio()
    return found


def _plain(text: str) -> str:
    """Lower case without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _listed(places: tuple[int, ...]) -> str:
    return ", ".join(str(place) for place in places)
