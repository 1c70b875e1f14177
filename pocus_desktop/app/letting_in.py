"""Candidates who are let in by a code of the room, and what of that is told to the sitting's journal."""

from collections.abc import Callable

from pocus_desktop.admission.admission import StationKeys, VerifiedAdmission, Window
from pocus_desktop.admission.room_code import Challenge, open_secret
from pocus_desktop.admission.sign_in_lock import SignInLock, Try
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.events import CodeTried, CodeUsed
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.ui.candidate.desk import RoomCode


class LettingIn:
    """The sign-in's lock with this station's key."""

    def __init__(self, home: Home, keys: StationKeys) -> None:
        self._lock = SignInLock(home.codes)
        self._keys = keys

    def challenge(self, admitted: VerifiedAdmission) -> Challenge | None:
        """What the sign-in screen asks of the room; None where no code can be checked here."""
        return None if self._secret(admitted) is None else self._lock.challenge(admitted)

    def use(self, admitted: VerifiedAdmission, given: RoomCode, now: Reading) -> None:
        """Let a candidate in, or refuse it.

        Raises:
            PocusError: As `SignInLock.use`.
        """
        secret = self._secret(admitted)
        self._lock.use(admitted, secret, code=given.code, start_code=given.start_code, now=now)

    def tell(self, sitting: Sitting, admission_id: str) -> Callable[[], None]:
        """Write into the journal what was tried at the sign-in; call what comes back once the sitting is closed.

        A program that is killed between, or whose disk refused until then, tells it once more: rather twice than
        never.
        """
        tries = self._lock.untold(admission_id)
        for one in tries:
            sitting.record(_event(one))
        return lambda: self._lock.told(admission_id, tries)

    def _secret(self, admitted: VerifiedAdmission) -> bytes | None:
        return open_secret(admitted.admission, [self._keys.sealing])


def vouched_ms(window: Window, now_ms: int) -> int:
    """The moment that the proctor vouches for: now, or what of the admission's window is nearest to it."""
    first_ms = window.not_before_ms or 0
    last_ms = now_ms if window.not_after_ms is None else window.not_after_ms
    return min(max(now_ms, first_ms), max(last_ms, first_ms))


def _event(one: Try) -> CodeTried | CodeUsed:
    if one.source is None:
        return CodeTried(purpose="sign-in", number=one.number, came_too_soon=one.came_too_soon)
    return CodeUsed(purpose="sign-in", number=one.number, source=one.source)
