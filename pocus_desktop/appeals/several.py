"""Several sealed results of one sitting: which one speaks, which it supersedes, and which tells another history.

A partial result is superseded by one that goes on from it (formats/sealed-result 1.2). One that does not is a fork: two
histories of one sitting cannot both be true, and that is for people to judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.sitting.sealed import Opened


class SeveralSittingsError(PocusError):
    """Results of different sittings were given together."""

    code = "appeals.several_sittings"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A result of the sitting beside the one that speaks.

    Attributes:
        forks_at: The first event that it tells otherwise; 0 where it was superseded.
    """

    digest: str
    last_seq: int
    is_partial: bool
    forks_at: int


def speaking(results: Sequence[Opened], *, chosen: str = "") -> tuple[Opened, tuple[Other, ...]]:
    """The result that speaks for a sitting, and what the others are to it.

    The one that the hub lets speak does, where the hub was asked: it knows which moves between stations were permitted.
    Else the one with the most events, of equals the final one, and the lower digest decides where both are.

    Args:
        results: Of one sitting.
        chosen: The digest of the one that the hub lets speak; empty where no hub was asked.

    Raises:
        SeveralSittingsError: They are not of one sitting.
    """
    sittings = sorted({one.header.sitting for one in results})
    if len(sittings) != 1:
        raise SeveralSittingsError(count=len(sittings))
    by_digest = {one.digest: one for one in results}
    first, *rest = sorted(by_digest.values(), key=lambda one: _rank(one, chosen))
    return first, tuple(
        Other(
            digest=one.digest,
            last_seq=one.header.last_seq,
            is_partial=one.is_partial,
            forks_at=_forks_at(one, first),
        )
        for one in rest
    )


def _rank(one: Opened, chosen: str) -> tuple[bool, int, bool, str]:
    return one.digest != chosen, -one.header.last_seq, one.is_partial, one.digest


def _forks_at(one: Opened, speaks: Opened) -> int:
    for mine, theirs in zip(one.events, speaks.events, strict=False):
        if mine != theirs:
            return mine.seq
    return speaks.header.last_seq + 1 if one.header.last_seq > speaks.header.last_seq else 0
