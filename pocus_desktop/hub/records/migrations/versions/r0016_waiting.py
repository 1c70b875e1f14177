"""The ways to what waits for somebody of the staff."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("peer_panel_outcome", "peer_panel", ["outcome"])
    op.create_index("portfolio_given_kind", "portfolio_given", ["kind", "given_ms"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("portfolio_given_kind", "portfolio_given")
    op.drop_index("peer_panel_outcome", "peer_panel")
