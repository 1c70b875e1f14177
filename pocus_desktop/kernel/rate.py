"""How often someone may ask: a token bucket, as a pure function on frozen data and a clock (formats/hub 3, room 4).

Time is monotonic milliseconds. What is kept of an address is a digest under a key that dies with the process.
"""

import hashlib
import math
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_BUCKETS: Final = 20_000
"""How many senders are counted at once; of more, the one that asked longest ago is forgotten, and is full again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A limit.

    Attributes:
        burst: How many may come at once, after a rest.
        per_minute: How many may come in the long run.
    """

    burst: int
    per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What one sender has left.

    Attributes:
        tokens: So many more may come at `at_ms`.
        at_ms: When that was reckoned.
    """

    tokens: float
    at_ms: int


def draw(bucket: Bucket | None, rate: Rate, now_ms: int) -> tuple[Bucket, int]:
    """Take one token.

    Args:
        bucket: Of before; None for who was not counted yet.
        rate: The limit.
        now_ms: Monotonic time; one before `bucket.at_ms` gives nothing and takes nothing away.

    Returns:
        The bucket from now on, and how long to wait in milliseconds: 0 where a token was there.
    """
    if bucket is None:
        bucket = Bucket(tokens=float(rate.burst), at_ms=now_ms)
    passed_ms = max(now_ms - bucket.at_ms, 0)
    tokens = min(bucket.tokens + passed_ms * rate.per_minute / 60_000, float(rate.burst))
    at_ms = max(now_ms, bucket.at_ms)
    if tokens >= 1:
        return Bucket(tokens=tokens - 1, at_ms=at_ms), 0
    return Bucket(tokens=tokens, at_ms=at_ms), math.ceil((1 - tokens) * 60_000 / rate.per_minute)


class Limiter:
    """The buckets of one process; any thread may call.

    Several processes count each for itself: behind a balancer, `n` of them let up to `n` times as much through.
    """

    def __init__(self, *, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._secret = secrets.token_bytes(16)
        self._buckets: OrderedDict[tuple[str, bytes], Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, door: str, who: str, rate: Rate, now_ms: int) -> int:
        """Count a request; how long to wait in milliseconds, 0 where it may pass."""
        key = (door, hashlib.blake2b(who.encode("utf-8"), key=self._secret, digest_size=16).digest())
        with self._lock:
            bucket, wait_ms = draw(self._buckets.pop(key, None), rate, now_ms)
            self._buckets[key] = bucket
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return wait_ms
