"""Which book of rules a computer decides by: the academy's own where it has taken one in, else the shipped one."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.programme.errors import KeptRulesUnreadError
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import MAXIMUM_BYTES, shipped_rules
from pocus_desktop.programme.rules.signed import read_rules, require_succession

RULES: Final = "rules.json"
"""Within a hub's folder."""


def rules_in_use(path: Path, hubs: Iterable[PublicKey]) -> Rules:
    """The book that counts here; one that does not verify counts as none, and is logged."""
    return kept_rules(path, hubs) or shipped_rules()


def require_rules(path: Path, hubs: Iterable[PublicKey]) -> Rules:
    """The book that an academy decides by: what is kept, or the shipped one where nothing is.

    Raises:
        FileRefusedError: The disk does not give it.
        PocusError: As `read_rules`: an academy does not go on by other rules than its own.
    """
    try:
        with path.open("rb") as file:
            envelope = file.read(2 * MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        return shipped_rules()
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return read_rules(envelope, hubs)


def kept_rules(path: Path, hubs: Iterable[PublicKey]) -> Rules | None:
    """The academy's own book; None where there is none, or none that verifies (which is logged)."""
    if not path.exists():
        return None
    try:
        return require_rules(path, hubs)
    except PocusError as error:
        log.failure(error)
        return None


def take_rules(
    path: Path,
    envelope: bytes,
    hubs: Iterable[PublicKey],
    *,
    decided_until: date | None = None,
    kept_by: Iterable[PublicKey] = (),
) -> Rules:
    """Take a book of the academy in.

    It has to succeed the one that is kept, or the shipped one where that is of its line.

    Args:
        path: Where it is kept.
        envelope: As it was signed.
        hubs: The academy's keys.
        decided_until: At a hub, the last day on which it may have decided by the one before.
        kept_by: Keys by which the one before is read too, though no new one is taken by them: those of the academy
            that were revoked since.

    Raises:
        RewritesHistoryError: It would change what was decided before.
        KeptRulesUnreadError: At a hub, nobody can tell whether it would: what is kept does not verify.
        FileRefusedError: The disk does not take it.
        PocusError: As `read_rules`.
    """
    keys = tuple(hubs)
    taken = read_rules(envelope, keys)
    read_by = (*keys, *kept_by)
    before = rules_in_use(path, read_by) if decided_until is None else _decided_by(path, read_by)
    if before is not shipped_rules() or before.book.book_id == taken.book.book_id:
        require_succession(before, taken, decided_until=decided_until)
    try:
        write_atomically(path, envelope)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return taken


def _decided_by(path: Path, hubs: Iterable[PublicKey]) -> Rules:
    """The book by which a hub decided, so that nobody forgets it by damaging the file."""
    try:
        return require_rules(path, hubs)
    except FileRefusedError:
        raise
    except PocusError as problem:
        raise KeptRulesUnreadError(file=path.name, problem=problem.code) from problem
