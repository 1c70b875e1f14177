"""The parts of an evaluator's questionnaire under load, on PostgreSQL, beside a bare endpoint of the same framework.

Evaluators of several panels, each in a session of their own and with answers of their own, look at every part in turn.
A page is the whole way: session and row by the database, answers opened, the part filled in, the line in the log. What
was opened before stays opened, as it does for whoever goes through the parts: a page after a save opens nothing either,
because what was sealed there is known. Beside it stands what a save takes, which is durable when it is answered.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.bare import ROUNDS, asked, beside_bare, get, middle, working
from benchmarks.claim import Claim
from pocus_desktop.hub.peers.pages import COOKIE
from tests.hub.peers.postbox import running_postbox
from tests.hub.peers.world import LUNG, Browsing, World, everything, people
from tests.hub.postgres import running_cluster, upgrade
from tests.hub.school import School

PANELS: Final = 6
TIMES: Final = 8
"""How often each evaluator looks at each part in a round."""


def run() -> Claim:
    """The pages, the bare endpoint, and saves."""
    with (
        running_cluster() as cluster,
        running_postbox() as box,
        tempfile.TemporaryDirectory(prefix="pocus-bench-questionnaire-") as folder,
    ):
        name = cluster.create()
        upgrade(cluster.url(name))
        school = School(folder=Path(folder), database_url=cluster.url(name))
        hub = school.hub(is_registered=False)
        box.settings(school.folder / "hub", "https://hub.example.org")
        evaluators = _evaluators(World(school=school, hub=hub, postbox=box))
        pages = [_get(one, section.id) for _ in range(TIMES) for section in LUNG.sections for one in evaluators]
        sizes = [len(evaluators[0].look(f"/peer/part/{section.id}").encode()) for section in LUNG.sections]
        saves = [_save(one) for one in evaluators] * 2
        with working(hub, Path(folder)) as port:
            beside = beside_bare(port, pages, round(median(sizes)), cluster.dsn(name), Path(folder))
            saved = middle([asked(port, saves, Path(folder)) for _ in range(ROUNDS)])
        hub.close()
    return beside.claim(
        f"A part of the questionnaire ({min(sizes):,} to {max(sizes):,} bytes, {len(evaluators)} evaluators)",
        f"; a save {1000 / saved.wall_ms:.0f} a second, p99 {saved.p99_ms:.0f} ms",
    )


def _evaluators(world: World) -> Sequence[Browsing]:
    """Each with a session, and every part answered."""
    found = []
    for number in range(PANELS):
        world.invite(
            application_id=f"app_{number:020}", candidate_id=f"C-{number}", candidate_name=f"Dr Ana Roe {number}"
        )
        for at, person in enumerate(people()):
            browsing = world.browser(person.email)
            browsing.save_all(everything(1 + (number + at) % 5, remarks=f"Línea {number}-{at}. " * 20))
            found.append(browsing)
    return found


def _get(evaluator: Browsing, section_id: str) -> bytes:
    return get(f"/peer/part/{section_id}", f"Cookie: {COOKIE}={evaluator.client.cookies[COOKIE]}")


def _save(evaluator: Browsing) -> bytes:
    """A form that says again what is said already: it is sealed and entered as any."""
    path = "/peer/part/acquisition"
    page = evaluator.look(path)
    chosen = [piece.rpartition('id="')[2].partition('"')[0].rpartition("-") for piece in page.split(" checked")[:-1]]
    fields = {**evaluator.hidden(path), "_go": "next", **{name: value for name, _, value in chosen}}
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    head = (
        f"POST {path} HTTP/1.1",
        "Host: hub",
        f"Cookie: {COOKIE}={evaluator.client.cookies[COOKIE]}",
        "Content-Type: application/x-www-form-urlencoded",
        "Sec-Fetch-Site: same-origin",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", body)).encode()
