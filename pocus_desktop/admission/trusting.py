"""Whom this station believes, and what may be begun when it has not heard from the academy for long.

A station that was enrolled with a root of trust believes what the metadata under it says, and nobody else. One without
a root, such as an item writer's own computer, believes the keys it was given by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.bundle.trust.academy import StaleRule
from pocus_desktop.bundle.trust.errors import NeverRefreshedError
from pocus_desktop.bundle.trust.pinned import is_enrolled
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home

if TYPE_CHECKING:
    from pocus_desktop.bundle.trust.state import TrustState

FORMAT: Final = 1
OVERRIDE_MS: Final = 24 * 3_600_000
"""How long a proctor's word holds: the day it was given for."""


class StaleNeedsOverrideError(PocusError):
    """The trust metadata is over; a proctor may allow this mode of sitting all the same."""

    code = "sitting.stale_needs_override"
    blame = Blame.ENVIRONMENT


class StaleRefusedError(PocusError):
    """The trust metadata is over, and the academy does not allow this mode of sitting then."""

    code = "sitting.stale_refused"
    blame = Blame.ENVIRONMENT


class NoReasonError(PocusError):
    """A word that overrides a rule needs its reason."""

    code = "sitting.no_reason"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A proctor's word for one day.

    Attributes:
        reason: In the proctor's words; stands in every journal that is begun on it.
        at_ms: When it was given, in milliseconds since the Unix epoch.
    """

    reason: str
    at_ms: int

    def holds(self, now_ms: int) -> bool:
        """Whether it is of the last 24 hours."""
        return self.at_ms <= now_ms < self.at_ms + OVERRIDE_MS

    def save(self, path: Path) -> None:
        """Keep it at the station.

        Raises:
            NoReasonError: It has no reason.
            OSError: As the operating system says.
        """
        if not self.reason.strip():
            raise NoReasonError
        document: dict[str, Json] = {"format": FORMAT, "reason": self.reason.strip(), "at_ms": self.at_ms}
        write_atomically(path, canonical.encode(document))

    @classmethod
    def load(cls, path: Path) -> Override | None:
        """The word that was given last; None where there is none, or it cannot be read, which allows nothing."""
        try:
            document = canonical.decode(path.read_bytes())
        except (OSError, BadJsonError):
            return None
        match document:
            case {"format": 1, "reason": str(reason), "at_ms": int(at_ms)} if reason.strip():
                return cls(reason=reason, at_ms=at_ms)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusting:
    """What a station believes now.

    Attributes:
        policy: How bundles are judged.
        hubs: Who signs admissions and receipts.
        hub_url: Where results are sent; empty where they are carried.
        state: The verified metadata; None at a station without a root.
        override: The proctor's word about stale metadata, if one was given.
    """

    policy: TrustPolicy
    hubs: tuple[PublicKey, ...]
    hub_url: str = ""
    state: TrustState | None = None
    override: Override | None = None

    @classmethod
    def load(cls, home: Home) -> Trusting:
        """Read it from a station's home.

        Raises:
            NotEnrolledError: The station was never set up.
            BadEnrolmentError: Its enrolment cannot be read.
            PocusError: `trust.*`: the metadata kept here was damaged, or never came.
        """
        enrolment = Enrolment.load(home.trust)
        if not is_enrolled(home.trust_state):
            return cls.by_hand(enrolment)
        from pocus_desktop.bundle.trust.client import TrustClient  # python-tuf: who follows nobody starts without it

        try:
            state = TrustClient(home.trust_state).state()
        except NeverRefreshedError:  # it was enrolled, and has heard of no one yet: nobody may sign a bundle
            return cls(policy=TrustPolicy(keys=()), hubs=enrolment.hubs, hub_url=enrolment.hub_url)
        return cls(
            policy=state.policy(),
            hubs=tuple(dict.fromkeys((*enrolment.hubs, *state.academy.hubs))),
            hub_url=state.academy.hub_url or enrolment.hub_url,
            state=state,
            override=Override.load(home.stale_override),
        )

    @classmethod
    def by_hand(cls, enrolment: Enrolment) -> Trusting:
        """The keys of an enrolment without a root."""
        return cls(policy=enrolment.policy(), hubs=enrolment.hubs, hub_url=enrolment.hub_url)

    def require_may_begin(self, mode: str, now_ms: int) -> str:
        """Refuse to begin a sitting where the metadata is over and the academy's rule does not allow it.

        Args:
            mode: Of the sitting.
            now_ms: The present, never earlier than the latest time seen.

        Returns:
            What the journal shall say of it; empty where all is current.

        Raises:
            StaleRefusedError: The rule refuses the mode.
            StaleNeedsOverrideError: The rule asks for a proctor's word, and there is none of today.
        """
        if self.state is None or not self.state.is_stale(now_ms):
            return ""
        since = f"{datetime.fromtimestamp(self.state.expires_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
        told = f"{self.state.expiring} is over since {since}"
        match self.state.academy.rule(mode):
            case StaleRule.ALLOW:
                return told
            case StaleRule.OVERRIDE:
                if self.override is None or not self.override.holds(now_ms):
                    raise StaleNeedsOverrideError(since=since)
                return f"{told}; overridden: {self.override.reason}"
            case StaleRule.REFUSE:
                raise StaleRefusedError(since=since)
