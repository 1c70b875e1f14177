"""Whose an e-mail address is, however it is written. Pure."""

import contextlib
from typing import Final

_DOTS_IGNORED: Final = frozenset({"gmail.com", "googlemail.com"})


def mailbox(address: str) -> str:
    """One form for all spellings of a mailbox: letter case, IDNA, a `+tag`, the dots that one large provider ignores.

    It is for comparing alone; mail goes to the address as it was given.
    """
    local, _, domain = address.strip().casefold().rpartition("@")
    with contextlib.suppress(UnicodeError):  # no host's name at all: compared as it stands
        domain = domain.encode("idna").decode("ascii")
    local = local.partition("+")[0] or local
    if domain in _DOTS_IGNORED:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"
