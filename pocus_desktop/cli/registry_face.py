"""What commands ask the hub's registry for, in the documents and records that both sides read."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.sitting.enrolling import Kind
from pocus_desktop.sitting.records import EnrolmentRecord, Entry, OneTimeCode


class EnrolmentDesk(Protocol):
    """Stations and centres."""

    def set_terms(
        self,
        *,
        root: bytes | None = None,
        hub_url: str | None = None,
        publishers: tuple[PublicKey, ...] | None = None,
    ) -> None:
        """What every later grant tells."""

    def new_code(self, *, kind: Kind, centre_id: str | None, valid_ms: int, who: str) -> OneTimeCode:
        """A code for one enrolment over the network."""

    def enrol(
        self, request: bytes, *, who: str, why: str = "", name: str | None = None, centre_id: str | None = None
    ) -> bytes:
        """Grant a request; the grant's envelope."""

    def grant_again(self, wanted: str) -> bytes:
        """The grant as it stands now."""

    def all(self) -> tuple[EnrolmentRecord, ...]:
        """Every station and centre."""

    def history(self, wanted: str) -> tuple[Entry, ...]:
        """What happened to one."""

    def rename(self, wanted: str, *, name: str, who: str, why: str) -> EnrolmentRecord:
        """Call it something else."""

    def move(self, wanted: str, *, centre_id: str | None, who: str, why: str) -> EnrolmentRecord:
        """Let a station belong to another centre."""

    def retire(self, wanted: str, *, who: str, why: str) -> EnrolmentRecord:
        """End it in good standing."""

    def revoke(self, wanted: str, *, who: str, why: str, since_ms: int | None = None) -> EnrolmentRecord:
        """End it in distrust."""


class RegistryDesk(Protocol):
    """The registry of an open hub."""

    @property
    def enrolments(self) -> EnrolmentDesk:
        """Stations and centres."""


class OpenRegistry(Protocol):
    """The hub's registry, open as long as the context lasts."""

    def __call__(
        self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None
    ) -> AbstractContextManager[RegistryDesk]:
        """Open it."""
