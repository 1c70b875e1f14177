"""The log: state, entries, roots of full tiles. The hub that is opened next begins it and enters what is there."""

import sqlalchemy as sa
from alembic import op

from pocus_desktop.hub.errors import LogInUseError

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "log",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("origin", sa.String(120), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("peaks", sa.LargeBinary, nullable=False),
        sa.Column("checkpoint", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "log_entry",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("digest", name="log_entry_digest"),
    )
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove them while nothing was entered: receipts name their entries, and a log cannot be begun anew under them.

    Raises:
        LogInUseError: There are entries; nothing was removed.
    """
    if op.get_bind().execute(sa.text("SELECT 1 FROM log_entry LIMIT 1")).first() is not None:
        raise LogInUseError
    op.drop_table("log_tile")
    op.drop_table("log_entry")
    op.drop_table("log")
