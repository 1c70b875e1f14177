"""Nominations from portfolios: notices, reminders that were asked for, one message for several areas."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("peer_panel", sa.Column("outcome", sa.String(20)))
    op.add_column("peer_evaluator", sa.Column("person_key", sa.String(64)))
    op.add_column("peer_mail", sa.Column("sent_with", sa.String(60)))
    op.create_index("peer_evaluator_person", "peer_evaluator", ["person_key"])
    op.create_index("peer_evaluator_nomination", "peer_evaluator", ["nomination_id"])
    op.create_index("peer_mail_sent_with", "peer_mail", ["sent_with"])
    op.create_table(
        "peer_notice",
        sa.Column("notice_id", sa.String(60), primary_key=True),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "peer_request",
        sa.Column("request_id", sa.String(60), primary_key=True),
        sa.Column("nomination_id", sa.String(60), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
    )
    op.create_index("peer_request_nomination", "peer_request", ["nomination_id"])


def downgrade() -> None:
    """Remove them; what was decided of panels is then in portfolios alone."""
    op.drop_table("peer_request")
    op.drop_table("peer_notice")
    op.drop_index("peer_mail_sent_with", "peer_mail")
    op.drop_index("peer_evaluator_nomination", "peer_evaluator")
    op.drop_index("peer_evaluator_person", "peer_evaluator")
    op.drop_column("peer_mail", "sent_with")
    op.drop_column("peer_evaluator", "person_key")
    op.drop_column("peer_panel", "outcome")
