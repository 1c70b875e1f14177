"""Peer evaluation: panels, evaluators, links, messages, and who wants none."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "peer_panel",
        sa.Column("panel_id", sa.String(60), primary_key=True),
        sa.Column("application_id", sa.String(60), nullable=False),
        sa.Column("candidate_id", sa.String(280), nullable=False),
        sa.Column("area", sa.String(60), nullable=False),
        sa.Column("policy", sa.Integer, nullable=False),
        sa.Column("questionnaire", sa.String(80), nullable=False),
        sa.Column("begun_ms", sa.BigInteger, nullable=False),
        sa.Column("closes_ms", sa.BigInteger, nullable=False),
        sa.Column("next_ms", sa.BigInteger),
        sa.Column("about", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("application_id", "area", name="peer_panel_once"),
    )
    op.create_index("peer_panel_candidate", "peer_panel", ["candidate_id"])
    op.create_index("peer_panel_next", "peer_panel", ["next_ms"])
    op.create_table(
        "peer_evaluator",
        sa.Column("evaluator_id", sa.String(60), primary_key=True),
        sa.Column("panel_id", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("nomination_id", sa.String(60), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("person", sa.LargeBinary, nullable=False),
        sa.Column("said", sa.LargeBinary),
        sa.UniqueConstraint("panel_id", "number", name="peer_evaluator_number"),
    )
    op.create_table(
        "peer_link",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("evaluator_id", sa.String(60), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("mail_id", sa.String(60), nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("peer_link_mail", "peer_link", ["mail_id"])
    op.create_index("peer_link_expires", "peer_link", ["expires_ms"])
    op.create_table(
        "peer_mail",
        sa.Column("mail_id", sa.String(60), primary_key=True),
        sa.Column("evaluator_id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("problem", sa.String(60), nullable=False),
        sa.UniqueConstraint("evaluator_id", "kind", "number", name="peer_mail_once"),
    )
    op.create_index("peer_mail_state", "peer_mail", ["state", "due_ms"])
    op.create_table(
        "peer_unwanted",
        sa.Column("address_digest", sa.String(64), primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Remove the tables, with what evaluators said."""
    for name in ("peer_unwanted", "peer_mail", "peer_link", "peer_evaluator", "peer_panel"):
        op.drop_table(name)
