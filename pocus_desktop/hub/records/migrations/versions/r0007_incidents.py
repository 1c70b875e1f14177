"""Reports of incidents, as centres signed them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "incident",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("centre_id", sa.String(280), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("is_extending", sa.Boolean, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
    )
    op.create_index("incident_reference", "incident", ["reference", "centre_id"])


def downgrade() -> None:
    """Remove the table; what centres filed is lost here, and is sent again from none."""
    op.drop_table("incident")
