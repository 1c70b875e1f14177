"""Certificates, as the academy signed them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "certificate",
        sa.Column("certificate_id", sa.String(40), primary_key=True),
        sa.Column("folded_id", sa.String(280), nullable=False),
        sa.Column("candidate_id", sa.String(280), nullable=False),
        sa.Column("list_number", sa.Integer, nullable=False),
        sa.Column("list_index", sa.Integer, nullable=False),
        sa.Column("issued_ms", sa.BigInteger, nullable=False),
        sa.Column("valid_from_ms", sa.BigInteger, nullable=False),
        sa.Column("valid_until_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("signing_id", sa.String(280), nullable=False),
        sa.Column("renews", sa.String(40)),
        sa.Column("credential", sa.LargeBinary, nullable=False),
        sa.Column("openings", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("list_number", "list_index", name="certificate_place"),
    )
    op.create_index("certificate_candidate", "certificate", ["folded_id"])
    op.create_index("certificate_state", "certificate", ["list_number", "state"])
    op.create_index("certificate_signing", "certificate", ["signing_id"])


def downgrade() -> None:
    """Remove the table; certificates that were handed out can then be neither shown nor revoked here."""
    op.drop_table("certificate")
