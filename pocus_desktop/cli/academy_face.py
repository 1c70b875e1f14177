"""What commands ask the academy's desks for: plain values in, objects that can be printed as JSON out."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol, TypeAlias

Told: TypeAlias = Mapping[str, object]
"""Something by the names of its fields, as JSON has it."""


class StaffDesk(Protocol):
    """Accounts of staff."""

    def add(
        self,
        login: str,
        *,
        name: str,
        roles: Sequence[str],
        password: str | None,
        provider: tuple[str, str] | None,
        who: str,
        why: str,
    ) -> Told:
        """Enter somebody."""

    def all(self) -> Sequence[Told]:
        """Everyone."""

    def change_roles(self, login: str, roles: Sequence[str], *, who: str, why: str) -> Told:
        """Other roles."""

    def set_password(self, login: str, password: str, *, who: str, why: str) -> None:
        """Another password."""

    def forget_factor(self, login: str, *, who: str, why: str) -> None:
        """Take a second factor that was lost."""

    def sign_out(self, login: str, *, who: str, why: str) -> int:
        """End every session; how many there were."""

    def reactivate(self, login: str, roles: Sequence[str], *, password: str | None, who: str, why: str) -> Told:
        """Give an ended account back."""

    def end(self, login: str, *, who: str, why: str) -> Told:
        """Let in no more."""


class AccountDesk(Protocol):
    """Accounts of candidates."""

    def all(self, text: str) -> Sequence[Told]:
        """Those that have a text in name, number or address."""

    def confirm_number(self, account: str, number: str, *, who: str, why: str) -> None:
        """An account has this ID number."""

    def accept_key(self, account: str, key_id: str, *, who: str, why: str) -> None:
        """Another key may come."""


class ApplicationDesk(Protocol):
    """Applications."""

    def all(self, state: str) -> Sequence[Told]:
        """Those that stand so, or all."""

    def show(self, application: str, language: str) -> Told:
        """One with each requirement."""

    def decide(self, application: str, choices: Mapping[str, tuple[bool, str]], *, who: str, seen: str | None) -> Told:
        """Approve or refuse each area, with its reason; only as it was seen, where that is told."""

    def ask(self, application: str, words: str, *, who: str) -> None:
        """Ask for more."""

    def admit(
        self,
        application: str,
        *,
        area: str,
        bundle: str,
        version: int,
        station: str | None,
        centre: str | None,
        who: str,
    ) -> tuple[bytes, Told]:
        """Admit to a sitting; the admission, and its codes."""


class VoucherDesk(Protocol):
    """Vouchers."""

    def all(self, text: str) -> Sequence[Told]:
        """Those that have a text in recipient, id or areas."""

    def show(self, voucher: str, language: str) -> Told:
        """One with what became of it."""

    def issue(
        self,
        *,
        areas: Sequence[str],
        recipient: str,
        candidate: str | None,
        table: bytes | None,
        enter_by: date | None,
        who: str,
        why: str,
    ) -> Sequence[Told]:
        """Issue one, or one for each line of a table; their codes are told this once."""

    def extend(self, voucher: str, days: int, *, who: str, why: str) -> None:
        """More days."""

    def refund(self, voucher: str, *, who: str, why: str) -> None:
        """Worth nothing any more."""

    def settle(self, voucher: str, *, who: str, why: str) -> None:
        """Somebody saw to one that was entered twice."""


class AppealDesk(Protocol):
    """Appeals."""

    def all(self, state: str) -> Sequence[Told]:
        """Those that stand so, or all."""

    def show(self, appeal: str) -> Told:
        """One."""

    def attach(self, appeal: str) -> bytes | None:
        """The sitting it is about; None where it cannot be told."""

    def decide(self, appeal: str, *, is_granted: bool, reason: str, who: str) -> None:
        """Grant or refuse it."""


class FileDesk(Protocol):
    """Files that candidates sent."""

    def all(self, account: str) -> Sequence[Told]:
        """What an account's documents name, and whether it is here."""

    def open(self, account: str, sha256: str, *, who: str) -> tuple[bytes, str]:
        """A file, and what it is by its first bytes."""

    def let_go(self, account: str, sha256: str, *, who: str, why: str) -> None:
        """Let a file go."""

    def let_go_old(self) -> int:
        """Let go what was kept long enough, and what a killed process left; how many."""


class AuditDesk(Protocol):
    """The audit's samples, and the trail."""

    def samples(self) -> Sequence[Told]:
        """Every sample."""

    def draw(self, *, percent: int, since_ms: int, until_ms: int, seed: str, who: str, why: str) -> Told:
        """One more."""

    def trail(self, text: str, most: int) -> Sequence[Told]:
        """What was changed, the last first."""

    def check(self) -> Told:
        """Whether the trail's links hold: `entries`, `head`, and `broken`, the number of the first that does not."""


class AcademyDesk(Protocol):
    """The academy of an open hub."""

    @property
    def staff(self) -> StaffDesk:
        """Accounts of staff."""

    @property
    def accounts(self) -> AccountDesk:
        """Accounts of candidates."""

    @property
    def applications(self) -> ApplicationDesk:
        """Applications."""

    @property
    def vouchers(self) -> VoucherDesk:
        """Vouchers."""

    @property
    def appeals(self) -> AppealDesk:
        """Appeals."""

    @property
    def files(self) -> FileDesk:
        """Files that candidates sent."""

    @property
    def audit(self) -> AuditDesk:
        """Samples and trail."""


class OpenAcademy(Protocol):
    """The hub's academy, open as long as the context lasts."""

    def __call__(
        self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None
    ) -> AbstractContextManager[AcademyDesk]:
        """Open it."""
