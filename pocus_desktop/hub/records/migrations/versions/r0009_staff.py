"""Staff with their sessions, and the links of the trail, which is only ever added to."""

import sqlalchemy as sa
from alembic import op

from pocus_desktop.hub.registry.trail import START, link_of

revision = "0009"
down_revision = "0008"

_ENTRY = "registry_entry"
_LINK = "registry_link"
_DEEDS = ("UPDATE", "DELETE")
_REFUSE = """
CREATE FUNCTION pocus_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the trail is only ever added to'; END $$
"""


def upgrade() -> None:
    """Make the tables, link what is there, and let nobody change it from now on."""
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.String(40), primary_key=True),
        sa.Column("login", sa.String(200), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("roles", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("password", sa.LargeBinary),
        sa.Column("factor", sa.LargeBinary),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("issuer", sa.String(400)),
        sa.Column("subject", sa.String(260)),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("issuer", "subject", name="staff_provider"),
    )
    op.create_table(
        "staff_recovery",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("used_ms", sa.BigInteger),
    )
    op.create_index("staff_recovery_staff", "staff_recovery", ["staff_id"])
    op.create_table(
        "staff_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(40), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("factor", sa.LargeBinary),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger),
    )
    op.create_index("staff_session_staff", "staff_session", ["staff_id"])
    op.create_table(
        _LINK,
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("link", sa.String(64), nullable=False),
    )
    _link()
    _lock()


def _link() -> None:
    connection = op.get_bind()
    link = sa.table(_LINK, sa.column("number"), sa.column("link"))
    previous = START
    everything = sa.text(f"SELECT * FROM {_ENTRY} ORDER BY number")  # noqa: S608 - a name of ours
    for row in connection.execute(everything).mappings().all():
        previous = link_of(previous, row)
        connection.execute(link.insert().values(number=row["number"], link=previous))


def _lock() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(_REFUSE)
        for table in (_ENTRY, _LINK):
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION pocus_append_only()"
            )
        return
    for table in (_ENTRY, _LINK):
        for deed in _DEEDS:
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to'); END"
            )


def downgrade() -> None:
    """Remove the tables and the links; the entries stay."""
    if op.get_context().dialect.name == "postgresql":
        for table in (_ENTRY, _LINK):
            op.execute(f"DROP TRIGGER {table}_kept ON {table}")
        op.execute("DROP FUNCTION pocus_append_only()")
    else:
        for table in (_ENTRY, _LINK):
            for deed in _DEEDS:
                op.execute(f"DROP TRIGGER {table}_no_{deed.lower()}")
    for name in (_LINK, "staff_session", "staff_recovery", "staff"):
        op.drop_table(name)
