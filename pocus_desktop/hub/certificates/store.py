"""The table of certificates, beside the registry's and used through its transactions (`hub.registry.store`).

A certificate is never taken away: what ends keeps its row, and every step has an entry in the trail.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, select

from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_tables import META
from pocus_desktop.programme.certificate.records import CertificateState

_ID: Final = String(280)

CERTIFICATE: Final = Table(
    "certificate",
    META,
    Column("certificate_id", String(40), primary_key=True),
    Column("folded_id", _ID, nullable=False),
    Column("candidate_id", _ID, nullable=False),
    Column("list_number", Integer, nullable=False),
    Column("list_index", Integer, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("valid_from_ms", BigInteger, nullable=False),
    Column("valid_until_ms", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("signing_id", _ID, nullable=False),
    Column("renews", String(40)),
    Column("credential", LargeBinary, nullable=False),
    Column("openings", LargeBinary, nullable=False),
    UniqueConstraint("list_number", "list_index", name="certificate_place"),
    Index("certificate_candidate", "folded_id"),
    Index("certificate_state", "list_number", "state"),
    Index("certificate_signing", "signing_id"),
)

_STANDS_SWIFTLY: Final = (
    b"SELECT certificate_id, state, credential FROM certificate WHERE certificate_id = ANY(%s::text[])"
)


def stands(store: HubStore, certificate_ids: Sequence[str]) -> Mapping[str, tuple[CertificateState, bytes]]:
    """State and credential of certificates as they are now, by id; those that are not there are left out.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    wanted = list(certificate_ids)
    found: Sequence[Any]
    if store.is_shared:  # whoever looks at a certificate asks this
        found = store.swiftly(
            lambda driver: driver.execute(_STANDS_SWIFTLY, [wanted], prepare=True, binary=True).fetchall()
        )
    else:
        chosen = select(CERTIFICATE.c.certificate_id, CERTIFICATE.c.state, CERTIFICATE.c.credential)
        with store.reading() as connection:
            found = list(connection.execute(chosen.where(CERTIFICATE.c.certificate_id.in_(wanted))))
    return {name: (CertificateState(state), credential) for name, state, credential in found}
