"""The tables of the programme, beside the registry's and used through its transactions (`hub.registry.store`)."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from pocus_desktop.hub.records.store_tables import META

_ID: Final = String(40)
_PERSON: Final = String(280)
_DIGEST: Final = String(64)
_NAME: Final = String(200)

PORTFOLIO: Final = Table(
    "portfolio",
    META,
    Column("account_id", _ID, primary_key=True),
    Column("key_id", String(120), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("next_key_id", String(120), nullable=False),
    Column("folded_id", _PERSON, unique=True),
    Column("candidate_id", _PERSON),
    Column("claimed_id", _PERSON, nullable=False),
    Column("name", _NAME, nullable=False),
    Column("email", String(254), nullable=False),
    Column("zone", String(80), nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Index("portfolio_key", "key_id"),
)
SUBMISSION: Final = Table(
    "portfolio_submission",
    META,
    Column("digest", _DIGEST, primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
)
DOCUMENT: Final = Table(
    "portfolio_document",
    META,
    Column("digest", _DIGEST, primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("document_id", String(120), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("portfolio_document_account", "account_id"),
    Index("portfolio_document_id", "kind", "document_id"),
)
FILE: Final = Table(
    "portfolio_file",
    META,
    Column("account_id", _ID, primary_key=True),
    Column("sha256", _DIGEST, primary_key=True),
    Column("sealed_digest", _DIGEST, nullable=False, unique=True),
    Column("candidate_id", _PERSON, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("kind", String(100), nullable=False),
    Column("agreed_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("gone_ms", BigInteger),
    Column("receipt", LargeBinary, nullable=False),
    Index("portfolio_file_received", "received_ms"),
)
GIVEN: Final = Table(
    "portfolio_given",
    META,
    Column("digest", _DIGEST, primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("about", _NAME, nullable=False),
    Column("given_ms", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Index("portfolio_given_account", "account_id"),
    Index("portfolio_given_about", "about"),
    Index("portfolio_given_kind", "kind", "given_ms"),
)
APPLICATION: Final = Table(
    "application",
    META,
    Column("application_id", _ID, primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("areas", Text, nullable=False),
    Column("approved", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("decided_ms", BigInteger),
    Column("decided_by", _NAME, nullable=False),
    Column("is_sampled", Boolean, nullable=False),
    Index("application_state", "state", "received_ms"),
    Index("application_account", "account_id"),
)
VOUCHER: Final = Table(
    "voucher",
    META,
    Column("voucher_id", _ID, primary_key=True),
    Column("batch", _ID, nullable=False),
    Column("recipient", _NAME, nullable=False),
    Column("folded_id", _PERSON, nullable=False),
    Column("areas", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("refunded_ms", BigInteger),
    Column("envelope", LargeBinary, nullable=False),
    Index("voucher_batch", "batch"),
)
ENTRY: Final = Table(
    "voucher_entry",
    META,
    Column("entry_id", _ID, primary_key=True),
    Column("voucher_id", _ID, nullable=False),
    Column("account_id", _ID, nullable=False),
    Column("application_id", _ID, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("is_told", Boolean, nullable=False),
    Index("voucher_entry_voucher", "voucher_id"),
    Index("voucher_entry_application", "application_id"),
)
SAMPLE: Final = Table(
    "audit_sample",
    META,
    Column("sample_id", _ID, primary_key=True),
    Column("seed", String(120), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("population", Text, nullable=False),
    Column("drawn", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", _NAME, nullable=False),
)
APPEAL: Final = Table(
    "appeal",
    META,
    Column("appeal_id", _ID, primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("ground", String(80), nullable=False),
    Column("about", _NAME, nullable=False),
    Column("state", String(20), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("refusal", String(120), nullable=False),
    Column("replay", LargeBinary),
    Column("decided_ms", BigInteger),
    Column("decided_by", _NAME, nullable=False),
    Index("appeal_state", "state", "received_ms"),
    Index("appeal_account", "account_id"),
    Index("appeal_about", "about"),
)
