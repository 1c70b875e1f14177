"""Which 32 bytes are a public key that is safe to trust (formats/primitives 2.3).

A low-order Ed25519 key verifies signatures that no one made, and a low-order X25519 key gives a shared secret that
everyone knows; neither comes out of an honest key generation. Public keys are public, so the plain integer arithmetic
here needs no constant time.
"""

from functools import lru_cache
from typing import Final

PRIME: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, PRIME) % PRIME
_SIGN: Final = 1 << 255

# The y of the points of order 8 and the u of the matching Montgomery points (RFC 7748, RFC 8032; the two curves are
# birationally equivalent by u = (1 + y) / (1 - y)).
_ORDER_8_Y: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_LOW_ORDER_Y: Final = frozenset({0, 1, PRIME - 1, _ORDER_8_Y, PRIME - _ORDER_8_Y})
_LOW_ORDER_U: Final = frozenset(
    {0, 1, PRIME - 1} | {(1 + y) * pow(1 - y, -1, PRIME) % PRIME for y in (_ORDER_8_Y, PRIME - _ORDER_8_Y)}
)


@lru_cache(maxsize=4096)  # a hub meets the same stations all day, and asks this of each key that it reads
def is_edwards_point(raw: bytes) -> bool:
    """Whether 32 bytes are the canonical encoding of a point on edwards25519 (RFC 8032 section 5.1.3)."""
    encoded = int.from_bytes(raw, "little")
    y = encoded % _SIGN
    if y >= PRIME:
        return False
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    if x_squared == 0:
        return encoded < _SIGN
    return pow(x_squared, (PRIME - 1) // 2, PRIME) == 1


def is_low_order_edwards(raw: bytes) -> bool:
    """Whether 32 bytes encode, canonically or not, a point of edwards25519 whose order divides 8."""
    return int.from_bytes(raw, "little") % _SIGN % PRIME in _LOW_ORDER_Y


def is_canonical_montgomery(raw: bytes) -> bool:
    """Whether 32 bytes are a coordinate of curve25519 below the prime, top bit clear (RFC 7748 section 5)."""
    return int.from_bytes(raw, "little") < PRIME


def is_low_order_montgomery(raw: bytes) -> bool:
    """Whether 32 bytes encode, canonically or not, a coordinate of curve25519 or its twist whose order divides 8."""
    return int.from_bytes(raw, "little") % _SIGN % PRIME in _LOW_ORDER_U
