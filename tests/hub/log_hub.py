"""A hub's records and log without envelopes inside: what harnesses of the log accept by the thousand."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.arrival import Accepted, Arrival, Wish
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_tables import ENVELOPE
from pocus_desktop.hub.results_log.result_log import ResultLog
from pocus_desktop.sitting.receipt import entry_of, issue_receipt

KEYS: Final = AcademyKeys(signing=SigningKey.from_seed(bytes([1]) * 32), sealing=SealingKey.from_seed(bytes([2]) * 32))
ENVELOPES: Final = tuple(f"envelope {number}".encode() for number in range(1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLog:
    """The records at a database's URL."""

    url: str

    @contextmanager
    def store(self) -> Iterator[HubStore]:
        """The records, open."""
        store = HubStore(self.url)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def open(self, *, keys: AcademyKeys = KEYS, retired: tuple[AcademyKeys, ...] = ()) -> Iterator[ResultLog]:
        """The log, open, as one process has it."""
        with self.store() as store:
            yield ResultLog(store, KeyRing(AcademyRing.of(keys, retired)))

    def digest(self, number: int) -> str:
        """Of an envelope."""
        return hashlib.sha256(f"envelope {number}".encode()).hexdigest()

    def arrival(self, number: int, **changes: Any) -> Arrival:
        """An envelope of a sitting of its own."""
        given: dict[str, Any] = {
            "digest": self.digest(number),
            "sitting": f"sit_{number}",
            "last_seq": 1,
            "is_partial": False,
            "station": "ed25519-00",
            "received_at_ms": 1_790_000_000_000 + number,
            "admission_id": f"adm_{changes.get('sitting', number)}",
            "candidate_id": "C-1",
            "attempt": 1,
            "mode": "trial",
            "bundle_id": "short-leg",
            "bundle_version": 3,
        }
        return Arrival(**{**given, **changes})

    def wish(self, log: ResultLog, number: int, *, signer: SigningKey = KEYS.signing, **changes: Any) -> Wish:
        """What the intake asks for it."""
        arrival = self.arrival(number, **changes)
        receipt = issue_receipt(
            signer,
            sealed_digest=arrival.digest,
            sitting=arrival.sitting,
            last_seq=arrival.last_seq,
            received_at_ms=arrival.received_at_ms,
            is_partial=arrival.is_partial,
            log=log.origin,
        )
        return Wish(arrival=arrival, receipt=receipt, entry=entry_of(receipt))

    def accept(self, log: ResultLog, number: int, *, signer: SigningKey = KEYS.signing) -> Accepted:
        """Accept an envelope as the intake does."""
        wish = self.wish(log, number, signer=signer)
        (accepted,) = log.enter([(wish.arrival, wish.receipt)])
        assert isinstance(accepted, Accepted)
        return accepted

    def insert_without_log(self, store: HubStore, number: int, receipt: bytes, *, received_at_ms: int) -> None:
        """What a hub from before the log left behind."""
        row = {
            "digest": self.digest(number),
            "sitting": f"sit_{number}",
            "last_seq": 1,
            "is_partial": False,
            "station": "ed25519-00",
            "received_at_ms": received_at_ms,
            "receipt": receipt,
        }
        with store.transaction() as connection:
            connection.execute(ENVELOPE.insert(), [row])
