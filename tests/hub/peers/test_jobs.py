"""Mail as jobs of the hub's queue, on PostgreSQL: entered with its row, run by any worker, once."""

import psycopg
import pytest

from pocus_desktop.hub.work import Worker
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


def test_a_worker_enters_reminders_by_itself_and_leaves_what_is_refused_to_people(world: World) -> None:
    world.postbox.replies[BEN] = "550 5.7.1 relaying denied"
    world.nominate(people()[0], people()[2])
    Worker(world.hub).drain()
    assert [envelope.rcpt_tos for envelope in world.postbox.taken] == [["david@hospital.example"]]
    assert jobs(world) == []
    world.pass_days(8)
    Worker(world.hub).drain()
    assert [envelope.rcpt_tos for envelope in world.postbox.taken] == [["david@hospital.example"]] * 2
