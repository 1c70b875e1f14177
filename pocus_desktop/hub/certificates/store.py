"""The table of certificates, beside the registry's and used through its transactions (`hub.registry.store`).

A certificate is never taken away: what ends keeps its row, and every step has an entry in the trail.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pocus_desktop.hub.records.store_tables import META

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
