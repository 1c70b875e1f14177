"""What the academy's desks tell: read by the hub and by the faces, as `admission.records` is of the registry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRecord:
    """Somebody of the academy's staff.

    Attributes:
        roles: Names of their roles, sorted.
        state: `active` or `ended`.
        has_password: Whether they can sign in here.
        has_factor: Whether a second factor is set up.
        provider: Who else vouches for them at sign-in; empty where nobody does.
    """

    login: str
    name: str
    roles: tuple[str, ...]
    state: str
    has_password: bool
    has_factor: bool
    provider: str
    made_ms: int
