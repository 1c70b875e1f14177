"""Envelopes of sittings that moved between stations: how they rank, and what must be known beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "move",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("sitting", sa.String(120), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("centre_signing_id", sa.String(280), nullable=False),
        sa.Column("remark", sa.String(40), nullable=False),
    )
    op.create_index("move_sitting", "move", ["sitting"])


def downgrade() -> None:
    """Remove the table; what spoke for a sitting speaks on."""
    op.drop_table("move")
