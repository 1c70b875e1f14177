"""The tables of the hub's records, as the newest revision leaves them (`hub.records.migrations` tells how they come).

Types are those that SQLite and PostgreSQL share. Every table of the hub's database belongs to `META`, in whichever
module named `store…` it stands.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

META: Final = MetaData()
ABOUT: Final = Table("about", META, Column("id", Integer, primary_key=True), Column("format", Integer, nullable=False))
ENVELOPE: Final = Table(
    "envelope",
    META,
    Column("digest", String(64), primary_key=True),
    Column("sitting", String(120), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("is_partial", Boolean, nullable=False),
    Column("station", String(120), nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Index("envelope_sitting", "sitting"),
)
RESULT: Final = Table(
    "result",
    META,
    Column("sitting", String(120), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("is_partial", Boolean, nullable=False),
    Column("admission_id", String(120), nullable=False),
    Column("candidate_id", String(120), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("mode", String(20), nullable=False),
    Column("bundle_id", String(200), nullable=False),
    Column("bundle_version", BigInteger, nullable=False),
    Column("status", String(20), nullable=False),
    Column("problem", String(120), nullable=False),
    Column("has_fork", Boolean, nullable=False),
    Column("report", Text),
    Column("settled_at_ms", BigInteger),
    Index("result_bundle", "bundle_id", "bundle_version"),
    Index("result_admission", "admission_id"),
    Index("result_candidate", "candidate_id"),
)
UNTOLD: Final = Table(
    "untold",
    META,
    Column("sitting", String(120), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
)
"""Sittings of which a candidate may have to be told something (`store_untold`)."""

MOVE: Final = Table(
    "move",
    META,
    Column("digest", String(64), primary_key=True),
    Column("sitting", String(120), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("centre_signing_id", String(280), nullable=False),
    Column("remark", String(40), nullable=False),
    Index("move_sitting", "sitting"),
)
ORDERED: Final = Table(
    "ordered",
    META,
    Column("digest", String(64), primary_key=True),
    Column("sitting", String(120), nullable=False),
    Column("centre_signing_id", String(280), nullable=False),
    Column("remarks", String(120), nullable=False),
    Index("ordered_sitting", "sitting"),
)
QUARANTINE: Final = Table(
    "quarantine",
    META,
    Column("digest", String(64), primary_key=True),
    Column("reason", String(120), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
)
