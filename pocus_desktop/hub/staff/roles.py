"""What each role may do (docs/guides/academy.md has the same table; a test holds them together).

Nobody may do everything: who keeps the accounts decides nothing, and who decides issues nothing. A person may have
several roles, but an auditor only that one.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """A part in the academy."""

    REGISTRAR = "registrar"
    DECISION_MAKER = "decision-maker"
    APPEALS_OFFICER = "appeals-officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What may be done."""

    READ = "read"
    """Candidates, applications, vouchers, appeals and the trail."""

    REGISTER = "register"
    """Give ID numbers, correct people, accept another key of theirs."""

    DECIDE = "decide"
    """Decide applications."""

    ANSWERS = "answers"
    """Read what evaluators said, and decide what it comes to."""

    FILES = "files"
    """Open files that candidates sent."""

    SAMPLE = "sample"
    """Draw applications for the audit."""

    VOUCHERS = "vouchers"
    """Issue, extend and refund vouchers; settle one that was entered twice."""

    ADMIT = "admit"
    """Admit to sittings."""

    APPEALS = "appeals"
    """Decide appeals."""

    STAFF = "staff"
    """Staff accounts and their roles."""


TABLE: Final[Mapping[Role, frozenset[Act]]] = MappingProxyType(
    {
        Role.REGISTRAR: frozenset({Act.READ, Act.REGISTER, Act.VOUCHERS, Act.ADMIT}),
        Role.DECISION_MAKER: frozenset({Act.READ, Act.DECIDE, Act.ANSWERS, Act.FILES, Act.SAMPLE}),
        Role.APPEALS_OFFICER: frozenset({Act.READ, Act.FILES, Act.APPEALS}),
        Role.AUDITOR: frozenset({Act.READ, Act.FILES}),
        Role.ADMINISTRATOR: frozenset({Act.STAFF}),
    }
)


def acts_of(roles: Iterable[Role]) -> frozenset[Act]:
    """All that somebody with these roles may do."""
    return frozenset().union(*(TABLE[role] for role in roles))


def is_sound(roles: Collection[Role]) -> bool:
    """Whether these roles go together: at least one, and an auditor's alone."""
    return bool(roles) and (Role.AUDITOR not in roles or len(roles) == 1)
