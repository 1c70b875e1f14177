"""A station's desk for releases: take them in, hear the words, say what is open (formats/embargo 5 and 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pocus_desktop.admission.admission import Admission, StationKeys
from pocus_desktop.admission.day_key import read_words
from pocus_desktop.admission.latest_time import ClockSetBackError, LatestTime, moment
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_errors import UnlockError, UnlockTooLateError
from pocus_desktop.admission.unlock_folder import Kept, UnlockFolder
from pocus_desktop.admission.unlock_grant import VerifiedGrant
from pocus_desktop.admission.unlock_passing import pass_on, read_release
from pocus_desktop.admission.unlocking import ReleasedKey, Spoken, content_key_for, hear_words, require_useful, standing
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home

Standing: TypeAlias = tuple[VerifiedGrant, UnlockError | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockDesk:
    """Everything that opens embargoed bundles at one station.

    Attributes:
        home: Where it is kept.
        keys: The station's.
        trusting: Whose releases are believed.
        clock: The present; never taken for earlier than the latest time seen here.
    """

    home: Home
    keys: StationKeys
    trusting: Trusting
    clock: Clock

    def take_in(self, data: bytes) -> VerifiedGrant:
        """Verify a release and keep it.

        Raises:
            UnlockNotForStationError, UnlockTooLateError, AlreadyUnlockedError: As they say.
            ClockSetBackError: It is over by a time seen here, though the clock says otherwise.
            PocusError: `crypto.*` or `sitting.bad_unlock`: no trusted hub signed it, or it is something else.
            FileRefusedError: The disk does not take it.
        """
        verified = read_release(data, self.trusting.hubs)
        try:
            require_useful(verified, [self.keys.sealing], now_ms=self.now_ms())
        except UnlockTooLateError as problem:
            raise self._set_back() or problem from problem
        self._folder().keep_grant(verified)
        log.event("unlock.taken_in", grant=verified.grant.grant_id, digest=verified.digest)
        return verified

    def pass_on(self, data: bytes, recipients: Sequence[PublicKey]) -> bytes:
        """A release that is sealed to this computer, for further stations; nothing is kept.

        Raises:
            UnlockNotForStationError: It is sealed to others.
            PocusError: It is no release, or a key is not for sealing.
        """
        verified = read_release(data, self.trusting.hubs)
        passed = pass_on(verified, self.keys.sealing, recipients)
        for each in recipients:
            log.event("unlock.passed_on", grant=verified.grant.grant_id, to=each.key_id)
        return passed

    def hear(self, text: str) -> Spoken:
        """Take the words for the day as they were typed, and keep them where they open something.

        Raises:
            PocusError: `sitting.day_word…`, or as `hear_words`.
            ClockSetBackError: What they open is over by a time seen here, though the clock says otherwise.
            FileRefusedError: The disk does not take it.
        """
        now_ms = self.now_ms()
        try:
            spoken = hear_words(read_words(text), self.kept().held, now_ms=now_ms)
        except UnlockTooLateError as problem:
            raise self._set_back() or problem from problem
        self._folder().keep_words(spoken.key, self.keys.sealing.public, now_ms=now_ms)
        self._latest().note(now_ms)
        for verified in spoken.opens:
            log.event("unlock.words_heard", grant=verified.grant.grant_id, digest=verified.digest)
        return spoken

    def kept(self) -> Kept:
        """What is here, every signature verified again."""
        return self._folder().load(self.trusting.hubs, [self.keys.sealing])

    def standings(self, *, at_ms: int | None = None) -> tuple[Standing, ...]:
        """Each release that is here, and what keeps it from opening; by the beginning of its window.

        Args:
            at_ms: The moment that is asked about; the present where omitted.
        """
        held = self.kept().held
        asked_ms = self.now_ms() if at_ms is None else at_ms
        found = [(verified, standing(verified, held, now_ms=asked_ms)) for verified in held.grants]
        return tuple(sorted(found, key=lambda each: (each[0].grant.window.not_before_ms, each[0].grant.bundle_id)))

    def content_key(self, admission: Admission, *, version: int, is_sealed: bool, is_begun: bool) -> ReleasedKey | None:
        """The content key for the bundle of an admission; see `content_key_for`.

        Args:
            admission: Verified before.
            version: Of the bundle at hand.
            is_sealed: Whether the bundle at hand is.
            is_begun: Whether the sitting was begun; it then goes on after the window.

        Raises:
            ClockSetBackError: The release is over by a time seen here, though the clock says otherwise.
            PocusError: As `content_key_for`.
        """
        now_ms = None if is_begun else self.now_ms()
        try:
            found = content_key_for(admission, self.kept().held, version=version, now_ms=now_ms, is_sealed=is_sealed)
        except UnlockTooLateError as problem:
            raise self._set_back() or problem from problem
        if found is not None and found.way != "admission":
            log.event("unlock.opened", way=found.way, grant=found.grant_id, digest=found.grant_digest)
        return found

    def now_ms(self) -> int:
        """The present, never earlier than the latest time seen here."""
        return max(self.clock.read().wall_ms, self._latest().seen_ms())

    def _set_back(self) -> PocusError | None:
        """That the clock was set back, where that is why something is over."""
        now_ms, seen_ms = self.clock.read().wall_ms, self._latest().seen_ms()
        return ClockSetBackError(now=moment(now_ms), seen=moment(seen_ms)) if now_ms < seen_ms else None

    def _folder(self) -> UnlockFolder:
        return UnlockFolder(self.home.unlocks)

    def _latest(self) -> LatestTime:
        return LatestTime(self.home.latest_time)
