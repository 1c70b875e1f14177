"""Panels as they stand: what the staff sees of them, what the applicant, and what answers come to.

Whoever looks at what was said is noted with a reason before they see it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.peers.errors import UnknownPanelError
from pocus_desktop.hub.peers.people import About, Person, checked_line
from pocus_desktop.hub.peers.standings import person_of, standing_of
from pocus_desktop.hub.peers.store import EVALUATOR, MAIL_ROW, PANEL, PeerStore
from pocus_desktop.hub.peers.vault import Vault
from pocus_desktop.hub.registry.store import Row
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.peers import policy as policies
from pocus_desktop.programme.peers import questionnaire_files
from pocus_desktop.programme.peers.answers import Answers, read_stored
from pocus_desktop.programme.peers.combining import Combined, combine
from pocus_desktop.programme.peers.evaluator import Stage, Standing
from pocus_desktop.programme.peers.panel import Member, SeenStage, may_replace, seen_by_applicant, wanted
from pocus_desktop.programme.peers.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """A message and what became of it.

    Attributes:
        state: `due`, `trying`, `handing`, `sent`, `unsure` (it may have gone out), `failed` or `needless`.
        problem: Code of what went wrong last; empty where nothing did.
    """

    mail_id: str
    kind: str
    number: int
    state: str
    changed_ms: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An evaluator as the academy's staff sees them."""

    evaluator_id: str
    number: int
    person: Person
    standing: Standing
    mail: tuple[Mailed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The evaluators of one application and area.

    Attributes:
        wanted: How many more the applicant has to name.
        outcome: As a person decided, `supported` or `not-supported`; None before.
    """

    panel_id: str
    about: About
    policy: policies.Policy
    questionnaire: Questionnaire
    begun_ms: int
    seats: tuple[Seat, ...]
    wanted: int
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSeat:
    """An evaluator as the applicant sees them."""

    name: str
    stage: SeenStage
    may_be_replaced: bool
    evaluator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPanel:
    """A panel as the applicant sees it: who has answered, never what."""

    panel_id: str
    area: ContentArea
    closes_ms: int
    wanted: int
    seats: tuple[SeenSeat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A panel with what was said, and what it comes to.

    Attributes:
        said: By evaluator's number.
        seen: Digest of what was said and of what was decided before, so that a decision is about what was looked at.
    """

    panel: Panel
    said: Mapping[int, Answers]
    combined: Combined
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A panel of which as many have answered as are combined, and on which nobody has decided.

    Attributes:
        since_ms: When the last of those that it takes answered.
        closes_ms: When its window ends.
    """

    panel_id: str
    application_id: str
    candidate_id: str
    area: ContentArea
    since_ms: int
    closes_ms: int


class Panels:
    """Reads panels; any thread may call.

    Args:
        store: The tables.
        vault: Opens what is kept of people.
        clock: The present.
    """

    def __init__(self, store: PeerStore, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def panels(self, candidate_id: str | None = None) -> tuple[Panel, ...]:
        """All panels, or a person's."""
        where = {} if candidate_id is None else {"candidate_id": candidate_id}
        return tuple(self._panel(row) for row in self._store.look(PANEL, **where))

    def ready(self) -> tuple[Ready, ...]:
        """Those that wait for a decision, the longest first."""
        found: list[Ready] = []
        for _, rows in groupby(self._store.undecided(), key=lambda row: row["panel_id"]):
            several = list(rows)
            row, least = several[0], policies.versioned(policies.shipped(), several[0]["policy"]).least_answers
            standings = [standing_of(one) for one in several]
            ended = sorted(one.ended_ms or 0 for one in standings if one.stage is Stage.ANSWERED)
            if len(ended) >= least:
                names = ("panel_id", "application_id", "candidate_id", "closes_ms")
                told = {name: row[name] for name in names}
                found.append(Ready(**told, area=ContentArea(row["area"]), since_ms=ended[least - 1]))
        return tuple(sorted(found, key=lambda one: (one.since_ms, one.panel_id)))

    def panel(self, panel_id: str) -> Panel:
        """One panel.

        Raises:
            UnknownPanelError: There is none of that id.
        """
        found = self._store.look(PANEL, panel_id=panel_id)
        if not found:
            raise UnknownPanelError
        return self._panel(found[0])

    def seen_by_applicant(self, candidate_id: str) -> tuple[SeenPanel, ...]:
        """A person's panels as they may see them."""
        now_ms = self._clock.read().wall_ms
        return tuple(_seen(panel, now_ms) for panel in self.panels(candidate_id))

    def said(self, panel_id: str, *, who: str, why: str) -> Mapping[int, Answers]:
        """What was sent, by evaluator's number; that someone looked is noted first.

        Raises:
            UnknownPanelError: There is none of that id.
        """
        panel = self.panel(panel_id)
        checked_line(why, "why")
        now_ms = self._clock.read().wall_ms
        with self._store.rows(in_turn=True) as rows:
            rows.note(panel_id, at_ms=now_ms, action="answers-read", who=who, why=why)
        return self._sent(panel)

    def judged(self, panel_id: str, *, who: str, why: str) -> Judged:
        """The same with what it comes to.

        Raises:
            UnknownPanelError: There is none of that id.
            BadNominationError: It is not said why.
        """
        self.said(panel_id, who=who, why=why)
        return self._judged(panel_id)

    def _judged(self, panel_id: str) -> Judged:
        panel = self.panel(panel_id)
        said = self._sent(panel)
        combined = combine(panel.questionnaire, said, panel.policy)
        return Judged(panel=panel, said=said, combined=combined, seen=_seen_of(panel, said))

    def combined(self, panel_id: str) -> Combined:
        """What the answers come to by now.

        Raises:
            UnknownPanelError: There is none of that id.
        """
        return self._judged(panel_id).combined

    def _sent(self, panel: Panel) -> Mapping[int, Answers]:
        rows = self._store.look(EVALUATOR, panel_id=panel.panel_id)
        return {
            row["number"]: read_stored(panel.questionnaire, self._vault.open("said", row["evaluator_id"], row["said"]))
            for row in sorted(rows, key=lambda row: int(row["number"]))
            if row["said"] is not None and standing_of(row).stage is Stage.ANSWERED
        }

    def _panel(self, row: Row) -> Panel:
        policy, questionnaire = rules_of(row)
        about = self._vault.open("panel", row["panel_id"], row["about"])
        seats = tuple(
            self._seen_seat(one)
            for one in sorted(self._store.look(EVALUATOR, panel_id=row["panel_id"]), key=lambda each: each["number"])
        )
        members = [Member(evaluator_id=seat.evaluator_id, number=seat.number, standing=seat.standing) for seat in seats]
        return Panel(
            panel_id=row["panel_id"],
            about=About(
                application_id=row["application_id"],
                candidate_id=row["candidate_id"],
                candidate_name=str(about.get("candidate_name", "")),
                candidate_email=str(about.get("candidate_email", "")),
                area=ContentArea(row["area"]),
                closes_ms=row["closes_ms"],
                zone=str(about.get("zone", "UTC")),
            ),
            policy=policy,
            questionnaire=questionnaire,
            begun_ms=row["begun_ms"],
            seats=seats,
            wanted=0 if row["outcome"] else wanted(members, policy),
            outcome=row["outcome"],
        )

    def _seen_seat(self, row: Row) -> Seat:
        mail = tuple(
            Mailed(
                mail_id=one["mail_id"],
                kind=one["kind"],
                number=one["number"],
                state=one["state"],
                changed_ms=one["changed_ms"],
                problem=one["problem"],
            )
            for one in self._store.look(MAIL_ROW, evaluator_id=row["evaluator_id"])
        )
        return Seat(
            evaluator_id=row["evaluator_id"],
            number=row["number"],
            person=person_of(self._vault, row),
            standing=standing_of(row),
            mail=tuple(sorted(mail, key=lambda one: (one.kind, one.number))),
        )


def rules_of(panel: Row) -> tuple[policies.Policy, Questionnaire]:
    """What was in force when a panel began."""
    return (
        policies.versioned(policies.shipped(), panel["policy"]),
        questionnaire_files.shipped().named(panel["questionnaire"]),
    )


def _seen_of(panel: Panel, said: Mapping[int, Answers]) -> str:
    told: dict[str, Json] = {str(number): dict(answers) for number, answers in said.items()}
    return canonical.digest(canonical.encode({"decided": panel.outcome, "said": told}))


def _seen(panel: Panel, now_ms: int) -> SeenPanel:
    members = [
        Member(evaluator_id=seat.evaluator_id, number=seat.number, standing=seat.standing) for seat in panel.seats
    ]
    return SeenPanel(
        panel_id=panel.panel_id,
        area=panel.about.area,
        closes_ms=panel.about.closes_ms,
        wanted=panel.wanted,
        seats=tuple(
            SeenSeat(
                name=seat.person.name,
                stage=seen_by_applicant(seat.standing),
                may_be_replaced=may_replace(members, seat.evaluator_id, panel.policy, now_ms),
                evaluator_id=seat.evaluator_id,
            )
            for seat in panel.seats
            if seat.standing.stage is not Stage.REPLACED
        ),
    )
