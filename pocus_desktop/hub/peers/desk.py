"""The academy's side of peer evaluation: panels, their evaluators, what is due, what came of it.

1. An evaluator's row is changed by `programme.peers.evaluator.step` alone; what it refuses is not done.
2. Whoever looks at what was said is noted with a reason before they see it.
3. A message is entered once for each evaluator, kind and number; entering it again does nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.peers.errors import (
    BadNominationError,
    MayNotRemindError,
    MayNotReplaceError,
    SameAddressError,
    TooManyEvaluatorsError,
    UnknownEvaluatorError,
    UnknownPanelError,
    UnwantedMailError,
)
from pocus_desktop.hub.peers.people import About, Person, checked, checked_address, checked_line
from pocus_desktop.hub.peers.store import EVALUATOR, MAIL_ROW, PANEL, UNWANTED, PeerStore
from pocus_desktop.hub.peers.vault import Vault
from pocus_desktop.hub.registry.store import RegistryRows, Row
from pocus_desktop.kernel import canonical, ids
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.peers import policy as policies
from pocus_desktop.programme.peers import questionnaire_files
from pocus_desktop.programme.peers.answers import Answers, read_stored
from pocus_desktop.programme.peers.combining import Combined, combine
from pocus_desktop.programme.peers.evaluator import (
    WAITING,
    Bounced,
    Event,
    Replaced,
    Stage,
    Standing,
    Step,
    WindowClosed,
    as_json,
    from_json,
    step,
)
from pocus_desktop.programme.peers.panel import (
    Act,
    Close,
    Invite,
    Member,
    Remind,
    SeenStage,
    may_replace,
    next_ms,
    plan,
    seen_by_applicant,
    wanted,
)
from pocus_desktop.programme.peers.questionnaire import Questionnaire

MailKind: TypeAlias = Literal["invitation", "reminder"]


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
    """

    panel_id: str
    about: About
    policy: policies.Policy
    questionnaire: Questionnaire
    begun_ms: int
    seats: tuple[Seat, ...]
    wanted: int


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


class Desk:
    """Panels; any thread may call.

    Args:
        store: The tables.
        vault: Seals what is kept of people.
        clock: When things happen.
    """

    def __init__(self, store: PeerStore, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def nominate(self, about: About, people: Sequence[Person], *, who: str) -> str:
        """Begin a panel, or name more evaluators for it; its id. Nobody is written to yet (`tick`).

        Raises:
            BadNominationError, SameAddressError, UnwantedMailError, TooManyEvaluatorsError: Nothing was done.
            NoQuestionnaireError: Nothing is asked about that area yet.
        """
        now_ms = self._clock.read().wall_ms
        if about.closes_ms <= now_ms:
            raise BadNominationError(field="closes", reason="a moment to come")
        own = checked_address(about.candidate_email) if about.candidate_email else ""
        named = [self._checked(person) for person in people]
        with self._store.rows(in_turn=True) as rows:
            found = rows.find(PANEL, application_id=about.application_id, area=str(about.area))
            panel_id = found[0]["panel_id"] if found else self._begin(rows, about, own, now_ms, who)
            policy, _ = self._rules(rows.find(PANEL, panel_id=panel_id)[0])
            seated = rows.find(EVALUATOR, panel_id=panel_id)
            usable = sum(standing_of(row).stage not in _GONE for row in seated)
            if usable + len(named) > policy.nominated:
                raise TooManyEvaluatorsError(most=policy.nominated)
            for one in named:
                self._seat(rows, panel_id, one, own=own, who=who, now_ms=now_ms)
            rows.change(PANEL, {"panel_id": panel_id}, next_ms=now_ms)
        return str(panel_id)

    def replace(self, evaluator_id: str, person: Person, *, who: str, why: str) -> str:
        """Name another evaluator in one's place; the new one's id.

        Raises:
            UnknownEvaluatorError, MayNotReplaceError: Nothing was done.
            BadNominationError, SameAddressError, UnwantedMailError: Nothing was done.
        """
        now_ms = self._clock.read().wall_ms
        named = self._checked(person)
        panel_id = self._panel_of(evaluator_id)
        with self._store.rows(in_turn=True) as rows:
            panel = rows.find(PANEL, panel_id=panel_id)[0]
            policy, _ = self._rules(panel)
            if not may_replace(_members(rows.find(EVALUATOR, panel_id=panel_id)), evaluator_id, policy, now_ms):
                raise MayNotReplaceError(days=policy.replaceable_after_days)
            apply(rows, evaluator_id, Replaced(at_ms=now_ms))
            rows.change(MAIL_ROW, {"evaluator_id": evaluator_id, "state": "due"}, state="needless")
            own = str(self._vault.open("panel", panel_id, panel["about"]).get("candidate_email", ""))
            new_id = self._seat(rows, panel_id, named, own=own, who=who, now_ms=now_ms)
            rows.note(panel_id, at_ms=now_ms, action="replaced", was=evaluator_id, now=new_id, who=who, why=why)
            rows.change(PANEL, {"panel_id": panel_id}, next_ms=now_ms)
        return new_id

    def tick(self) -> int:
        """Enter the messages that are due, and end what is over, at any time; how many acts there were."""
        now_ms = self._clock.read().wall_ms
        self._store.forget_sessions(now_ms)
        return sum(self._tick(panel_id, now_ms) for panel_id in self._store.due_panels(now_ms))

    def _tick(self, panel_id: str, now_ms: int) -> int:
        with self._store.rows_with_jobs() as rows:
            panel = rows.find(PANEL, panel_id=panel_id)[0]
            policy, _ = self._rules(panel)
            acts = plan(_members(rows.find(EVALUATOR, panel_id=panel_id)), policy, now_ms)
            done = sum(self._act(rows, act, now_ms) for act in acts)
            later = next_ms(_members(rows.find(EVALUATOR, panel_id=panel_id)), policy, now_ms + 1)
            rows.change(PANEL, {"panel_id": panel_id}, next_ms=later)
        return done

    def _act(self, rows: RegistryRows, act: Act, now_ms: int) -> bool:
        match act:
            case Invite():
                return self._enter(rows, act.evaluator_id, "invitation", 1, now_ms)
            case Remind():
                return self._enter(rows, act.evaluator_id, "reminder", act.number, now_ms)
            case Close():
                apply(rows, act.evaluator_id, WindowClosed(at_ms=now_ms))
                rows.change(MAIL_ROW, {"evaluator_id": act.evaluator_id, "state": "due"}, state="needless")
                return True

    def _enter(self, rows: RegistryRows, evaluator_id: str, kind: MailKind, number: int, now_ms: int) -> bool:
        """Rule 3."""
        if rows.find(MAIL_ROW, evaluator_id=evaluator_id, kind=kind, number=number):
            return False
        rows.add(
            MAIL_ROW,
            mail_id=ids.new_id("mail"),
            evaluator_id=evaluator_id,
            kind=kind,
            number=number,
            state="due",
            due_ms=now_ms,
            changed_ms=now_ms,
            tries=0,
            problem="",
        )
        return True

    def again(self, mail_id: str, *, who: str, why: str) -> bool:
        """Send a message that failed, or that may have gone out, once more; whether there was one."""
        now_ms = self._clock.read().wall_ms
        with self._store.rows_with_jobs(in_turn=True) as rows:
            found = rows.find(MAIL_ROW, mail_id=mail_id)
            if not found or found[0]["state"] not in {"failed", "unsure"}:
                return False
            rows.change(MAIL_ROW, {"mail_id": mail_id}, state="due", due_ms=now_ms, changed_ms=now_ms)
            rows.note(
                found[0]["evaluator_id"], at_ms=now_ms, action="mail-again", was=found[0]["state"], who=who, why=why
            )
        return True

    def remind(self, evaluator_id: str, *, who: str, why: str) -> None:
        """Enter a reminder now, besides those that come by themselves.

        Raises:
            UnknownEvaluatorError: There is none of that id.
            MayNotRemindError: They are not asked now, want no more mail, or were written to a moment ago.
        """
        now_ms = self._clock.read().wall_ms
        panel_id = self._panel_of(evaluator_id)
        with self._store.rows_with_jobs(in_turn=True) as rows:
            policy, _ = self._rules(rows.find(PANEL, panel_id=panel_id)[0])
            standing = standing_of(rows.find(EVALUATOR, evaluator_id=evaluator_id)[0])
            since_ms = policy.least_days_between_mails * policies.DAY_MS
            is_soon = bool(standing.mailed_ms) and now_ms < standing.mailed_ms[-1] + since_ms
            if standing.stage not in WAITING or standing.is_quiet or is_soon or now_ms >= standing.closes_ms:
                raise MayNotRemindError(days=policy.least_days_between_mails)
            self._enter(rows, evaluator_id, "reminder", standing.reminders + 1, now_ms)
            rows.note(evaluator_id, at_ms=now_ms, action="reminded", who=who, why=why)

    def bounced(self, mail_id: str, *, status: str, who: str) -> str:
        """A message came back for good; the evaluator's id.

        Raises:
            UnknownEvaluatorError: There is no such message.
        """
        found = self._store.look(MAIL_ROW, mail_id=mail_id)
        if not found:
            raise UnknownEvaluatorError
        now_ms = self._clock.read().wall_ms
        evaluator_id = str(found[0]["evaluator_id"])
        panel_id = self._panel_of(evaluator_id)
        with self._store.rows(in_turn=True) as rows:
            if apply(rows, evaluator_id, Bounced(at_ms=now_ms)).refused is None:
                rows.note(evaluator_id, at_ms=now_ms, action="bounced", now=status, who=who, why="")
                rows.change(MAIL_ROW, {"mail_id": mail_id}, problem="bounced", changed_ms=now_ms)
        self.wake(panel_id)
        return evaluator_id

    def wake(self, panel_id: str) -> None:
        """Look at a panel at the next tick: someone made room, or ended."""
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            rows.change(PANEL, {"panel_id": panel_id}, next_ms=now_ms)

    def panels(self, candidate_id: str | None = None) -> tuple[Panel, ...]:
        """All panels, or a person's."""
        where = {} if candidate_id is None else {"candidate_id": candidate_id}
        return tuple(self._panel(row) for row in self._store.look(PANEL, **where))

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
        """What was sent, by evaluator's number; that someone looked is noted first (rule 2).

        Raises:
            UnknownPanelError: There is none of that id.
        """
        panel = self.panel(panel_id)
        checked_line(why, "why")
        now_ms = self._clock.read().wall_ms
        with self._store.rows(in_turn=True) as rows:
            rows.note(panel_id, at_ms=now_ms, action="answers-read", who=who, why=why)
        return self._sent(panel)

    def combined(self, panel_id: str) -> Combined:
        """What the answers come to by now.

        Raises:
            UnknownPanelError: There is none of that id.
        """
        panel = self.panel(panel_id)
        return combine(panel.questionnaire, self._sent(panel), panel.policy)

    def _sent(self, panel: Panel) -> Mapping[int, Answers]:
        rows = self._store.look(EVALUATOR, panel_id=panel.panel_id)
        return {
            row["number"]: read_stored(panel.questionnaire, self._vault.open("said", row["evaluator_id"], row["said"]))
            for row in rows
            if row["said"] is not None and standing_of(row).stage is Stage.ANSWERED
        }

    def _begin(self, rows: RegistryRows, about: About, own: str, now_ms: int, who: str) -> str:
        day = datetime.fromtimestamp(now_ms / 1000, tz=UTC).date()
        panel_id = ids.new_id("pan")
        told = {"candidate_name": checked_line(about.candidate_name, "candidate"), "candidate_email": own}
        rows.add(
            PANEL,
            panel_id=panel_id,
            application_id=checked_line(about.application_id, "application")[:60],
            candidate_id=checked_line(about.candidate_id, "candidate id"),
            area=str(about.area),
            policy=policies.in_force(policies.shipped(), day).version,
            questionnaire=questionnaire_files.shipped().on(about.area, day).name,
            begun_ms=now_ms,
            closes_ms=about.closes_ms,
            about=self._vault.seal("panel", panel_id, told),
        )
        rows.note(panel_id, at_ms=now_ms, action="begun", who=who, why="")
        return panel_id

    def _checked(self, person: Person) -> tuple[Person, str]:
        """A nomination, and the digest of its address; before a transaction, since the digest may need one."""
        named = checked(person)
        return named, self._vault.address_digest(named.email)

    def _seat(
        self, rows: RegistryRows, panel_id: str, named: tuple[Person, str], *, own: str, who: str, now_ms: int
    ) -> str:
        person, digest = named
        seated = rows.find(EVALUATOR, panel_id=panel_id)
        known = {own.casefold()} | {
            self._person(row).email.casefold() for row in seated if standing_of(row).stage is not Stage.REPLACED
        }
        if person.email.casefold() in known:
            raise SameAddressError
        if rows.find(UNWANTED, address_digest=digest):
            raise UnwantedMailError
        evaluator_id = ids.new_id("ev")
        closes_ms = rows.find(PANEL, panel_id=panel_id)[0]["closes_ms"]
        told = {"name": person.name, "email": person.email, "background": person.background}
        rows.add(
            EVALUATOR,
            evaluator_id=evaluator_id,
            panel_id=panel_id,
            number=max((row["number"] for row in seated), default=0) + 1,
            nomination_id=person.nomination_id,
            language=person.language,
            standing=_text(Standing(closes_ms=closes_ms)),
            person=self._vault.seal("person", evaluator_id, told),
        )
        rows.note(evaluator_id, at_ms=now_ms, action="nominated", who=who, why="")
        return evaluator_id

    def _panel(self, row: Row) -> Panel:
        policy, questionnaire = self._rules(row)
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
            ),
            policy=policy,
            questionnaire=questionnaire,
            begun_ms=row["begun_ms"],
            seats=seats,
            wanted=wanted(members, policy),
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
            person=self._person(row),
            standing=standing_of(row),
            mail=tuple(sorted(mail, key=lambda one: (one.kind, one.number))),
        )

    def _person(self, row: Row) -> Person:
        return person_of(self._vault, row)

    def _rules(self, panel: Row) -> tuple[policies.Policy, Questionnaire]:
        return (
            policies.versioned(policies.shipped(), panel["policy"]),
            questionnaire_files.shipped().named(panel["questionnaire"]),
        )

    def _panel_of(self, evaluator_id: str) -> str:
        found = self._store.look(EVALUATOR, evaluator_id=evaluator_id)
        if not found:
            raise UnknownEvaluatorError
        return str(found[0]["panel_id"])


_GONE: Final = frozenset({Stage.REPLACED, Stage.DECLINED, Stage.BOUNCED, Stage.EXPIRED})


def apply(
    rows: RegistryRows, evaluator_id: str, event: Event, *, also: Callable[[Row], Mapping[str, object]] | None = None
) -> Step:
    """One event for an evaluator, in a transaction (rule 1).

    Args:
        rows: Of the transaction; the evaluator's row is held in it from now on.
        evaluator_id: Whose.
        event: What happened.
        also: Other columns that change with it, where it is not refused.

    Raises:
        UnknownEvaluatorError: There is none of that id.
    """
    found = rows.find(EVALUATOR, evaluator_id=evaluator_id)
    if not found:
        raise UnknownEvaluatorError
    done = step(standing_of(found[0]), event)
    if done.refused is None:
        more = {} if also is None else also(found[0])
        rows.change(EVALUATOR, {"evaluator_id": evaluator_id}, standing=_text(done.standing), **more)
    return done


def person_of(vault: Vault, row: Row) -> Person:
    """An evaluator as they were named, from their row."""
    told = vault.open("person", row["evaluator_id"], row["person"])
    return Person(
        name=str(told.get("name", "")),
        email=str(told.get("email", "")),
        background=str(told.get("background", "")),
        language="es" if row["language"] == "es" else "en",
        nomination_id=row["nomination_id"],
    )


def _members(rows: Sequence[Row]) -> list[Member]:
    return [Member(evaluator_id=row["evaluator_id"], number=row["number"], standing=standing_of(row)) for row in rows]


def standing_of(row: Row) -> Standing:
    """Where an evaluator stands, from their row."""
    return from_json(_object(row["standing"]))


def _object(text: str) -> dict[str, canonical.Json]:
    document = canonical.decode(text.encode())
    return document if isinstance(document, dict) else {}


def _text(standing: Standing) -> str:
    return canonical.encode(as_json(standing)).decode()


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
