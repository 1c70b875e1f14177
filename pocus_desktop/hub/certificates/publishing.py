"""What everyone may read of certificates besides themselves: status lists, and by which keys the academy signs."""

from collections.abc import Mapping, Sequence

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.certificates.named import address_of, issuer_of, last_list
from pocus_desktop.hub.certificates.store import CERTIFICATE, stands
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate import status_list
from pocus_desktop.programme.certificate.records import CertificateState
from pocus_desktop.programme.certificate.verify import sign


class Publishing:
    """Made and signed whenever it is asked for, as of then; any thread may call. Whoever asks holds up nobody.

    Args:
        records: The hub's database.
        store: The registry's tables in it.
        ring: The academy's keys.
        clock: When it is made.
    """

    def __init__(self, records: HubStore, store: RegistryStore, ring: KeyRing, clock: Clock) -> None:
        self._records = records
        self._store = store
        self._ring = ring
        self._clock = clock

    def stands(self, certificate_ids: Sequence[str]) -> Mapping[str, tuple[CertificateState, bytes]]:
        """State and credential of several as they are now, by id; those that are not there are left out.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return stands(self._records, certificate_ids)

    def status_list(self, number: int, purpose: str) -> bytes | None:
        """A status list as of now, signed; None where there is none of that number or purpose.

        Raises:
            NoAddressError: Nobody said under which address the hub is reached.
        """
        if purpose not in documents.PURPOSES:
            return None
        state = CertificateState.REVOKED if purpose == "revocation" else CertificateState.SUSPENDED
        if not 1 <= number <= last_list(self._store):  # whoever asks is a stranger, and holds up nobody
            return None
        address, issuer = address_of(self._store), issuer_of(self._store)
        found = self._store.look(CERTIFICATE, list_number=number, state=state)
        now_ms = self._clock.read().wall_ms
        indexes = [row["list_index"] for row in found]
        listed = status_list.to_credential(address, issuer, number, purpose, indexes, now_ms=now_ms)
        return sign(listed, self._ring.signer, address, now_ms=now_ms)

    def status_lists(self) -> dict[str, bytes]:
        """Every status list as of now, by the name of a file."""
        last = last_list(self._store)
        every = ((number, purpose) for number in range(1, last + 1) for purpose in documents.PURPOSES)
        lists = {f"{number}-{purpose}.json": self.status_list(number, purpose) for number, purpose in every}
        return {name: signed for name, signed in lists.items() if signed is not None}

    def controller(self) -> dict[str, Json]:
        """The academy as a DID document: its name, and the keys by which it signs (formats/certificate 3.4).

        Raises:
            NoAddressError: Nobody said under which address the hub is reached.
        """
        address = address_of(self._store)
        methods: list[Json] = [
            {
                "id": address.method(key),
                "type": "Multikey",
                "controller": address.did,
                "publicKeyMultibase": address.method(key).partition("#")[2],
            }
            for key in self._ring.believed
        ]
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": address.did,
            "verificationMethod": methods,
            "assertionMethod": [address.method(key) for key in self._ring.believed],
        }
