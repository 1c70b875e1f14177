"""Mail as jobs of the hub's queue, on PostgreSQL: entered with its row, run by any worker, once."""

import threading

import psycopg
import pytest

from pocus_desktop.hub.work import Worker
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.programme.peers.policy import DAY_MS
from tests.hub.peers.world import BEN, World, people


@pytest.fixture
def kept_in() -> str:
    return "postgresql"


def jobs(world: World) -> list[tuple[str, str]]:
    with psycopg.connect(world.hub.queue_address) as connection:
        return connection.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id").fetchall()


def test_a_worker_sends_what_is_due_and_nothing_twice(world: World) -> None:
    world.nominate()
    assert world.hub.peers.run_due() == 0  # it is left to the workers
    assert world.postbox.taken == []
    assert jobs(world) == [("mail", "todo")] * 3
    assert world.hub.peers.look_after() == 0  # each has its job already
    Worker(world.hub).drain()
    assert len(world.postbox.taken) == 3
    assert jobs(world) == []
    Worker(world.hub).drain()
    assert len(world.postbox.taken) == 3


def test_what_is_due_by_the_hubs_clock_waits_for_no_other(world: World) -> None:
    """The database's machine may be behind the hub's."""
    ahead = SystemClock().read().wall_ms + 10 * DAY_MS
    world.school.clock.set(wall_ms=ahead)
    world.nominate()
    Worker(world.hub).drain()
    assert len(world.postbox.taken) == 3


def test_a_worker_enters_reminders_by_itself_and_leaves_what_is_refused_to_people(world: World) -> None:
    world.postbox.replies[BEN] = "550 5.7.1 relaying denied"
    world.nominate(people()[0], people()[2])
    Worker(world.hub).drain()
    assert [envelope.rcpt_tos for envelope in world.postbox.taken] == [["david@hospital.example"]]
    assert jobs(world) == []
    world.pass_days(8)
    Worker(world.hub).drain()
    assert [envelope.rcpt_tos for envelope in world.postbox.taken] == [["david@hospital.example"]] * 2


def test_what_is_written_down_at_the_same_moment_stands_behind_each_other_in_the_trail(world: World) -> None:
    """A panel is begun while staff of another process change something: neither writes behind the entry before both."""
    other = world.school.hub(is_registered=False)
    begin = {"about": world.about(), "people": people(), "who": "ada"}
    desk = threading.Thread(target=other.peers.desk.nominate, kwargs=begin)
    with world.hub.academy.tables.rows() as rows:
        rows.note("staff:ada", at_ms=world.now_ms, action="staff added", who="ada", why="")
        desk.start()
        while desk.is_alive() and not someone_waits(world):
            desk.join(0.01)
    desk.join()
    other.close()
    check = world.hub.academy.tables.check_trail()
    assert check.entries > 4
    assert check.broken is None


def someone_waits(world: World) -> bool:
    with psycopg.connect(world.hub.queue_address) as connection:
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.execute(waits).fetchone() != (0,))
