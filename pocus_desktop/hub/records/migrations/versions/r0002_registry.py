"""Stations, candidates, admissions, rosters and walk-ins: format 1 of the registry."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.String(280)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "registry_about", sa.Column("id", sa.Integer, primary_key=True), sa.Column("format", sa.Integer, nullable=False)
    )
    op.create_table(
        "registry_setting",
        sa.Column("name", sa.String(260), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    _enrolments()
    op.create_table(
        "registry_entry",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("was", sa.Text, nullable=False),
        sa.Column("now", sa.Text, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("registry_entry_subject", "registry_entry", ["subject"])
    op.create_table(
        "candidate",
        sa.Column("folded_id", _ID, primary_key=True),
        sa.Column("candidate_id", _ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("photo", sa.LargeBinary),
        sa.Column("accommodations", sa.Text, nullable=False),
    )
    _admissions()
    _centre_days()
    op.create_table(
        "registry_review",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO registry_about (id, format) VALUES (1, 1)")


def _enrolments() -> None:
    op.create_table(
        "enrolment",
        sa.Column("enrolment_id", _ID, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("centre_id", _ID),
        sa.Column("signing_id", _ID, nullable=False, unique=True),
        sa.Column("sealing_id", _ID, nullable=False, unique=True),
        sa.Column("signing", sa.LargeBinary, nullable=False),
        sa.Column("sealing", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("granted_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("grant_envelope", sa.LargeBinary, nullable=False),
    )
    op.create_index("enrolment_centre", "enrolment", ["centre_id"])
    is_living = sa.text("kind = 'centre' AND state = 'active'")
    op.create_index(
        "enrolment_one_centre",
        "enrolment",
        ["centre_id"],
        unique=True,
        sqlite_where=is_living,
        postgresql_where=is_living,
    )
    op.create_table(
        "enrolment_code",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("centre_id", _ID),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("used_ms", sa.BigInteger),
        sa.Column("used_for", _ID),
        sa.Column("who", sa.String(200), nullable=False),
    )


def _admissions() -> None:
    op.create_table(
        "admission",
        sa.Column("admission_id", _ID, primary_key=True),
        sa.Column("folded_id", _ID, nullable=False),
        sa.Column("candidate_id", _ID, nullable=False),
        sa.Column("bundle_id", sa.String(200), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger),
        sa.Column("not_after_ms", sa.BigInteger),
        sa.Column("station", _ID),
        sa.Column("centre_id", _ID),
        sa.Column("issued_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )
    op.create_index("admission_candidate", "admission", ["folded_id", "bundle_id"])
    op.create_index("admission_centre", "admission", ["centre_id"])
    counts = sa.text("state != 'withdrawn'")
    op.create_index(
        "admission_one_attempt",
        "admission",
        ["folded_id", "bundle_id", "mode", "attempt"],
        unique=True,
        sqlite_where=counts,
        postgresql_where=counts,
    )


def _centre_days() -> None:
    op.create_table(
        "roster",
        sa.Column("roster_id", _ID, primary_key=True),
        sa.Column("centre_id", _ID, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "walk_in",
        sa.Column("admission_id", _ID, primary_key=True),
        sa.Column("sitting", _ID, primary_key=True),
        sa.Column("centre_id", _ID, nullable=False),
        sa.Column("centre_signing_id", _ID, nullable=False),
        sa.Column("allowance_id", _ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("candidate_id", _ID, nullable=False),
        sa.Column("candidate_name", sa.String(200), nullable=False),
        sa.Column("bundle_id", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("matched", _ID, nullable=False),
        sa.Column("candidate", _ID, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("walk_in_number", "walk_in", ["allowance_id", "number"])


def downgrade() -> None:
    """Remove the tables."""
    for name in (
        "registry_review",
        "walk_in",
        "roster",
        "admission",
        "candidate",
        "registry_entry",
        "enrolment_code",
        "enrolment",
        "registry_setting",
        "registry_about",
    ):
        op.drop_table(name)
