"""Moments of a candidate's way that many tests begin from: each is lived through once, and a test has a copy of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import Envelope

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.clock import ManualClock
from tests.hub.peers.candidate import Candidate
from tests.hub.peers.postbox import Postbox
from tests.hub.peers.world import World
from tests.hub.postgres import Cluster
from tests.hub.school import School
from tests.programme.own.ana import Ana

Story = Callable[[World, Path], Candidate]
Begin = Callable[[Story], Candidate]
"""What the fixture `begin` is."""

HUB: Final = "hub"
ANA: Final = "ana"


def world_in(folder: Path, postbox: Postbox, database_url: str | None = None, school: School | None = None) -> World:
    """An academy's hub with a mail server; of a school that there was, where one is given."""
    school = school or School(folder=folder, database_url=database_url)
    hub: Hub = school.hub(is_registered=False)
    postbox.settings(school.folder / HUB, "http://127.0.0.1:1")
    return World(school=school, hub=hub, postbox=postbox)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where everything was: the folders, the database, the keys, the time and the mail."""

    school: School
    key: SigningKey
    wall_ms: int
    application_id: str
    voucher_id: str
    taken: tuple[Envelope, ...]

    def again(self, folder: Path, postbox: Postbox, database_url: str | None) -> Candidate:
        """A copy of it, which goes on by itself."""
        for part in (HUB, ANA):
            shutil.copytree(self.school.folder / part, folder / part)
        clock = ManualClock(wall_ms=self.wall_ms, monotonic_ms=1_000)
        world = world_in(
            folder, postbox, school=replace(self.school, folder=folder, clock=clock, database_url=database_url)
        )
        postbox.taken.extend(self.taken)
        ana = Ana(world.hub, folder / ANA, self.key)
        return Candidate(world=world, ana=ana, application_id=self.application_id, voucher_id=self.voucher_id)


@dataclass
class Moments:
    """Those that were lived through, by the function that did, and the template of the database (none: SQLite)."""

    make_folder: Callable[[], Path]
    lived: dict[tuple[Story, str], tuple[Moment, str]] = field(default_factory=dict)

    def of(self, live: Story, postbox: Postbox, cluster: Cluster | None, template: str) -> tuple[Moment, str]:
        """A moment, and the name of the database to make others by."""
        if (live, template) not in self.lived:
            folder, name = self.make_folder(), "" if cluster is None else cluster.create(template)
            world = world_in(folder, postbox, None if cluster is None else cluster.url(name))
            made = live(world, folder / ANA)
            moment = Moment(
                school=world.school,
                key=made.ana.key,
                wall_ms=world.now_ms,
                application_id=made.application_id,
                voucher_id=made.voucher_id,
                taken=tuple(postbox.taken),
            )
            made.desk.close()
            world.hub.close()
            postbox.taken.clear()
            self.lived[live, template] = moment, name
        return self.lived[live, template]
