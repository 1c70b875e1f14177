"""Envelopes in which a proctor ordered something that must be known beside the score."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "ordered",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("sitting", sa.String(120), nullable=False),
        sa.Column("centre_signing_id", sa.String(280), nullable=False),
        sa.Column("remarks", sa.String(120), nullable=False),
    )
    op.create_index("ordered_sitting", "ordered", ["sitting"])


def downgrade() -> None:
    """Remove the table; scoring a sitting again notes the same."""
    op.drop_table("ordered")
