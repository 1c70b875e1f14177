"""The tables of staff, beside the registry's and used through its transactions (`hub.registry.store`).

Passwords lie here as Argon2id verifiers, secrets of second factors sealed to the academy, sessions and recovery codes
as SHA-256 of what only their holder has. Tries are counted here too, so that several processes count them together.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pocus_desktop.hub.records.store_tables import META

STAFF: Final = Table(
    "staff",
    META,
    Column("staff_id", String(40), primary_key=True),
    Column("login", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("password", LargeBinary),
    Column("factor", LargeBinary),
    Column("last_step", BigInteger, nullable=False),
    Column("issuer", String(400)),
    Column("subject", String(260)),
    Column("made_ms", BigInteger, nullable=False),
    UniqueConstraint("issuer", "subject", name="staff_provider"),
)
RECOVERY: Final = Table(
    "staff_recovery",
    META,
    Column("digest", String(64), primary_key=True),
    Column("staff_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("used_ms", BigInteger),
    Index("staff_recovery_staff", "staff_id"),
)
SESSION: Final = Table(
    "staff_session",
    META,
    Column("digest", String(64), primary_key=True),
    Column("staff_id", String(40), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("factor", LargeBinary),
    Column("made_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Index("staff_session_staff", "staff_id"),
)
TRY: Final = Table(
    "staff_try",
    META,
    Column("digest", String(64), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("staff_try_at", "at_ms"),
)
