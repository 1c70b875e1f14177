"""A candidate at her own computer, before a real hub."""

from datetime import timedelta
from pathlib import Path

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.portfolio_stick import by_stick
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.carried import Carried
from pocus_desktop.hub.carried_portfolios import take_portfolios
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.case_log.csv_file import read_case_csv
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.sending import Synced, sync_once
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from pocus_desktop.sync.portfolio_stick import PortfolioStick

LUNG = ContentArea.LUNG
NOW_MS = 1_797_336_000_000
"""15 December 2026, noon (UTC)."""


def at_academy(hub: Hub, stick: Path) -> list[str]:
    """The hub takes what lies on a stick; what became of each file."""
    return [state_of(one) for one in take_portfolios(hub, PortfolioStick(stick))]


def state_of(one: Carried) -> str:
    """In a word."""
    if one.error is not None:
        return "unanswered" if one.is_unanswered else "refused"
    return "answered" if one.is_answered else "taken" if one.is_new else "known"


class Ana:
    """A candidate at her own computer, with a hub that can be unplugged."""

    def __init__(self, hub: Hub, folder: Path, key: SigningKey | None = None) -> None:
        self.hub, self.folder, self.key = hub, folder, key or SigningKey.generate()
        self.desk = self.opened()
        current = hub.ring.current
        self.desk.connect(Academy(url="https://hub.example.org", keys=(*hub.ring.verifiers, current.sealing.public)))

    def opened(self, clock: Clock | None = None) -> PortfolioDesk:
        """The portfolio on a computer, whose clock is the hub's where none is given."""
        return PortfolioDesk(
            self.folder, key=lambda: self.key, rules=lambda _keys: shipped_rules(), clock=clock or self.hub.clock
        )

    @property
    def now_ms(self) -> int:
        return self.hub.clock.read().wall_ms

    @property
    def account_id(self) -> str:
        return changes.require_account(self.desk.portfolio()).account_id

    @property
    def number(self) -> str:
        number = changes.require_account(self.desk.portfolio()).candidate_id
        assert number is not None
        return number

    def wait(self, ms: int) -> None:
        """Time goes by, for everyone."""
        self.hub.clock.set(wall_ms=self.now_ms + ms)  # type: ignore[attr-defined]

    def client(self) -> HubClient:
        """Speaks to the hub."""
        return HubClient("https://hub.example.org", transport=InProcessTransport(create_app(self.hub)))

    def send(self) -> Synced:
        with self.client() as client:
            carrier = HubPortfolios(client, self.key, self.hub.clock)
            return sync_once(self.desk, carrier, carrier)

    def agree(self) -> None:
        """Files may go to the academy."""
        self.desk.outgoing.agree(self.desk.academy.identity)

    def hold(self, *contents: bytes, name: str = "diploma", title: str = "SPI") -> list[str]:
        """A credential that names files; their digests."""
        files = []
        for number, content in enumerate(contents):
            path = self.folder / f"{number}-{name}"
            path.write_bytes(content)
            files.append(self.desk.files.keep(path))
            path.unlink()
        view = self.desk.view()
        held = changes.write_credential(
            view.portfolio,
            body="ardms",
            credential="spi",
            title=title,
            issued_on=view.on - timedelta(days=400),
            evidence=[one.model_dump() for one in files],
        )
        self.desk.write(held)
        return [one.sha256 for one in files]

    def put(self, stick: Path) -> Synced:
        """Leave on a stick what waits, and a question."""
        found = by_stick(self.desk, stick, is_writing=True)
        assert found.error is None
        return found

    def read(self, stick: Path) -> Synced:
        """Take what a stick has brought."""
        found = by_stick(self.desk, stick, is_writing=False)
        assert found.error is None
        return found

    def by_stick(self, stick: Path) -> Synced:
        """All the way: to the academy and back."""
        self.put(stick)
        at_academy(self.hub, stick)
        return self.read(stick)

    def account(self, name: str = "Ana Ruiz") -> None:
        fields = {"name": name, "email": "ana@example.org", "zone": "America/Bogota", "language": "es"}
        self.desk.write(changes.write_account(self.desk.portfolio(), now_ms=self.desk.now_ms, **fields))

    def log_by_csv(self, count: int) -> None:
        view = self.desk.view()
        days = [view.on - timedelta(days=back) for back in range(count)]
        data = "\n".join(["date,area,findings", *(f"{day.isoformat()},lung,b-lines" for day in days)])
        account = changes.require_account(view.portfolio)
        found = read_case_csv(data.encode(), "log.csv", account_id=account.account_id, today=view.on)
        assert self.desk.write(*found.documents) == count

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
            lives=view.lives,
            now_ms=view.now_ms,
        )
        self.desk.write(*documents)
        return self.desk.portfolio().applications[0].application_id
