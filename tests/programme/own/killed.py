"""A portfolio that is killed while it writes and while it sends, again and again, before a hub that is really served.

What must hold: whatever was acknowledged to the window is there; at the end the academy has each document once, under
one submission, and the portfolio holds a receipt for all of it. Lives are forked before the hub's threads begin.
"""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from pocus_desktop.cli.portfolio_stick import by_stick
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.store import DOCUMENT, SUBMISSION
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.sending import Synced, sync_once
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.submission import read_submission
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from tests.hub.loopback import serving
from tests.programme.own.ana import at_academy

_SEED = bytes(range(32))
_AT_ONCE = 3


def opened(folder: Path) -> PortfolioDesk:
    """The portfolio of these tests, by this computer's clock."""
    key = SigningKey.from_seed(_SEED)
    return PortfolioDesk(folder, key=lambda: key, rules=lambda _keys: shipped_rules(), clock=SystemClock())


def begin(folder: Path, hub: Hub) -> None:
    """An account that knows its academy; nothing is sent."""
    desk = opened(folder)
    desk.connect(Academy(url="-", keys=(*hub.ring.verifiers, hub.ring.current.sealing.public)))
    fields = {"name": "Ana Ruiz", "email": "ana@example.org", "zone": "UTC", "language": "en"}
    desk.write(changes.write_account(desk.portfolio(), now_ms=desk.now_ms, **fields))
    desk.close()


def _live(folder: Path, came: Connection, told: Connection) -> None:
    """Write, acknowledge, send; until killed."""
    road: str | Path = came.recv()
    desk = opened(folder)
    while True:
        today = desk.view().on
        made = [
            changes.write_case(desk.portfolio(), today=today, performed_on=today - timedelta(days=back), area="lung")
            for back in range(_AT_ONCE)
        ]
        desk.write(*made)
        told.send([one.case_entry_id for one in made])
        _sent(desk, road)


def _sent(desk: PortfolioDesk, road: str | Path) -> Synced:
    """Once, to a hub by its address or onto a stick by its folder."""
    if isinstance(road, Path):
        return by_stick(desk, road, is_writing=True)
    with HubClient(road) as client:
        return sync_once(desk, HubPortfolios(client, SigningKey.from_seed(_SEED), SystemClock()))


When = tuple[int, float]
"""After so many acknowledgements, and so many seconds more."""


def kill_again_and_again(
    folder: Path, hub: Hub, moments: Sequence[When], *, stick: Path | None = None
) -> tuple[int, int]:
    """One life after another, each killed at its moment; how many documents and submissions the academy has.

    Args:
        folder: Of the portfolio.
        hub: Served meanwhile, but where a stick is carried.
        moments: When each life ends.
        stick: What is carried to the academy and back between two lives; None for a network.

    Raises:
        AssertionError: Something was lost, or is there twice.
    """
    begin(folder, hub)
    context = multiprocessing.get_context("fork")
    lives: list[BaseProcess] = []
    pipes: list[tuple[Connection, Connection]] = []
    with ExitStack() as ends:
        for _ in moments:
            mine, theirs = context.Pipe()
            told, tells = context.Pipe(duplex=False)
            life: BaseProcess = context.Process(target=_live, args=(folder, theirs, tells), daemon=True)
            life.start()
            theirs.close()
            tells.close()
            ends.callback(life.join)
            ends.callback(life.kill)
            lives.append(life)
            pipes.append((mine, told))
        acknowledged: set[str] = set()
        with serving(hub) if stick is None else nullcontext(stick) as road:
            for moment, (mine, told), life in zip(moments, pipes, lives, strict=True):
                mine.send(road)
                acknowledged |= _heard(told, life, moment)
                if stick is not None:
                    assert "refused" not in at_academy(hub, stick)
            desk = opened(folder)
            last = _sent(desk, road)
            assert last.error is None, last.error
            if stick is not None:
                at_academy(hub, stick)
                assert by_stick(desk, stick, is_writing=False).left == 0
    return _compared(desk, hub, acknowledged)


def _heard(told: Connection, life: BaseProcess, moment: When) -> set[str]:
    """What a life acknowledged until it was killed."""
    heard: set[str] = set()
    for _ in range(moment[0]):
        heard |= set(told.recv())
    life.join(moment[1])  # it ends by nothing but us: so long it lives on
    assert life.pid is not None
    os.kill(life.pid, signal.SIGKILL)
    life.join()
    try:
        while True:
            heard |= set(told.recv())
    except EOFError:
        return heard


def _compared(desk: PortfolioDesk, hub: Hub, acknowledged: set[str]) -> tuple[int, int]:
    cases = {one.case_entry_id for one in desk.portfolio().cases}
    assert acknowledged <= cases, "what was acknowledged is lost"
    assert len(cases) % _AT_ONCE == 0, "what was written together is there in part"
    assert desk.view().waiting == 0
    kept, came = hub.academy.tables.look(DOCUMENT), hub.academy.tables.look(SUBMISSION)
    assert sorted(row["document_id"] for row in kept if row["kind"] == "case") == sorted(cases)
    inside = [one for row in came for one in read_submission(row["envelope"]).documents]
    assert len(inside) == len(kept) == len(cases) + 1, "a document went twice, or not at all"
    assert {one.digest for one in desk.parcels() if one.receipt is not None} == {row["digest"] for row in came}
    desk.close()
    return len(kept), len(came)
