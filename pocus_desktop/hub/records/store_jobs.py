"""Jobs in the hub's own database: entered in the transaction of what they are about; neither is without the other.

The queue is procrastinate's, entered by its SQL function over the connection that is there; `hub.work` runs it. On
SQLite there is none.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Connection

SCORING: Final = "scoring"
"""The queue."""

SCORE: Final = "score"
"""The task; its one argument is `sitting`. Two jobs of one sitting never run at the same time."""

ENTER: Final = """
SELECT procrastinate_defer_jobs_v1(array_agg(CAST(
    ROW(%(queue)s::text, %(task)s::text, 0, sitting, NULL, jsonb_build_object('sitting', sitting), NULL)
    AS procrastinate_job_to_defer_v1)))
FROM unnest(%(sittings)s::text[]) AS accepted(sitting)
"""
"""As the driver takes it, with `of`."""

_MISSING: Final = text("""
SELECT procrastinate_defer_jobs_v1(array_agg(CAST(
    ROW(:queue, :task, 0, sitting, NULL, jsonb_build_object('sitting', sitting), NULL)
    AS procrastinate_job_to_defer_v1))), count(*) AS entered
FROM result
WHERE status = 'received' AND NOT EXISTS (
    SELECT FROM procrastinate_jobs AS job WHERE job.lock = result.sitting AND job.status IN ('todo', 'doing'))
HAVING count(*) > 0
""")


def enter(connection: Connection, sittings: Sequence[str]) -> None:
    """A job to score each sitting; they run after the transaction, or never where that is undone."""
    if sittings:
        connection.exec_driver_sql(ENTER, of(sittings))


def of(sittings: Sequence[str]) -> dict[str, Any]:
    """What `ENTER` is given."""
    return {"queue": SCORING, "task": SCORE, "sittings": list(sittings)}


def enter_missing(connection: Connection) -> int:
    """A job for every sitting that waits to be scored and has none; how many there were."""
    row = connection.execute(_MISSING, {"queue": SCORING, "task": SCORE}).one_or_none()
    return 0 if row is None else int(row.entered)
