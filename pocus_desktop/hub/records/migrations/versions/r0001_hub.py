"""Envelopes, the results that they speak for, and the quarantine: format 1 of the hub's records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "about", sa.Column("id", sa.Integer, primary_key=True), sa.Column("format", sa.Integer, nullable=False)
    )
    op.create_table(
        "envelope",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("sitting", sa.String(120), nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("is_partial", sa.Boolean, nullable=False),
        sa.Column("station", sa.String(120), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
    )
    op.create_index("envelope_sitting", "envelope", ["sitting"])
    op.create_table(
        "result",
        sa.Column("sitting", sa.String(120), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("is_partial", sa.Boolean, nullable=False),
        sa.Column("admission_id", sa.String(120), nullable=False),
        sa.Column("candidate_id", sa.String(120), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("bundle_id", sa.String(200), nullable=False),
        sa.Column("bundle_version", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("problem", sa.String(120), nullable=False),
        sa.Column("has_fork", sa.Boolean, nullable=False),
        sa.Column("report", sa.Text),
        sa.Column("settled_at_ms", sa.BigInteger),
    )
    op.create_index("result_bundle", "result", ["bundle_id", "bundle_version"])
    op.create_index("result_admission", "result", ["admission_id"])
    op.create_table(
        "quarantine",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO about (id, format) VALUES (1, 1)")


def downgrade() -> None:
    """Remove the tables."""
    for name in ("quarantine", "result", "envelope", "about"):
        op.drop_table(name)
