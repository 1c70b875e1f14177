"""Tries at passwords and codes of staff, counted by all processes together."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "staff_try",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("tokens", sa.Float, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("staff_try_at", "staff_try", ["at_ms"])


def downgrade() -> None:
    """Remove it; everybody has all tries again."""
    op.drop_table("staff_try")
