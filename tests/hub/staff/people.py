"""Staff for tests: signed in as they sign in."""

from dataclasses import dataclass, field

from pocus_desktop.crypto import totp
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.staff.sessions import SignedIn
from pocus_desktop.kernel.clock import ManualClock

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody with an app on their phone."""

    hub: Hub
    login: str
    secret: bytes = b""
    recovery: tuple[str, ...] = ()
    used: set[int] = field(default_factory=set)

    def code(self) -> str:
        """A code that was not used before; the clock goes on where there is none."""
        clock = self.hub.clock
        assert isinstance(clock, ManualClock)
        while clock.read().wall_ms // totp.STEP_MS in self.used:
            clock.advance(ms=totp.STEP_MS)
        self.used.add(clock.read().wall_ms // totp.STEP_MS)
        return totp.code_at(self.secret, clock.read().wall_ms // totp.STEP_MS)

    def sign_in(self) -> SignedIn:
        """From login to a whole session; the first time the second factor is set up."""
        sessions = self.hub.staff.sessions
        half = sessions.begin(self.login, PASSWORD)
        if not half.needs_factor:
            return sessions.finish(half.token, self.code())
        self.secret = sessions.new_factor(half.token)
        whole, self.recovery = sessions.confirm_factor(half.token, self.code())
        return whole


def employ(hub: Hub, login: str = "ada", *roles: str) -> Person:
    """A new member of the staff."""
    hub.staff.accounts.add(
        login=login, name=login.title(), roles=roles or ("administrator",), password=PASSWORD, who="test"
    )
    return Person(hub, login)
