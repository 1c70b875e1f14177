"""A walk by chance: two candidates, one of them with two computers, clocks that are wrong, and an academy in between.

Whatever happened on the way, once clocks are right and both computers have met, everyone agrees: both computers and the
academy hold the same documents, nothing is in conflict, and the window of each voucher is the same on both sides.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.hub.programme.store import DOCUMENT
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.documents.registry import encode_document, parse_document
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.other_computer import take_all, write_all
from pocus_desktop.programme.own.sending import sync_once
from pocus_desktop.programme.portfolio import Portfolio, gather
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from tests.programme.own.ana import LUNG

DAY_MS = 24 * 60 * 60 * 1000
_STEP_MS = 10_000
"""Between two steps, so that nobody asks the academy more often than it lets them."""
_ROUNDS = 12
"""More than it takes until nothing is left to carry or to settle."""


class Computer:
    """A computer with a portfolio, its own key and its own clock."""

    def __init__(self, folder: Path, hub: Hub, url: str, now_ms: int) -> None:
        self.clock, self.key, self.url = ManualClock(wall_ms=now_ms), SigningKey.generate(), url
        self.desk = PortfolioDesk(folder, key=lambda: self.key, rules=lambda _keys: shipped_rules(), clock=self.clock)
        self.desk.connect(Academy(url=url, keys=(*hub.ring.verifiers, hub.ring.current.sealing.public)))

    @property
    def own(self) -> Portfolio:
        """One's own documents as they count now; earlier writings are not carried to another computer."""
        return gather(self.desk.documents())

    def set_up(self, name: str) -> None:
        fields = {"name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@example.org", "zone": "America/Bogota"}
        self.desk.write(changes.write_account(self.desk.portfolio(), now_ms=self.desk.now_ms, **fields))

    def sync(self) -> PocusError | None:
        with HubClient(self.url) as client:
            return sync_once(self.desk, HubPortfolios(client, self.key, self.clock)).error

    def again(self, chance: random.Random) -> None:
        """A submission that was delivered comes once more, whenever."""
        done = [one for one in self.desk.parcels() if one.receipt is not None]
        if done:
            one = chance.choice(done)
            with HubClient(self.url) as client:
                known = client.submit(self.desk.sealed(one), one.digest, self.key, now_ms=self.clock.read().wall_ms)
                assert known == one.receipt, "another receipt than before"


class Walk:
    """One walk over a hub that is served at an address; its clock is the true one."""

    def __init__(self, folder: Path, hub: Hub, url: str, clock: ManualClock, chance: random.Random) -> None:
        now_ms = clock.read().wall_ms
        self.hub, self.clock, self.chance, self.folder = hub, clock, chance, folder
        folder.mkdir(parents=True)
        self.first, self.second, self.other = (Computer(folder / str(at), hub, url, now_ms) for at in range(3))
        self.met: Counter[str] = Counter()
        self.codes: list[str] = []
        for one, name in ((self.first, "Ana Ruiz"), (self.other, "Ben Ito")):
            one.set_up(name)
            assert one.sync() is None
        self.carry(self.first, self.second)

    @property
    def computers(self) -> tuple[Computer, ...]:
        return self.first, self.second, self.other

    def go(self, steps: int) -> Counter[str]:
        """Do things by chance, then mend what a person mends, and compare; what was met on the way."""
        doings: tuple[Callable[[Computer], None], ...] = (
            self._log, self._log, self._rename, self._sync, self._sync, self._sync, self._again, self._carry,
            self._carry, self._key, self._clock, self._apply, self._decide, self._withdraw, self._voucher, self._enter,
            self._enter, self._time,
        )  # fmt: skip
        for _ in range(steps):
            doing, one = self.chance.choice(doings), self.chance.choice(self.computers)
            self.clock.advance(ms=_STEP_MS)
            try:
                doing(one)
                self.met["things done"] += 1
            except PocusError as error:
                self.met[f"refused by {error.code}"] += 1
            for each in self.computers:
                assert each.desk.view().now_ms > 0
        self._mend()
        self._compare()
        return self.met

    def carry(self, one: Computer, to: Computer) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder) as stick:
            write_all(one.desk, Path(stick))
            take_all(to.desk, Path(stick))

    def close(self) -> None:
        for one in self.computers:
            one.desk.close()

    def _log(self, one: Computer) -> None:
        held, today = one.desk.portfolio(), one.desk.view().on
        back = timedelta(days=self.chance.randrange(300))
        one.desk.write(changes.write_case(held, today=today, performed_on=today - back, area="lung"))

    def _rename(self, one: Computer) -> None:
        name = f"{self.chance.choice(('Ana', 'Ann', 'Anna'))} {self.chance.randrange(1000)}"
        held, now_ms = one.desk.portfolio(), one.desk.now_ms
        one.desk.write(changes.write_account(held, now_ms=now_ms, name=name))

    def _sync(self, one: Computer) -> None:
        error = one.sync()
        if error is not None:
            raise error

    def _again(self, one: Computer) -> None:
        one.again(self.chance)

    def _carry(self, one: Computer) -> None:
        pair = (self.first, self.second) if one is self.first else (self.second, self.first)
        self.carry(*pair)

    def _key(self, one: Computer) -> None:
        account = changes.require_account(one.desk.portfolio()).account_id
        self.hub.academy.portfolios.accept_key(account, one.key.public.key_id, who="rex", why="called")

    def _clock(self, one: Computer) -> None:
        one.clock.set(wall_ms=self.clock.read().wall_ms + self.chance.randrange(-400, 400) * DAY_MS)

    def _time(self, _one: Computer) -> None:
        days = self.chance.randrange(1, 5)
        for clock in (self.clock, *(each.clock for each in self.computers)):
            clock.set(wall_ms=clock.read().wall_ms + days * DAY_MS)

    def _apply(self, one: Computer) -> None:
        view = one.desk.view()
        wanted = changes.statements_for(view.portfolio, view.rules, [LUNG], view.on)
        made = [(row.id, area) for row, area in wanted]
        one.desk.write(
            *changes.apply(
                view.portfolio,
                view.rules,
                areas=[LUNG],
                attested=made,
                language="en",
                lives=view.lives,
                now_ms=view.now_ms,
            )
        )

    def _withdraw(self, one: Computer) -> None:
        held = one.desk.portfolio()
        alive = [each.application_id for each in held.applications if not each.is_withdrawn]
        if alive:
            one.desk.write(changes.withdraw(held, self.chance.choice(alive)))

    def _decide(self, one: Computer) -> None:
        account = changes.require_account(one.desk.portfolio()).account_id
        for each in self.hub.academy.portfolios.papers(account).applications:
            choice = AreaChoice(area=LUNG, is_approved=self.chance.random() < 0.8, reason="by chance")
            with suppress(PocusError):  # decided before, or withdrawn
                self.hub.academy.applications.decide(each.application_id, [choice], who="dora", by="Dora")

    def _voucher(self, _one: Computer) -> None:
        issued = self.hub.academy.vouchers.issue([Recipient(name="Ward 3")], (LUNG,), who="rex", why="paid")
        self.codes.append(issued[0].code)

    def _enter(self, one: Computer) -> None:
        held = one.desk.portfolio()
        alive = [each.application_id for each in held.applications if not each.is_withdrawn]
        if alive and self.codes:
            code, of = self.chance.choice(self.codes), self.chance.choice(alive)
            one.desk.write(changes.enter_voucher(held, code=code, application_id=of, now_ms=one.desk.now_ms))

    def _mend(self) -> None:
        """What people do in the end: set clocks right, carry, choose, say which computer sends."""
        self.clock.advance(ms=_STEP_MS)
        for one in self.computers:
            one.clock.set(wall_ms=self.clock.read().wall_ms)
        self._key(self.first)
        for _ in range(_ROUNDS):
            self.carry(self.second, self.first)
            for conflict in self.first.desk.portfolio().conflicts:
                self.met["conflicts settled"] += 1
                self.first.desk.write(changes.settle(conflict.writings, self.chance.randrange(len(conflict.writings))))
            self.carry(self.first, self.second)
            if self.first.own == self.second.own and not self.first.desk.portfolio().conflicts:
                break
        for one in (self.first, self.other):
            for _ in range(2):  # once more for what the academy says to what came
                error = one.sync()
                assert error is None, error

    def _compare(self) -> None:
        assert self.first.own == self.second.own, "the computers do not agree"
        for one in (self.first, self.other):
            view = one.desk.view()
            assert (view.waiting, view.refused, view.trouble) == (0, (), None)
            assert view.portfolio.conflicts == ()
            account = changes.require_account(view.portfolio).account_id
            rows = [row["content"] for row in self.hub.academy.tables.look(DOCUMENT, account_id=account)]
            assert gather(map(parse_document, rows)) == one.own, "the academy holds something else"
            assert len(set(rows)) == len(rows), "something is there twice"
            assert {encode_document(each) for each in one.desk.documents()} <= set(rows), "something did not come"
            assert self.hub.academy.portfolios.papers(account).conflicts == ()
            for application in view.portfolio.applications:
                there = {
                    told.life.voucher_id: told.life.window
                    for told in self.hub.academy.vouchers.of_application(application.application_id)
                    if told.life.window is not None and told.life.window.application_id == application.application_id
                }
                here = {
                    each.voucher_id: each.window
                    for each in view.lives
                    if each.window is not None and each.window.application_id == application.application_id
                }
                assert here == there, "a window is not the same on both sides"
                self.met["windows compared"] += len(here)
            refused = [code for each in view.lives for code in each.refusals.values()]
            self.met["entries told not to count"] += len(refused)
