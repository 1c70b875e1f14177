"""From an account to a running clock, against a real hub: everything goes by the portfolio's own outbox."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.case_log.csv_file import read_case_csv
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.desk import Academy, PortfolioDesk
from pocus_desktop.programme.own.sending import Synced, sync_once
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from tests.hub.school import School

LUNG = ContentArea.LUNG
NOW_MS = 1_797_336_000_000
"""15 December 2026, noon (UTC)."""


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(folder=tmp_path / "school", database_url=None)


@pytest.fixture
def hub(school: School) -> Iterator[Hub]:
    made = school.hub()
    made.clock.set(wall_ms=NOW_MS)  # type: ignore[attr-defined]
    yield made
    made.close()


class Ana:
    """A candidate at her own computer, with a hub that can be unplugged."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub, self.folder, self.key = hub, folder, SigningKey.generate()
        self.desk = self.opened()
        current = hub.ring.current
        self.desk.connect(Academy(url="https://hub.example.org", keys=(*hub.ring.verifiers, current.sealing.public)))

    def opened(self) -> PortfolioDesk:
        return PortfolioDesk(
            self.folder, key=lambda: self.key, rules=lambda _keys: shipped_rules(), clock=self.hub.clock
        )

    def send(self) -> Synced:
        transport = InProcessTransport(create_app(self.hub))
        with HubClient("https://hub.example.org", transport=transport) as client:
            return sync_once(self.desk, HubPortfolios(client, self.key, self.hub.clock))

    def account(self) -> None:
        fields = {"name": "Ana Ruiz", "email": "ana@example.org", "zone": "America/Bogota", "language": "es"}
        self.desk.write(changes.write_account(self.desk.portfolio(), now_ms=self.desk.now_ms, **fields))

    def log_by_csv(self, count: int) -> None:
        view = self.desk.view()
        days = [view.on - timedelta(days=back) for back in range(count)]
        data = "\n".join(["date,area,findings", *(f"{day.isoformat()},lung,b-lines" for day in days)])
        account = changes.require_account(view.portfolio)
        found = read_case_csv(data.encode(), "log.csv", account_id=account.account_id, today=view.on)
        assert self.desk.write(*found.entries) == count

    def hold_fundamentals(self) -> None:
        view = self.desk.view()
        held = changes.write_credential(
            view.portfolio,
            body="pocus-academy",
            credential="pocus-fundamentals",
            title="POCUS Fundamentals",
            issued_on=view.on - timedelta(days=400),
        )
        self.desk.write(held)

    def apply(self) -> str:
        view = self.desk.view()
        wanted = changes.statements_for(view.portfolio, view.rules, [LUNG], view.on)
        documents = changes.apply(
            view.portfolio,
            view.rules,
            areas=[LUNG],
            attested=[(row.id, area) for row, area in wanted],
            language="es",
            now_ms=view.now_ms,
        )
        self.desk.write(*documents)
        return self.desk.portfolio().applications[0].application_id


@pytest.fixture
def ana(hub: Hub, tmp_path: Path) -> Iterator[Ana]:
    made = Ana(hub, tmp_path / "portfolio")
    yield made
    made.desk.close()


def kinds(ana: Ana) -> list[str]:
    return [str(step.kind) for step in ana.desk.view().steps]


def test_from_an_account_to_a_running_clock(hub: Hub, ana: Ana) -> None:
    assert kinds(ana)[0] == "account"
    ana.account()
    assert "id-number" in kinds(ana)
    ana.log_by_csv(20)
    ana.hold_fundamentals()
    assert ana.desk.view().waiting == 22
    with pytest.raises(PocusError) as early:
        ana.apply()
    assert early.value.code == "portfolio.no_number"
    synced = ana.send()
    assert (synced.sent, synced.error) == (1, None)
    view = ana.desk.view()
    assert view.waiting == 0
    assert view.portfolio.account is not None
    assert view.portfolio.account.candidate_id == hub.academy.portfolios.number_of(view.portfolio.account.account_id)
    application_id = ana.apply()
    assert next(one for one in ana.desk.view().answers if one.area is LUNG).is_met
    assert "decision" in kinds(ana)
    ana.send()
    assert hub.academy.applications.judge(application_id).answers[0].is_met
    choice = [AreaChoice(area=LUNG, is_approved=True, reason="looked at")]
    hub.academy.applications.decide(application_id, choice, who="dora", by="Dora Mora")
    number = view.portfolio.account.candidate_id
    issued = hub.academy.vouchers.issue([Recipient(name="Ana", candidate_id=number)], (LUNG,), who="rex", why="paid")
    assert ana.send().new_papers == 2
    assert "voucher" in kinds(ana)
    ana.desk.write(
        changes.enter_voucher(
            ana.desk.portfolio(), code=issued[0].code, application_id=application_id, now_ms=ana.desk.now_ms
        )
    )
    window = ana.desk.view().lives[0].window
    assert window is not None
    assert (window.last - window.first).days == 180
    assert {"sit", "nominate"} <= set(kinds(ana))
    assert ana.send().error is None
    assert hub.academy.admitting.window(application_id, LUNG) == window
    assert list(ana.desk.view().received) == [window.entry_id]


def test_what_was_written_is_there_after_the_program_ended(hub: Hub, ana: Ana) -> None:
    ana.account()
    ana.desk.close()
    again = ana.opened()
    assert again.portfolio().account is not None
    assert again.view().waiting == 1
    again.close()
