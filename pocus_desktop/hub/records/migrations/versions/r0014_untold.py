"""Sittings of which the candidate is still to be told, and the ways to a person's results."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "untold",
        sa.Column("sitting", sa.String(120), primary_key=True),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("result_candidate", "result", ["candidate_id"])
    op.create_index("walk_in_sitting", "walk_in", ["sitting"])
    op.create_index("walk_in_candidate", "walk_in", ["candidate"])
    op.create_index("appeal_about", "appeal", ["about"])


def downgrade() -> None:
    """Remove them; whoever was not told yet is told when their sitting is scored again."""
    op.drop_index("appeal_about", "appeal")
    op.drop_index("walk_in_candidate", "walk_in")
    op.drop_index("walk_in_sitting", "walk_in")
    op.drop_index("result_candidate", "result")
    op.drop_table("untold")
