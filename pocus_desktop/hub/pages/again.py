"""A form that is shown once more: refused, to be confirmed, or kept over the end of a session (formats/academy 2.7).

1. What was written comes back to where it was written, and the refusal stands beside the field that it is about.
2. Secrets and files do not come back; they are asked for again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from pocus_desktop.hub.errors import HubError
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.words import Explanation

SURE: Final = "sure"
"""The field of a form that was looked at once more: `yes` does it, `no` goes back to what was written."""

SECRET: Final = ("password", "now", "code")
"""Fields whose content is shown to nobody again."""

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "why": "academy.why",
        "reason": "academy.why",
        "words": "academy.application.words",
        "days": "academy.voucher.days",
        "recipient": "academy.voucher.recipient",
        "candidate": "academy.person.number",
        "number": "academy.person.number",
        "key_id": "academy.person.key",
        "sitting": "certificate.staff.sitting",
        "login": "academy.account.login",
        "name": "academy.person.name",
        "seed": "academy.sample.seed",
    }
)
"""What a field is called where it is shown apart from its page; others are kept and not shown."""

_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "academy.bad_key_id": "key_id",
        "academy.other_person": "number",
        "academy.unknown_portfolio": "number",
        "academy.bad_recipients": "table",
        "academy.too_many_days": "days",
        "certificate.not_passed": "sitting",
        "certificate.sitting_taken": "sitting",
        "registry.unknown_candidate": "candidate",
        "staff.login_taken": "login",
        "staff.weak_password": "password",
        "staff.wrong_code": "code",
        "staff.wrong_password": "now",
    }
)
"""Which field a refusal is about, where it does not say so itself."""

_REASONS: Final = ("why", "reason", "words")
_NO_REASON: Final = frozenset({"academy.no_reason", "academy.not_eligible"})
_SERVER: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What a page knows of the form that was sent to it.

    Attributes:
        action: The address of the form; empty where somebody only looks.
        fields: What was written, by name.
        lists: The same of fields that may be given often.
        told: Why it was refused; None where it was not.
        field: The name of the field that this is about; empty where it is about none.
    """

    action: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    told: Explanation | None = None
    field: str = ""

    def _is(self, at: str) -> bool:
        return bool(self.action) and self.action.endswith(at)

    def value(self, at: str, name: str, given: object = "") -> object:
        """What a field holds: what was written in the form whose address ends so, else what is given."""
        is_back = self._is(at) and name in self.fields and name not in SECRET
        return self.fields[name] if is_back else given

    def has(self, at: str, name: str, value: str, *, given: bool = False) -> bool:
        """Whether a choice is ticked."""
        if not self._is(at):
            return given
        return self.fields.get(name) == value or value in self.lists.get(name, ())

    def wrong(self, at: str, name: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return self.told.what if self.told is not None and self._is(at) and self.field == name else ""


def field_of(problem: PocusError, names: Sequence[str]) -> str:
    """The field that a refusal is about; empty where it is about none of them."""
    said = problem.params.get("field")
    found = said if isinstance(said, str) else _FIELDS.get(problem.code, "")
    if problem.code in _NO_REASON:
        found = f"reason-{problem.params.get('area')}"
        found = found if found in names else next((name for name in _REASONS if name in names), "")
    return found if found in names else ""


def is_shown_again(problem: PocusError) -> bool:
    """Whether a refusal belongs on the page of its form: somebody can write it better."""
    status = problem.status if isinstance(problem, HubError) else 422
    return problem.blame in {Blame.USER, Blame.CONTENT} and status in {400, 403, 404, 409, 422, 429}


def carried(fields: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """What a page carries on in hidden fields: all that was written but secrets and marks of the form itself."""
    single = [(name, value) for name, value in fields.items() if name not in {"csrf", SURE, *SECRET}]
    return single + [(name, value) for name, values in lists.items() for value in values]


def shown(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """What of it is text that somebody wrote: by the key of its label."""
    found = [(LABELS.get(name.partition("-")[0], ""), value) for name, value in fields.items()]
    return [(key, value) for key, value in found if key and value.strip()]
