"""Who may ask, and how often (formats/hub 2, 3).

1. A result is taken from whom the hub knows: any station or centre that it ever enrolled, whether active, retired or
   revoked; what the result is worth is judged by what is inside (docs/adr/0093).
2. Where nobody was enrolled (a demonstration, a school without a registry) anyone may deliver.
3. A signature that is wrong only in its time is answered with the hub's time, so that a station whose clock is wrong
   signs again and delivers.
4. Who is known is counted by its key; everyone else by where they ask from, where that can be told.
5. Only failures are counted against a stranger at a closed door: nobody who is known waits for a stranger next door.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from pocus_desktop.admission.enrolling import Kind
from pocus_desktop.hub.errors import ClockDiffersError, RateLimitedError, UnknownSenderError, UnsignedError
from pocus_desktop.hub.registry.enrolment_rows import Enrolled
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.web.asking import signer_of, told_to_senders, with_key
from pocus_desktop.hub.web.metrics import Metrics
from pocus_desktop.hub.web.sender_address import sender_address
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.rate import Limiter, Rate


class Senders(StrEnum):
    """From whom results are taken."""

    AUTO = "auto"
    """Enrolled ones as soon as anyone was enrolled; anyone before."""

    ENROLLED = "enrolled"
    OPEN = "open"


STATION: Final = Rate(burst=240, per_minute=120)
CENTRE: Final = Rate(burst=2400, per_minute=1200)
STRANGER: Final = Rate(burst=120, per_minute=60)
DOORS: Final[Mapping[str, Rate]] = MappingProxyType(
    {
        "depot": Rate(burst=6000, per_minute=3000),  # a bundle comes in many parts, to a room behind one address
        "enrolments": Rate(burst=30, per_minute=10),
        "envelopes": Rate(burst=240, per_minute=120),
        "sign-in": Rate(burst=20, per_minute=10),
        "staff": Rate(burst=240, per_minute=240),
        "submissions": Rate(burst=60, per_minute=20),
        "log": Rate(burst=6000, per_minute=3000),  # a copy for an audit comes in many parts
        "peer": Rate(burst=240, per_minute=120),  # a hospital's evaluators behind one address
        "peer-begin": Rate(burst=30, per_minute=10),
        "uploads": Rate(burst=1200, per_minute=1200),  # two requests for each cut of a link
    }
)
"""Rates for strangers at doors that need another than `STRANGER`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often each may ask.

    Attributes:
        station: One station, at each door.
        centre: One centre, which sends for rooms full of stations.
        stranger: One address, at each door, where no other rate is named.
        doors: Other rates for strangers, by door.
    """

    station: Rate = STATION
    centre: Rate = CENTRE
    stranger: Rate = STRANGER
    doors: Mapping[str, Rate] = field(default_factory=lambda: DOORS)

    def of_stranger(self, door: str) -> Rate:
        """The rate of an address at a door."""
        return self.doors.get(door, self.stranger)


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who signed a request.

    Attributes:
        key_id: Of the device key.
        kind: `station` or `centre`.
    """

    key_id: str
    kind: Kind


class Guard:
    """Stands before the doors of one application; any task may ask.

    Args:
        registry: Whom the hub knows.
        clock: Of the hub.
        metrics: Where refusals are counted.
        senders: From whom results are taken.
        proxies: Addresses of proxies whose word on the sender's address is believed.
        limits: How often each may ask.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        metrics: Metrics,
        *,
        senders: Senders = Senders.AUTO,
        proxies: Collection[str] = (),
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._metrics = metrics
        self._senders = senders
        self._proxies = frozenset(proxies)
        self._limits = limits
        self._limiter = Limiter()
        self._has_enrolled = False
        self._met: dict[str, Enrolled] = {}

    async def let_in(self, request: Request, *, door: str, content_digest: str | None) -> Sender | None:
        """Let whoever may deliver pass, before any content is read.

        Args:
            request: It must be signed over its method, path, time and the digest of its content.
            door: What is asked for, for counting.
            content_digest: SHA-256 that the request's `Content-Digest` names; None where it has no content.

        Returns:
            Who it is; None for a stranger where anyone may deliver.

        Raises:
            UnsignedError, UnknownSenderError, ClockDiffersError: Rules 1 and 3.
            RateLimitedError: Rules 4 and 5.
            StoreUnavailableError: The records do not answer.
        """
        sender: Sender | None
        try:
            sender = await self._sender(request, content_digest)
        except (UnsignedError, UnknownSenderError, ClockDiffersError):
            if await run_in_threadpool(self._is_closed):
                self.count_stranger(request, door=door)
                raise
            sender = None
        if sender is None:
            self.count_stranger(request, door=door)
        else:
            rate = self._limits.centre if sender.kind == "centre" else self._limits.station
            self._count(door, sender.key_id, rate)
        return sender

    def count_stranger(self, request: Request, *, door: str) -> None:
        """Count a request by where it came from.

        Raises:
            RateLimitedError: Too many came from there.
        """
        peer = request.client.host if request.client is not None else None
        forwarded = ", ".join(request.headers.getlist("X-Forwarded-For"))
        address = sender_address(peer, forwarded, self._proxies)
        if address is not None:
            self._count(door, address, self._limits.of_stranger(door))

    def _count(self, door: str, who: str, rate: Rate) -> None:
        wait_ms = self._limiter.draw(door, who, rate, self._clock.read().monotonic_ms)
        if wait_ms:
            self._metrics.limited.labels(door).inc()
            raise RateLimitedError(wait_s=-(-wait_ms // 1000))

    async def _sender(self, request: Request, content_digest: str | None) -> Sender:
        """Who signed; the records are asked only about a key that was not met before.

        Raises:
            UnsignedError, UnknownSenderError, ClockDiffersError: As `let_in`.
        """
        try:
            return self._signer(request, content_digest, self._met.get)
        except UnknownSenderError:
            return await run_in_threadpool(self._signer, request, content_digest, self._look_up)

    def _signer(self, request: Request, content_digest: str | None, find: Callable[[str], Enrolled | None]) -> Sender:
        now_ms = self._clock.read().wall_ms
        with told_to_senders(now_ms):
            found = signer_of(request, with_key(find), now_ms=now_ms, content_digest=content_digest)
        return Sender(key_id=found.record.signing_id, kind=found.record.kind)

    def _look_up(self, key_id: str) -> Enrolled | None:
        """Whoever has a key, from the records; their key and kind never change, so they are not asked for twice."""
        found = self._registry.enrolments.sender(key_id)
        if found is not None:
            self._met[key_id] = found
        return found

    def _is_closed(self) -> bool:
        """Whether a stranger may not deliver; an enrolment is never removed, so that it stays closed."""
        if self._senders is Senders.AUTO and not self._has_enrolled:
            self._has_enrolled = self._registry.enrolments.is_any()
        return self._senders is Senders.ENROLLED or (self._senders is Senders.AUTO and self._has_enrolled)
