"""What is given about a sitting has room for every id of a sitting; portfolios are found by their keys."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Widen the column; make the index."""
    with op.batch_alter_table("portfolio_given") as table:
        table.alter_column("about", existing_type=sa.String(40), type_=sa.String(200), existing_nullable=False)
    op.create_index("portfolio_key", "portfolio", ["key_id"])


def downgrade() -> None:
    """Remove the index; the column stays wide, for what is in it may be long."""
    op.drop_index("portfolio_key", "portfolio")
