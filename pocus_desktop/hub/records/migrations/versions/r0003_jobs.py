"""The queue of jobs in the same database, on PostgreSQL; SQLite has none, and its hub scores at once.

The tables, types and functions are procrastinate's own, as the library that is installed describes them. A library
whose schema is another one needs a revision of its own with the library's changes (a test tells when).
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"

_UNDO = """
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
DO $$
DECLARE found regprocedure;
BEGIN
    FOR found IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE starts_with(proname, 'procrastinate_') AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || found::text || ' CASCADE';
    END LOOP;
END $$;
DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
"""


def upgrade() -> None:
    """Make the queue."""
    _run(SchemaManager.get_schema())


def downgrade() -> None:
    """Remove the queue with what waits in it; what was not scored yet shows by its status."""
    _run(_UNDO)


def _run(script: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
