"""The embargo: a live bundle stays ciphertext until its content key is released (formats/embargo).

An `UnlockGrant` carries the content key of one version of one bundle, sealed to stations or centres, for one window. It
comes in one of two forms:

* Released: whoever holds a recipient's key can open it; the grant itself is kept back until the day.
* Under words: it is delivered days before, and opens only where the words for the day are typed at a recipient.
  Neither what lies at the station nor words that were overheard open anything alone.

`content_key_for` is what a station asks. Everything here is pure; `unlock_folder` keeps what was taken in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission
from pocus_desktop.admission.day_key import DayKey, Repair, Typed
from pocus_desktop.admission.errors import NoContentKeyError
from pocus_desktop.admission.unlock_errors import (
    AlreadyUnlockedError,
    BadUnlockError,
    NothingWaitsForWordsError,
    NotReleasedError,
    UnlockError,
    UnlockNotForStationError,
    UnlockOtherVersionError,
    UnlockTooEarlyError,
    UnlockTooLateError,
    WordsNeededError,
    WordsOfAnotherDayError,
)
from pocus_desktop.admission.unlock_grant import (
    CONTENT_KEY_BYTES,
    INFO,
    UnlockGrant,
    VerifiedGrant,
    inner_context,
    passed_info,
)
from pocus_desktop.crypto import hpke, wrap
from pocus_desktop.crypto.keys import SealingKey

Way: TypeAlias = Literal["admission", "grant", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a station holds towards opening bundles.

    Attributes:
        keys: Its own sealing key, and its centre's where it has that.
        grants: Releases that were taken in.
        day_keys: Words that were typed, as keys.
    """

    keys: tuple[SealingKey, ...]
    grants: tuple[VerifiedGrant, ...] = ()
    day_keys: tuple[DayKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedKey:
    """A content key, and by what it was released: a fact for the journal (5.5).

    Attributes:
        key: 32 bytes; kept out of every representation.
        way: With the admission itself, by a release, or by a release and the words for the day.
        grant_id: Of the release; empty where the admission carried the key.
        grant_digest: SHA-256 of the release's envelope; likewise.
    """

    key: bytes = field(repr=False)
    way: Way
    grant_id: str = ""
    grant_digest: str = ""

    @property
    def told(self) -> str:
        """What the journal notes of it; empty where the admission, which the journal names, carried the key."""
        return f"{self.way} {self.grant_id} {self.grant_digest}" if self.grant_id else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Words that open something here.

    Attributes:
        key: The key of the day.
        opens: The releases that it opens.
        repair: The one slip that was mended; None where the words were typed right.
    """

    key: DayKey
    opens: tuple[VerifiedGrant, ...]
    repair: Repair | None = None


def require_useful(verified: VerifiedGrant, keys: Sequence[SealingKey], *, now_ms: int) -> None:
    """Refuse to take in a release that can open nothing here any more (5.1).

    One that is to come is taken in: it is made to be brought early.

    Args:
        verified: The release.
        keys: This station's and its centre's.
        now_ms: The present, never earlier than the latest time seen.

    Raises:
        UnlockNotForStationError: It is sealed to others.
        UnlockTooLateError: Its window is over.
    """
    grant = verified.grant
    if not _mine(verified, keys):
        raise UnlockNotForStationError(bundle=grant.bundle_id)
    if now_ms > grant.window.not_after_ms:
        raise UnlockTooLateError(bundle=grant.bundle_id, ended=_told(grant.window.not_after_ms))


def content_key_for(
    admission: Admission, held: Held, *, version: int, now_ms: int | None, is_sealed: bool = True
) -> ReleasedKey | None:
    """The content key for the bundle of an admission, if it may be opened here and now (5).

    Args:
        admission: Verified before.
        held: What this station holds.
        version: Of the bundle at hand.
        now_ms: The present, never earlier than the latest time seen; None for a sitting that was begun: it goes on,
            whatever the window (5.4).
        is_sealed: Whether the bundle at hand is; one that is open needs no key.

    Returns:
        The key and what released it; None where no key is needed.

    Raises:
        NotReleasedError: There is neither key nor release.
        UnlockOtherVersionError, UnlockNotForStationError, UnlockTooLateError, UnlockTooEarlyError, WordsNeededError:
            What stands between the nearest release and this bundle.
        NoContentKeyError: The admission carries keys for others, and there is no release.
        BadUnlockError, CannotOpenSealedError: A key that should open does not.
    """
    if not is_sealed:
        return None
    try:
        carried = admissions.content_key(admission, held.keys)
    except NoContentKeyError:
        if not any(each.grant.bundle_id == admission.bundle_id for each in held.grants):
            raise
        carried = None
    if carried is not None:
        return ReleasedKey(key=carried, way="admission")
    return released_key(admission.bundle_id, held, version=version, now_ms=now_ms)


def released_key(bundle_id: str, held: Held, *, version: int, now_ms: int | None) -> ReleasedKey:
    """The content key of a bundle by the releases that are here, whatever the admission carries (5.3).

    Args:
        bundle_id: Of the bundle.
        held: What this station holds.
        version: Of the bundle at hand.
        now_ms: As for `content_key_for`.

    Raises:
        UnlockError: As `content_key_for`.
    """
    problems: list[UnlockError] = [NotReleasedError(bundle=bundle_id)]
    for verified in held.grants:
        if verified.grant.bundle_id != bundle_id:
            continue
        try:
            return _open(verified, held, version=version, now_ms=now_ms)
        except UnlockError as problem:
            problems.append(problem)
    raise max(problems, key=_nearness)


def standing(verified: VerifiedGrant, held: Held, *, now_ms: int) -> UnlockError | None:
    """What keeps a release from opening its own version of its bundle here and now; None where nothing does."""
    try:
        _open(verified, held, version=verified.grant.version, now_ms=now_ms)
    except UnlockError as problem:
        return problem
    return None


def hear_words(typed: Typed, held: Held, *, now_ms: int) -> Spoken:
    """What typed words open here; one slip is mended where a release proves what was meant (4.4).

    Args:
        typed: From `read_words`.
        held: What this station holds.
        now_ms: The present, never earlier than the latest time seen.

    Raises:
        NothingWaitsForWordsError: No release here needs words.
        UnlockNotForStationError, UnlockTooEarlyError, UnlockTooLateError: Those that do are for others or another time.
        AlreadyUnlockedError: The same words were taken in before.
        WordsOfAnotherDayError: The words are sound and open nothing.
        DayWordsError: The words are not sound, and no one slip explains it.
    """
    locks = _locks(held, now_ms)
    sound = typed.sound()
    meant = [Repair(slip="none", place=0, key=sound)] if sound is not None else []
    for repair in (*meant, *typed.repairs()):
        opened = tuple(verified for verified, opens in locks if opens(repair.key))
        if opened and repair.key in held.day_keys:
            raise AlreadyUnlockedError
        if opened:
            return Spoken(key=repair.key, opens=opened, repair=repair if repair.place else None)
    typed.key()
    raise WordsOfAnotherDayError


def opened_layer(verified: VerifiedGrant, keys: Sequence[SealingKey]) -> tuple[str, bytes]:
    """What lies under the recipient's layer, and which recipient the hub named for it.

    Raises:
        UnlockNotForStationError: Nothing is sealed to these keys.
        BadUnlockError: What is sealed to them does not open.
    """
    mine = _mine(verified, keys)
    if not mine:
        raise UnlockNotForStationError(bundle=verified.grant.bundle_id)
    layer = mine[0]
    try:
        return layer.of, hpke.open_sealed(layer.key, layer.sealed, info=layer.info)
    except hpke.CannotOpenSealedError as problem:
        raise BadUnlockError(reason="what it seals to this computer does not open") from problem


@dataclass(frozen=True, slots=True)
class _Layer:
    """Something that is sealed to us, with the key that opens it; `of` is the recipient that the hub named."""

    key: SealingKey
    sealed: bytes
    info: bytes
    of: str


def _mine(verified: VerifiedGrant, keys: Sequence[SealingKey]) -> tuple[_Layer, ...]:
    """What of a release is sealed to us: by the hub, then by those who passed it on."""
    ours, grant = {key.key_id: key for key in keys}, verified.grant
    named = {entry.key_id for entry in grant.keys}
    info = INFO + grant.context()
    by_hub = [_Layer(ours[each.key_id], each.sealed, info, each.key_id) for each in grant.keys if each.key_id in ours]
    passed = [
        _Layer(ours[each.key_id], each.sealed, passed_info(grant, each.of), each.of)
        for each in verified.passed
        if each.key_id in ours and each.of in named
    ]
    return (*by_hub, *passed)


def _require_window(grant: UnlockGrant, now_ms: int) -> None:
    window = grant.window
    if now_ms < window.not_before_ms:
        raise UnlockTooEarlyError(bundle=grant.bundle_id, begins=_told(window.not_before_ms))
    if now_ms > window.not_after_ms:
        raise UnlockTooLateError(bundle=grant.bundle_id, ended=_told(window.not_after_ms))


def _under_words(grant: UnlockGrant, key_id: str, wrapped: bytes, day_key: DayKey) -> bytes | None:
    try:
        return wrap.unwrap(day_key.wrapping_key(inner_context(grant.context(), key_id)), wrapped)
    except wrap.CannotUnwrapError:
        return None


def _open(verified: VerifiedGrant, held: Held, *, version: int, now_ms: int | None) -> ReleasedKey:
    """Open one release, judged in the order of 5.3."""
    grant = verified.grant
    if grant.version != version:
        raise UnlockOtherVersionError(bundle=grant.bundle_id, released=grant.version, here=version)
    key_id, inner = opened_layer(verified, held.keys)
    if now_ms is not None:
        _require_window(grant, now_ms)
    found: bytes | None = inner
    if grant.needs_words:
        tried = (_under_words(grant, key_id, inner, day_key) for day_key in held.day_keys)
        found = next((key for key in tried if key is not None), None)
        if found is None:
            raise WordsNeededError(bundle=grant.bundle_id, until=_told(grant.window.not_after_ms))
    if found is None or len(found) != CONTENT_KEY_BYTES:
        raise BadUnlockError(reason="what it seals is no content key")
    way: Way = "words" if grant.needs_words else "grant"
    return ReleasedKey(key=found, way=way, grant_id=grant.grant_id, grant_digest=verified.digest)


def _locks(held: Held, now_ms: int) -> tuple[tuple[VerifiedGrant, Callable[[DayKey], bool]], ...]:
    """The releases that words could open here and now; the outer layer of each is opened once."""
    locks: list[tuple[VerifiedGrant, Callable[[DayKey], bool]]] = []
    problems: list[UnlockError] = [NothingWaitsForWordsError()]
    for verified in held.grants:
        if not verified.grant.needs_words:
            continue
        try:
            key_id, wrapped = opened_layer(verified, held.keys)
            _require_window(verified.grant, now_ms)
        except UnlockError as problem:
            problems.append(problem)
            continue
        locks.append((verified, _lock(verified.grant, key_id, wrapped)))
    if not locks:
        raise max(problems, key=_nearness)
    return tuple(locks)


def _lock(grant: UnlockGrant, key_id: str, wrapped: bytes) -> Callable[[DayKey], bool]:
    return lambda day_key: _under_words(grant, key_id, wrapped, day_key) is not None


def _nearness(problem: UnlockError) -> int:
    """How near a release was: the nearest one's problem is the one worth telling."""
    order: tuple[type[UnlockError], ...] = (
        UnlockOtherVersionError,
        UnlockNotForStationError,
        UnlockTooLateError,
        BadUnlockError,
        UnlockTooEarlyError,
        WordsNeededError,
    )
    return order.index(type(problem)) + 1 if type(problem) in order else 0


def _told(wall_ms: int) -> str:
    """A wall time in words, in UTC."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
