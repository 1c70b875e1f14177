"""How a station comes to know a console: by a card that its centre signed, by words, or by a QR code (formats/room 3).

1. What is shown at the address is asked for first; nothing is believed and nothing is said.
2. Where the station's own centre signed a card for that very certificate, it is the console. Nobody types anything.
3. Else the person at the station types the console's twelve words, or its QR code is read. They commit to the console's
   key with 128 bits; one slip in the words is mended where they then fit what is shown.
4. What was paired is kept with its certificate. Another certificate at the same address is another computer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pocus_desktop.admission.day_key import DayKey, read_words
from pocus_desktop.admission.documents import Centre, bounded, checked, read_payload, signed
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.certificate import certificate_of, certified_key
from pocus_desktop.crypto.encoding import from_base64, from_hex, to_base64
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel import checked as checked_file
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.proctoring.documents import CARD_TYPE, MAXIMUM_CARD_BYTES, RoomCard
from pocus_desktop.proctoring.errors import (
    AnsweredNoError,
    CardOverError,
    NothingThereError,
    OtherRoomError,
    WordsDifferError,
    WordsNeededError,
)
from pocus_desktop.proctoring.link import Address, RoomLink, read_address, shown_certificate
from pocus_desktop.proctoring.tls import fingerprint

CARD_MS: Final = 30 * 24 * 3_600_000
SLACK_MS: Final = 24 * 3_600_000
"""How wrong a station's clock may be before a card is over or not begun for it."""

FRESH_MS: Final = 24 * 3_600_000
"""A card that says the same as one that is younger than this says nothing new."""

MOST_PAIRED: Final = 8
FORMAT: Final = 1
_QR: Final = re.compile(r"pocus-room:([^/\s]+)/([0-9a-f]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedRoom:
    """A console that a station knows.

    Attributes:
        address: Where it was last.
        certificate: The only one that is believed there.
        name: What people call it.
        console: Its id; empty where it was paired by words.
        way: How it was paired: `card` brings its orders into force, `words` lets it watch.
    """

    address: Address
    certificate: bytes
    name: str
    console: str
    way: Literal["card", "words"]


def issue_card(card: RoomCard, signer: SigningKey) -> bytes:
    """The card's envelope."""
    return signed(CARD_TYPE, card, [signer])


def make_card(
    key: SigningKey, *, centre: Centre, console: str, name: str, addresses: Iterable[str], now_ms: int
) -> RoomCard:
    """The card of a console.

    Raises:
        BadDocumentError: A name or address has another form than cards allow.
    """
    return checked(
        RoomCard,
        {
            "centre_id": centre.centre_id,
            "console": console,
            "name": name,
            "addresses": tuple(addresses),
            "certificate": to_base64(certificate_of(key)),
            "made_at_ms": now_ms,
            "expires_at_ms": now_ms + CARD_MS,
        },
    )


def read_card(envelope: bytes, centre: Centre, *, now_ms: int) -> RoomCard:
    """Verify a card by the key of the centre that must have signed it.

    Raises:
        WordsNeededError: Another centre's, or nobody's.
        CardOverError: It is of long ago, or of a time that has not come, by this computer's clock.
        BadDocumentError, NewerDocumentError: It is no card that this program knows.
        PocusError: `crypto.*`: it is no envelope, of another type, or its certificate is none.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_CARD_BYTES))
    try:
        dsse.verify(parsed, payload_type=CARD_TYPE, keys=[centre.signing])
    except dsse.NotEnoughSignaturesError as problem:
        raise WordsNeededError from problem
    card = read_payload(RoomCard, parsed.payload)
    if card.centre_id != centre.centre_id:
        raise WordsNeededError
    if not card.made_at_ms - SLACK_MS <= now_ms <= card.expires_at_ms + SLACK_MS:
        raise CardOverError
    certified_key(card.certificate)
    return card


def says_more(card: RoomCard, known: bytes | None) -> bool:
    """Whether a verified card says something that an earlier one of its console, verified too, does not.

    Everyone may ask a console for a card and show it elsewhere, also one of long ago.
    """
    if known is None:
        return True
    before = read_payload(RoomCard, dsse.Envelope.parse(known).payload)
    if card.made_at_ms <= before.made_at_ms:
        return False
    is_same = (card.name, card.addresses, card.certificate) == (before.name, before.addresses, before.certificate)
    return not is_same or card.made_at_ms - before.made_at_ms >= FRESH_MS


def room_words(key: PublicKey, language: str = "en") -> tuple[str, ...]:
    """The twelve words of a console."""
    return DayKey(secret=fingerprint(key)).words(language)


def room_qr(address: Address, key: PublicKey) -> str:
    """What stands in a console's QR code: where it is, and what it must show."""
    return f"pocus-room:{address}/{fingerprint(key).hex()}"


def pair(text: str, *, centre: Centre | None, words: str = "", now_ms: int) -> PairedRoom:
    """Come to know the console at an address, or of a QR code.

    Args:
        text: The address, or what the QR code says.
        centre: This station's own; None where it has none.
        words: As typed; empty where there are none.
        now_ms: Wall time.

    Raises:
        BadAddressError, NotReachedError: Nobody is there.
        WordsNeededError: It is no console of this station's centre, and nothing was typed.
        WordsDifferError: The words or the code are another console's.
        DayWordsError: The words are none.
        CardOverError: Its card is over.
    """
    code = _QR.fullmatch(text.strip())
    address = read_address(code.group(1) if code is not None else text)
    shown = shown_certificate(address)
    key = certified_key(shown)
    if code is not None and from_hex(code.group(2), field="code") != fingerprint(key):
        raise WordsDifferError(address=str(address))
    if words:
        _require_words(words, key, address)
    try:
        return _by_card(address, shown, centre, now_ms=now_ms)
    except (WordsNeededError, CardOverError):
        if code is None and not words:
            raise
    return PairedRoom(address=address, certificate=shown, name=str(address), console="", way="words")


def paired_by_card(envelope: bytes, centre: Centre, *, now_ms: int) -> tuple[PairedRoom, ...]:
    """What a card says of a console, once for each of its addresses; for consoles that another one names.

    Raises:
        As `read_card`.
    """
    card = read_card(envelope, centre, now_ms=now_ms)
    return tuple(
        PairedRoom(
            address=read_address(address),
            certificate=card.certificate,
            name=card.name,
            console=card.console,
            way="card",
        )
        for address in card.addresses
    )


def load_rooms(path: Path) -> tuple[PairedRoom, ...]:
    """The consoles that were paired; none where the file is missing or is something else.

    Raises:
        FileRefusedError: The disk does not give it.
    """
    try:
        document = checked_file.decode(path.read_bytes())
    except FileNotFoundError:
        return ()
    except canonical.BadJsonError:  # pairing again costs a minute; a sitting is not kept for it
        return ()
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    rooms = document.get("rooms") if isinstance(document, dict) and document.get("format") == FORMAT else None
    if not isinstance(rooms, list):
        return ()
    found: list[PairedRoom] = []
    for room in rooms[:MOST_PAIRED]:
        try:
            found.append(_read_room(room))
        except PocusError:
            continue
    return tuple(found)


def save_rooms(path: Path, rooms: Iterable[PairedRoom]) -> None:
    """Keep the consoles that were paired, the latest ones.

    Raises:
        FileRefusedError: The disk does not take it.
    """
    listed: list[Json] = [
        {
            "address": str(room.address),
            "certificate": to_base64(room.certificate),
            "name": room.name,
            "console": room.console,
            "way": room.way,
        }
        for room in tuple(rooms)[-MOST_PAIRED:]
    ]
    try:
        write_atomically(path, checked_file.encode({"format": FORMAT, "rooms": listed}))
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def with_room(rooms: Iterable[PairedRoom], new: PairedRoom) -> tuple[PairedRoom, ...]:
    """The list with a console, in place of what it was known as before."""
    return (*(room for room in rooms if room.certificate != new.certificate), new)


def _by_card(address: Address, shown: bytes, centre: Centre | None, *, now_ms: int) -> PairedRoom:
    if centre is None:
        raise WordsNeededError
    link = RoomLink(address, shown)
    try:
        card = read_card(link.card(), centre, now_ms=now_ms)
    except (AnsweredNoError, NothingThereError) as problem:
        raise WordsNeededError from problem
    finally:
        link.close()
    if card.certificate != shown:
        raise OtherRoomError(address=str(address))
    return PairedRoom(address=address, certificate=shown, name=card.name, console=card.console, way="card")


def _require_words(words: str, key: PublicKey, address: Address) -> None:
    """Rule 3."""
    typed = read_words(words)
    sound = typed.sound()
    wanted = DayKey(secret=fingerprint(key))
    if sound == wanted or any(repair.key == wanted for repair in typed.repairs()):
        return
    typed.key()  # says what is wrong with words that are none
    raise WordsDifferError(address=str(address))


def _read_room(document: Json) -> PairedRoom:
    match document:
        case {
            "address": str(address),
            "certificate": str(certificate),
            "name": str(name),
            "console": str(console),
            "way": ("card" | "words") as way,
        }:
            der = from_base64(certificate, field="certificate")
            certified_key(der)
            return PairedRoom(
                address=read_address(address), certificate=der, name=name[:80], console=console[:80], way=way
            )
    raise WordsNeededError
