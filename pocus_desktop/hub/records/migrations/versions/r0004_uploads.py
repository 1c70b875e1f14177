"""Envelopes that arrive in pieces."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("arrived_bytes", sa.BigInteger, nullable=False),
        sa.Column("begun_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("upload_owner", "upload", ["owner"])
    op.create_table(
        "upload_piece",
        sa.Column("upload_id", sa.String(64), primary_key=True),
        sa.Column("begins_at", sa.BigInteger, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove the tables; what had arrived only in part is sent again by its station."""
    for name in ("upload_piece", "upload"):
        op.drop_table(name)
