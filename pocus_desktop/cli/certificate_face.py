"""What commands ask the hub's certificates for, in the documents and records that both sides read."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from pocus_desktop.admission.records import Entry
from pocus_desktop.programme.certificate.records import CertificateRecord


class PublishedLists(Protocol):
    """What everyone may read."""

    def status_lists(self) -> Mapping[str, bytes]:
        """Every status list as of now, by the name of a file."""


class CertificateDesk(Protocol):
    """The certificates of an open hub."""

    def set_issuer(self, name: str, *, who: str, why: str) -> None:
        """What the academy is called on certificates."""

    def issue(
        self, candidate_id: str, sitting: str, *, who: str, why: str, is_despite: bool = False
    ) -> CertificateRecord:
        """Issue one on a sitting; `is_despite` where something of the way is missing."""

    def renew(self, certificate_id: str, *, who: str, why: str, knowledge_checked: bool = False) -> CertificateRecord:
        """Issue the next one after one."""

    def suspend(self, certificate_id: str, *, who: str, why: str) -> CertificateRecord:
        """Let it not be relied on for a while."""

    def reinstate(self, certificate_id: str, *, who: str, why: str) -> CertificateRecord:
        """Lift a suspension."""

    def revoke(self, certificate_id: str, *, who: str, why: str) -> CertificateRecord:
        """Take it back, for good."""

    def sign_again(self, *, who: str, why: str) -> int:
        """Sign anew what revoked keys had signed."""

    def find(self, certificate_id: str) -> CertificateRecord:
        """One of them."""

    def of(self, candidate_id: str) -> tuple[CertificateRecord, ...]:
        """A person's certificates."""

    def history(self, certificate_id: str) -> tuple[Entry, ...]:
        """What became of one."""

    @property
    def published(self) -> PublishedLists:
        """What everyone may read of them."""


class OpenCertificates(Protocol):
    """The hub's certificates, open as long as the context lasts."""

    def __call__(
        self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None
    ) -> AbstractContextManager[CertificateDesk]:
        """Open them."""
