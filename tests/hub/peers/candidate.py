"""Ana at her own computer, with an approved application and an open window at the academy of `World`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.programme.documents.candidate import Nomination
from pocus_desktop.programme.evaluators import Evaluator, evaluators_of
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.desk import PortfolioDesk
from tests.hub.peers.world import BEN, CLARA, DAVID, World
from tests.programme.own.ana import NOW_MS, Ana

NAMES = {BEN: "Dr Ben Okoye", CLARA: "Dra. Clara Núñez", DAVID: "David Stein"}


@dataclass
class Candidate:
    """Ana, and what goes on between her and the academy.

    Attributes:
        application_id: Her application.
        voucher_id: What pays for it.
    """

    world: World
    ana: Ana
    application_id: str = ""
    voucher_id: str = ""

    @property
    def desk(self) -> PortfolioDesk:
        return self.ana.desk

    def name(self, email: str = BEN, **fields: Any) -> Nomination:
        """Name an evaluator; it goes with the next `sync`."""
        said: dict[str, Any] = {
            "name": NAMES.get(email, "Dr Eva Sol"),
            "background": "Ultrasound lead",
            "has_agreed": True,
        }
        named = changes.nominate(
            self.desk.portfolio(),
            application_id=self.application_id,
            now_ms=self.desk.now_ms,
            **said | {"email": email} | fields,
        )
        self.desk.write(named)
        self.world.school.clock.advance(ms=1000)
        return named

    def sync(self) -> None:
        """Send and fetch; then the academy does what is due, and what it says of that is fetched."""
        self.ana.send()
        self.world.run_due()
        assert self.ana.send().error is None

    def evaluators(self, area: ContentArea = ContentArea.LUNG) -> tuple[Evaluator, ...]:
        """As the portfolio shows them."""
        return evaluators_of(self.desk.portfolio(), self.application_id, area, self.desk.now_ms)

    def stages(self, area: ContentArea = ContentArea.LUNG) -> list[str]:
        """Where each stands."""
        return [one.stage for one in self.evaluators(area)]

    def steps(self) -> list[str]:
        """What is next."""
        return [str(step.kind) for step in self.desk.view().steps]


def applied(world: World, folder: Path, areas: Sequence[ContentArea] = (ContentArea.LUNG,)) -> Candidate:
    """An application that was sent."""
    world.school.clock.set(wall_ms=NOW_MS)
    made = Candidate(world=world, ana=Ana(world.hub, folder))
    made.ana.account()
    made.ana.log_by_csv(20)
    made.ana.hold_fundamentals()
    made.ana.send()
    view = made.desk.view()
    wanted = changes.statements_for(view.portfolio, view.rules, areas, view.on)
    attested = [(row.id, area) for row, area in wanted]
    documents = changes.apply(
        view.portfolio,
        view.rules,
        areas=areas,
        attested=attested,
        language="es",
        lives=view.lives,
        now_ms=view.now_ms,
    )
    made.desk.write(*documents)
    made.application_id = changes.application_in(documents).application_id
    made.ana.send()
    return made


def open_window(candidate: Candidate, areas: Sequence[ContentArea] = (ContentArea.LUNG,)) -> None:
    """The academy approves, and the voucher is entered."""
    academy = candidate.world.hub.academy
    choices = [AreaChoice(area=area, is_approved=True, reason="looked at") for area in areas]
    academy.applications.decide(candidate.application_id, choices, who="dora", by="Dora Mora")
    account = candidate.desk.portfolio().account
    assert account is not None
    number = account.candidate_id
    issued = academy.vouchers.issue([Recipient(name="Ana", candidate_id=number)], areas, who="rex", why="paid")
    candidate.voucher_id = issued[0].voucher_id
    candidate.ana.send()
    entry = changes.enter_voucher(
        candidate.desk.portfolio(),
        code=issued[0].code,
        application_id=candidate.application_id,
        now_ms=candidate.desk.now_ms,
    )
    candidate.desk.write(entry)
