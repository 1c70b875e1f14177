"""Portfolios with their documents, applications, vouchers, samples and appeals."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TABLES = (
    "portfolio",
    "portfolio_submission",
    "portfolio_document",
    "portfolio_given",
    "application",
    "voucher",
    "voucher_entry",
    "audit_sample",
    "appeal",
)


def upgrade() -> None:
    """Make the tables."""
    _portfolios()
    _decisions()


def _portfolios() -> None:
    op.create_table(
        "portfolio",
        sa.Column("account_id", sa.String(40), primary_key=True),
        sa.Column("key_id", sa.String(120), nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("next_key_id", sa.String(120), nullable=False),
        sa.Column("folded_id", sa.String(280), unique=True),
        sa.Column("candidate_id", sa.String(280)),
        sa.Column("claimed_id", sa.String(280), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("zone", sa.String(80), nullable=False),
        sa.Column("first_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "portfolio_submission",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "portfolio_document",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("document_id", sa.String(120), nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("portfolio_document_account", "portfolio_document", ["account_id"])
    op.create_index("portfolio_document_id", "portfolio_document", ["kind", "document_id"])
    op.create_table(
        "portfolio_given",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("given_ms", sa.BigInteger, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )
    op.create_index("portfolio_given_account", "portfolio_given", ["account_id"])
    op.create_index("portfolio_given_about", "portfolio_given", ["about"])


def _decisions() -> None:
    op.create_table(
        "application",
        sa.Column("application_id", sa.String(40), primary_key=True),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("areas", sa.Text, nullable=False),
        sa.Column("approved", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("decided_ms", sa.BigInteger),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("is_sampled", sa.Boolean, nullable=False),
    )
    op.create_index("application_state", "application", ["state", "received_ms"])
    op.create_index("application_account", "application", ["account_id"])
    op.create_table(
        "voucher",
        sa.Column("voucher_id", sa.String(40), primary_key=True),
        sa.Column("batch", sa.String(40), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("folded_id", sa.String(280), nullable=False),
        sa.Column("areas", sa.Text, nullable=False),
        sa.Column("issued_ms", sa.BigInteger, nullable=False),
        sa.Column("refunded_ms", sa.BigInteger),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )
    op.create_index("voucher_batch", "voucher", ["batch"])
    op.create_table(
        "voucher_entry",
        sa.Column("entry_id", sa.String(40), primary_key=True),
        sa.Column("voucher_id", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("application_id", sa.String(40), nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("is_told", sa.Boolean, nullable=False),
    )
    op.create_index("voucher_entry_voucher", "voucher_entry", ["voucher_id"])
    op.create_index("voucher_entry_application", "voucher_entry", ["application_id"])
    op.create_table(
        "audit_sample",
        sa.Column("sample_id", sa.String(40), primary_key=True),
        sa.Column("seed", sa.String(120), nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("population", sa.Text, nullable=False),
        sa.Column("drawn", sa.Text, nullable=False),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
    )
    op.create_table(
        "appeal",
        sa.Column("appeal_id", sa.String(40), primary_key=True),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("ground", sa.String(80), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("refusal", sa.String(120), nullable=False),
        sa.Column("replay", sa.LargeBinary),
        sa.Column("decided_ms", sa.BigInteger),
        sa.Column("decided_by", sa.String(200), nullable=False),
    )
    op.create_index("appeal_state", "appeal", ["state", "received_ms"])
    op.create_index("appeal_account", "appeal", ["account_id"])


def downgrade() -> None:
    """Remove the tables with what candidates sent and what was decided; the trail stays."""
    for name in reversed(_TABLES):
        op.drop_table(name)
