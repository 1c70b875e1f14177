"""Evidence as it is kept (formats/log 6.3): two signed heads that whoever keeps the log has to explain."""

from collections.abc import Iterable
from dataclasses import dataclass

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.tlog import head as heads
from pocus_desktop.tlog.copy import Fork
from pocus_desktop.tlog.errors import BadProofError, ForkedLogError, OtherLogError, ShrunkLogError, TlogError
from pocus_desktop.tlog.head import SignedHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is shown, verified.

    Attributes:
        problem: A fork, a log that shrank, or a second log.
        heads: Both.
    """

    problem: TlogError
    heads: tuple[SignedHead, SignedHead]


def is_evidence(data: bytes) -> bool:
    """Whether bytes say that they are; a checkpoint and a receipt do not."""
    return "code" in _document(data)


def verify(data: bytes, keys: Iterable[PublicKey]) -> Evidence:
    """Read evidence that someone shows.

    Only a fork convicts by itself. That a log shrank is shown as far as whoever kept it is believed: both heads
    are signed, and no signature tells which was given first.

    Raises:
        BadProofError: It shows nothing.
        TlogError: The heads are not signed by trusted keys.
    """
    trusted = tuple(keys)
    document = _document(data)
    code = document.get("code")
    if code not in {ShrunkLogError.code, OtherLogError.code}:
        fork = Fork.parse(data).verify(trusted)
        sizes = {"first": fork[0].head.size, "second": fork[1].head.size}
        return Evidence(problem=ForkedLogError(origin=fork[0].head.origin, **sizes), heads=fork)
    first, second = (heads.verify(str(document.get(name)).encode(), trusted) for name in ("first", "second"))
    one, other = first.head, second.head
    if code == OtherLogError.code and one.origin != other.origin:
        return Evidence(problem=OtherLogError(origin=other.origin, expected=one.origin), heads=(first, second))
    if code == ShrunkLogError.code and one.origin == other.origin and one.size < other.size:
        problem = ShrunkLogError(origin=one.origin, offered=one.size, seen=other.size)
        return Evidence(problem=problem, heads=(first, second))
    raise BadProofError(reason="it does not show what it says")


def _document(data: bytes) -> dict[str, Json]:
    try:
        document = canonical.decode(data)
    except canonical.BadJsonError:
        return {}
    return document if isinstance(document, dict) else {}
