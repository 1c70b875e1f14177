"""Evaluators who ask at the same moment each see their own, as it is now, whichever process answers."""

from collections.abc import Iterator

import httpx2
import pytest

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.peers.answering import Sheet
from pocus_desktop.hub.peers.errors import NoLongerAskedError, SignedOutError
from pocus_desktop.hub.peers.pages import COOKIE
from pocus_desktop.hub.peers.store import EVALUATOR
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.peers.evaluator import Replaced
from tests.hub.peers.world import BEN, CLARA, LUNG, World, everything

BOTH = ["sqlite", "postgresql"]
PATH = "/peer/part/acquisition"
(ACQUISITION,) = (one for one in LUNG.sections if one.id == "acquisition")


@pytest.fixture
def other(world: World) -> Iterator[Hub]:
    """Another process of the same hub."""
    hub = world.school.hub(is_registered=False)
    yield hub
    hub.close()


def told(found: Sheet | PocusError) -> object:
    return found.answers.get("acquire-views") if isinstance(found, Sheet) else type(found)


@pytest.mark.parametrize("kept_in", BOTH)
def test_each_sees_their_own_and_one_who_may_not_spoils_it_for_nobody(world: World) -> None:
    world.invite()
    ben, clara = world.browser(BEN), world.browser(CLARA)
    ben.save(ACQUISITION, everything(2))
    clara.save(ACQUISITION, everything(5))
    secrets = [one.client.cookies[COOKIE] for one in (ben, clara)]
    asked = ["no session", secrets[1], secrets[0], secrets[1]]
    answering = world.hub.peers.answering
    assert [told(one) for one in answering.sheets(asked)] == [SignedOutError, "5", "2", "5"]
    sheet = answering.sheet(secrets[1])
    with world.hub.peers._store.rows() as rows:
        world.hub.peers.desk.standings.apply(rows, sheet.evaluator_id, Replaced(at_ms=world.now_ms))
    assert [told(one) for one in answering.sheets(asked)] == [
        SignedOutError,
        NoLongerAskedError,
        "2",
        NoLongerAskedError,
    ]
    with world.hub.peers._store.rows() as rows:
        evaluator = answering.sheet(secrets[0]).evaluator_id
        rows.change(EVALUATOR, {"evaluator_id": evaluator}, said=b"no seal")
    assert isinstance(answering.sheets(asked)[2], PocusError), "a row that cannot be opened is told to whom it is of"


@pytest.mark.parametrize("kept_in", BOTH)
def test_what_one_process_saves_the_others_show(world: World, other: Hub) -> None:
    world.invite()
    here = world.browser(BEN)
    there = World(school=world.school, hub=other, postbox=world.postbox).client()
    there.cookies.set(COOKIE, here.client.cookies[COOKIE], domain="hub.example.org")

    def chosen(client: httpx2.Client) -> str:
        page = client.get(PATH).text
        return page[: page.index(" checked")].rpartition('id="')[2].partition('"')[0] if " checked" in page else ""

    for step in (3, 5, 3):
        here.save(ACQUISITION, everything(step))
        assert [chosen(here.client), chosen(there)] == [f"acquire-views-{step}"] * 2
    there.post("/peer/leave", data={"csrf": here.hidden(PATH)["csrf"]})
    assert here.client.get(PATH).status_code == 403, "who signed out at one process is signed out at all"
