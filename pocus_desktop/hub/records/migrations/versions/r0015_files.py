"""Files that candidates send, and of what kind an upload is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the table; uploads that are under way are of envelopes."""
    op.create_table(
        "portfolio_file",
        sa.Column("account_id", sa.String(40), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("sealed_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("candidate_id", sa.String(280), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("agreed_ms", sa.BigInteger, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("gone_ms", sa.BigInteger),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
    )
    op.create_index("portfolio_file_received", "portfolio_file", ["received_ms"])
    op.add_column("upload", sa.Column("kind", sa.String(20)))


def downgrade() -> None:
    """Remove the table; the files lie in their place still, and candidates were told that they are here."""
    op.drop_column("upload", "kind")
    op.drop_index("portfolio_file_received", "portfolio_file")
    op.drop_table("portfolio_file")
