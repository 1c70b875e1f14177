"""The hub's peer evaluation as the command line asks for it (`cli.peers_face`)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pocus_desktop.app.hub import open_hub
from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.peers_face import (
    ApplicantPanel,
    ApplicantSeat,
    NamedPerson,
    PeersDesk,
    ToldMessage,
    ToldPanel,
    ToldSeat,
)
from pocus_desktop.hub.peers.panels import Panel, Seat, SeenPanel
from pocus_desktop.hub.peers.peers import Peers
from pocus_desktop.hub.peers.people import About, Person
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.peers.combining import Combined


class PeersAtHub:
    """As `cli.peers_face.PeersDesk`; errors are those of `hub.peers`."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    def nominate(
        self,
        *,
        application_id: str,
        candidate_id: str,
        candidate_name: str,
        candidate_email: str,
        area: ContentArea,
        closes_ms: int,
        people: Sequence[NamedPerson],
        who: str,
    ) -> str:
        """Begin a panel, or name more evaluators for it; its id."""
        about = About(
            application_id=application_id,
            candidate_id=candidate_id,
            candidate_name=candidate_name,
            candidate_email=candidate_email,
            area=area,
            closes_ms=closes_ms,
        )
        return self._peers.desk.nominate(about, [_person(one) for one in people], who=who)

    def run_due(self) -> int:
        """Send what is due, or leave it to the workers; how many messages went out."""
        return self._peers.run_due()

    def remind(self, evaluator_id: str, *, who: str, why: str) -> None:
        """Enter a reminder now."""
        self._peers.desk.remind(evaluator_id, who=who, why=why)

    def again(self, mail_id: str, *, who: str, why: str) -> bool:
        """Enter a message anew that failed or may have gone out; whether there was one."""
        return self._peers.desk.again(mail_id, who=who, why=why)

    def panels(self, candidate_id: str | None) -> Sequence[ToldPanel]:
        """All, or a person's."""
        return tuple(map(_panel, self._peers.desk.panels(candidate_id)))

    def seen_by_applicant(self, candidate_id: str) -> Sequence[ApplicantPanel]:
        """A person's, as they see them."""
        return tuple(map(_seen, self._peers.desk.seen_by_applicant(candidate_id)))

    def replace(self, evaluator_id: str, person: NamedPerson, *, who: str, why: str) -> str:
        """Name another in one's place; the new one's id."""
        return self._peers.desk.replace(evaluator_id, _person(person), who=who, why=why)

    def take_report(self, data: bytes) -> tuple[str, str, bool]:
        """Take a mail server's report; the message, the status, and whether it is for good."""
        report = self._peers.take_report(data)
        return report.mail_id, report.status, report.is_lasting

    def combined(self, panel_id: str) -> Combined:
        """What the answers come to."""
        return self._peers.desk.combined(panel_id)

    def decide(self, panel_id: str, *, is_supported: bool, who: str, why: str) -> None:
        """Decide what the answers come to."""
        self._peers.desk.decide(panel_id, is_supported=is_supported, who=who, why=why)

    def said(self, panel_id: str, *, who: str, why: str) -> Mapping[int, Mapping[str, str]]:
        """What was said, by evaluator's number; it is noted who looked."""
        return self._peers.desk.said(panel_id, who=who, why=why)


@contextmanager
def open_peers(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None, clock: Clock | None = None
) -> Iterator[PeersDesk]:
    """The hub's peer evaluation, open as long as the context lasts.

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url, clock=clock) as hub:
        yield PeersAtHub(hub.peers)


def _person(one: NamedPerson) -> Person:
    # another language than those that there are is refused by the desk, with words
    return Person(name=one.name, email=one.email, background=one.background, language=one.language)  # type: ignore[arg-type]


def _panel(panel: Panel) -> ToldPanel:
    return ToldPanel(
        panel_id=panel.panel_id,
        application_id=panel.about.application_id,
        candidate_id=panel.about.candidate_id,
        candidate_name=panel.about.candidate_name,
        area=str(panel.about.area),
        questionnaire=panel.questionnaire.name,
        closes_ms=panel.about.closes_ms,
        wanted=panel.wanted,
        outcome=panel.outcome,
        seats=tuple(map(_seat, panel.seats)),
    )


def _seat(seat: Seat) -> ToldSeat:
    person = seat.person
    return ToldSeat(
        evaluator_id=seat.evaluator_id,
        number=seat.number,
        person=NamedPerson(
            name=person.name, email=person.email, background=person.background, language=person.language
        ),
        standing=seat.standing,
        messages=tuple(
            ToldMessage(
                mail_id=mail.mail_id,
                kind=mail.kind,
                number=mail.number,
                state=mail.state,
                changed_ms=mail.changed_ms,
                problem=mail.problem,
            )
            for mail in seat.mail
        ),
    )


def _seen(panel: SeenPanel) -> ApplicantPanel:
    return ApplicantPanel(
        area=str(panel.area),
        closes_ms=panel.closes_ms,
        wanted=panel.wanted,
        seats=tuple(
            ApplicantSeat(name=seat.name, stage=seat.stage, may_be_replaced=seat.may_be_replaced)
            for seat in panel.seats
        ),
    )
