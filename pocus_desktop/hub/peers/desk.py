"""The academy's side of peer evaluation: who is asked, what is due, what is decided.

1. A message is entered once for each evaluator, kind and number; entering it again does nothing.
2. A nomination of a portfolio is seated once in a panel; naming it again does nothing.
3. What answers come to is decided by a person, who says why; nobody is asked any more then.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from pocus_desktop.hub.peers.errors import (
    BadNominationError,
    MayNotRemindError,
    MayNotReplaceError,
    SameAddressError,
    TooFewAnswersError,
    TooManyEvaluatorsError,
    UnknownEvaluatorError,
    UnwantedMailError,
)
from pocus_desktop.hub.peers.panels import Judged, Panels, rules_of
from pocus_desktop.hub.peers.people import About, Person, checked, checked_address, checked_line
from pocus_desktop.hub.peers.standings import Standings, members_of, person_of, standing_of, text_of
from pocus_desktop.hub.peers.store import EVALUATOR, MAIL_ROW, PANEL, UNWANTED, PeerStore
from pocus_desktop.hub.peers.telling import Telling
from pocus_desktop.hub.peers.vault import Vault
from pocus_desktop.hub.programme.errors import NewerCameError
from pocus_desktop.hub.registry.store import RegistryRows
from pocus_desktop.kernel import ids
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.peers import policy as policies
from pocus_desktop.programme.peers import questionnaire_files
from pocus_desktop.programme.peers.evaluator import Bounced, Replaced, Stage, Standing, WindowClosed, WindowMoved
from pocus_desktop.programme.peers.mailbox import mailbox
from pocus_desktop.programme.peers.panel import (
    Act,
    Close,
    Invite,
    Remind,
    may_be_asked_to_remind,
    may_replace,
    next_ms,
    plan,
)

MailKind: TypeAlias = Literal["invitation", "reminder"]


class Desk(Panels):
    """Panels; any thread may call.

    Args:
        store: The tables.
        vault: Seals what is kept of people.
        telling: Tells portfolios.
        clock: When things happen.

    Attributes:
        standings: Changes evaluators' rows.
    """

    def __init__(self, store: PeerStore, vault: Vault, telling: Telling, clock: Clock) -> None:
        super().__init__(store, vault, clock)
        self._telling = telling
        self.standings = Standings(telling, clock)

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
            policy, _ = rules_of(rows.find(PANEL, panel_id=panel_id)[0])
            seated = rows.find(EVALUATOR, panel_id=panel_id)
            held = {row["nomination_id"] for row in seated if row["nomination_id"]}
            new = [one for one in named if one[0].nomination_id not in held]
            usable = sum(standing_of(row).stage not in _GONE for row in seated)
            if usable + len(new) > policy.nominated:
                raise TooManyEvaluatorsError(most=policy.nominated)
            for one in new:
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
            policy, _ = rules_of(panel)
            if not may_replace(members_of(rows.find(EVALUATOR, panel_id=panel_id)), evaluator_id, policy, now_ms):
                raise MayNotReplaceError(days=policy.replaceable_after_days)
            self.standings.apply(rows, evaluator_id, Replaced(at_ms=now_ms))
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
        return sum(self._tick(panels, now_ms) for panels in self._store.due_panels(now_ms))

    def _tick(self, panel_ids: Sequence[str], now_ms: int) -> int:
        """The panels of one candidate at once, so that what is due to one person goes in one message."""
        done = 0
        with self._store.rows_with_jobs() as rows:
            rows.hold_panels(panel_ids)
            for panel_id in panel_ids:
                policy, _ = rules_of(rows.find(PANEL, panel_id=panel_id)[0])
                acts = plan(members_of(rows.find(EVALUATOR, panel_id=panel_id)), policy, now_ms)
                done += sum(self._act(rows, act, now_ms) for act in acts)
                later = next_ms(members_of(rows.find(EVALUATOR, panel_id=panel_id)), policy, now_ms + 1)
                rows.change(PANEL, {"panel_id": panel_id}, next_ms=later)
        return done

    def _act(self, rows: RegistryRows, act: Act, now_ms: int) -> bool:
        match act:
            case Invite():
                return self._enter(rows, act.evaluator_id, "invitation", 1, now_ms)
            case Remind():
                return self._enter(rows, act.evaluator_id, "reminder", act.number, now_ms)
            case Close():
                self.standings.apply(rows, act.evaluator_id, WindowClosed(at_ms=now_ms))
                rows.change(MAIL_ROW, {"evaluator_id": act.evaluator_id, "state": "due"}, state="needless")
                return True

    def _enter(self, rows: RegistryRows, evaluator_id: str, kind: MailKind, number: int, now_ms: int) -> bool:
        """Rule 1."""
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
        several = [row["mail_id"] for row in self._store.sent_as_one(mail_id)]
        done = False
        with self._store.rows_with_jobs(in_turn=True) as rows:
            for one in several:
                mail = rows.find(MAIL_ROW, mail_id=one)[0]
                if mail["state"] in {"failed", "unsure"}:
                    rows.change(MAIL_ROW, {"mail_id": one}, state="due", due_ms=now_ms, changed_ms=now_ms)
                    was = mail["state"]
                    rows.note(mail["evaluator_id"], at_ms=now_ms, action="mail-again", was=was, who=who, why=why)
                    done = True
        return done

    def remind(self, evaluator_id: str, *, who: str, why: str, asked: int = 0) -> None:
        """Enter a reminder now, besides those that come by themselves.

        Args:
            evaluator_id: Whom to remind.
            who: Who asks for it.
            why: For the trail.
            asked: How many reminders the candidate asked for before.

        Raises:
            UnknownEvaluatorError: There is none of that id.
            MayNotRemindError: They are not asked now, want no more mail, or were written to a moment ago.
        """
        now_ms = self._clock.read().wall_ms
        panel_id = self._panel_of(evaluator_id)
        with self._store.rows_with_jobs(in_turn=True) as rows:
            policy, _ = rules_of(rows.find(PANEL, panel_id=panel_id)[0])
            standing = standing_of(rows.find(EVALUATOR, evaluator_id=evaluator_id)[0])
            if not may_be_asked_to_remind(standing, policy, now_ms, asked=asked):
                raise MayNotRemindError(days=policy.least_days_between_mails)
            self._enter(rows, evaluator_id, "reminder", standing.reminders + 1, now_ms)
            rows.note(evaluator_id, at_ms=now_ms, action="reminded", who=who, why=why)

    def bounced(self, mail_id: str, *, status: str, who: str) -> str:
        """A message came back for good; the evaluator's id.

        Raises:
            UnknownEvaluatorError: There is no such message.
        """
        found = self._store.sent_as_one(mail_id)
        if not found:
            raise UnknownEvaluatorError
        now_ms = self._clock.read().wall_ms
        panels = {self._panel_of(mail["evaluator_id"]) for mail in found}
        with self._store.rows(in_turn=True) as rows:
            rows.hold_panels(panels)
            for mail in found:
                evaluator_id = mail["evaluator_id"]
                if self.standings.apply(rows, evaluator_id, Bounced(at_ms=now_ms)).refused is None:
                    rows.note(evaluator_id, at_ms=now_ms, action="bounced", now=status, who=who, why="")
                    rows.change(MAIL_ROW, {"mail_id": mail["mail_id"]}, problem="bounced", changed_ms=now_ms)
        for panel_id in panels:
            self.wake(panel_id)
        return str(found[0]["evaluator_id"])

    def move_window(self, panel_id: str, closes_ms: int, *, who: str) -> None:
        """The window ends at another moment; a panel that was decided stays as it is."""
        now_ms = self._clock.read().wall_ms
        with self._store.rows(in_turn=True) as rows:
            panel = rows.find(PANEL, panel_id=panel_id)[0]
            if panel["outcome"] is not None or panel["closes_ms"] == closes_ms:
                return
            rows.change(PANEL, {"panel_id": panel_id}, closes_ms=closes_ms, next_ms=now_ms)
            self._move(rows, panel_id, closes_ms, now_ms)
            was, now = str(panel["closes_ms"]), str(closes_ms)
            rows.note(panel_id, at_ms=now_ms, action="window-moved", was=was, now=now, who=who, why="")

    def require_decidable(self, panel_id: str, *, why: str, seen: str | None = None) -> Judged:
        """What a decision rests on.

        Raises:
            UnknownPanelError: There is none of that id.
            TooFewAnswersError: The rules do not combine so few.
            BadNominationError: No reason is given.
            NewerCameError: Answers, or what was decided before, are others than those that were seen.
        """
        checked_line(why, "why")
        judged = self._judged(panel_id)
        if judged.combined.outcome == "waiting":
            raise TooFewAnswersError(have=judged.combined.answered, need=judged.panel.policy.least_answers)
        if seen is not None and seen != judged.seen:
            raise NewerCameError
        return judged

    def decide(self, panel_id: str, *, is_supported: bool, who: str, why: str, seen: str | None = None) -> None:
        """Decide what the answers come to, and tell the candidate's portfolio (rule 3).

        Args:
            panel_id: Of which panel.
            is_supported: Whether they support the certificate.
            who: Who decides.
            why: In one line, for the trail.
            seen: What was looked at, as `Judged.seen` has it; None where whoever decides looked at what it comes to.

        Raises:
            PeersError, NewerCameError: As `require_decidable`.
        """
        judged = self.require_decidable(panel_id, why=why, seen=seen)
        panel, combined, reason = judged.panel, judged.combined, checked_line(why, "why")
        answered = sorted(seat.standing.ended_ms or 0 for seat in panel.seats if seat.standing.stage is Stage.ANSWERED)
        now_ms = self._clock.read().wall_ms
        outcome = "supported" if is_supported else "not-supported"
        with self._store.rows(in_turn=True) as rows:
            held = rows.find(PANEL, panel_id=panel_id)[0]["outcome"]
            stages = [standing_of(row).stage for row in rows.find(EVALUATOR, panel_id=panel_id)]
            if (held, stages.count(Stage.ANSWERED)) != (panel.outcome, len(answered)):
                raise NewerCameError
            was = held or combined.outcome
            rows.change(PANEL, {"panel_id": panel_id}, outcome=outcome, next_ms=now_ms)
            self._move(rows, panel_id, now_ms, now_ms)
            self._telling.outcome(
                rows,
                panel.about.application_id,
                area=panel.about.area,
                is_supported=is_supported,
                policy=panel.policy.version,
                answered_on=local_day(answered[panel.policy.least_answers - 1], panel.about.zone),
                now_ms=now_ms,
            )
            rows.note(panel_id, at_ms=now_ms, action="decided", was=was, now=outcome, who=who, why=reason)

    def _move(self, rows: RegistryRows, panel_id: str, closes_ms: int, now_ms: int) -> None:
        for row in rows.find(EVALUATOR, panel_id=panel_id):
            self.standings.apply(rows, row["evaluator_id"], WindowMoved(at_ms=now_ms, closes_ms=closes_ms))

    def wake(self, panel_id: str) -> None:
        """Look at a panel at the next tick: someone made room, or ended."""
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            rows.change(PANEL, {"panel_id": panel_id}, next_ms=now_ms)

    def _begin(self, rows: RegistryRows, about: About, own: str, now_ms: int, who: str) -> str:
        day = datetime.fromtimestamp(now_ms / 1000, tz=UTC).date()
        panel_id = ids.new_id("pan")
        told: dict[str, Json] = {
            "candidate_name": checked_line(about.candidate_name, "candidate"),
            "candidate_email": own,
            "zone": about.zone,
        }
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
        known = {mailbox(own)} | {
            mailbox(person_of(self._vault, row).email) for row in seated if standing_of(row).stage is not Stage.REPLACED
        }
        if mailbox(person.email) in known:
            raise SameAddressError
        if rows.find(UNWANTED, address_digest=digest):
            raise UnwantedMailError
        evaluator_id = ids.new_id("ev")
        panel = rows.find(PANEL, panel_id=panel_id)[0]
        standing = Standing(closes_ms=panel["closes_ms"])
        told: dict[str, Json] = {"name": person.name, "email": person.email, "background": person.background}
        row = {
            "evaluator_id": evaluator_id,
            "panel_id": panel_id,
            "number": max((row["number"] for row in seated), default=0) + 1,
            "nomination_id": person.nomination_id,
            "person_key": self._vault.person_key(panel["candidate_id"], person.email),
            "language": person.language,
            "standing": text_of(standing),
            "person": self._vault.seal("person", evaluator_id, told),
        }
        rows.add(EVALUATOR, **row)
        rows.note(evaluator_id, at_ms=now_ms, action="nominated", who=who, why="")
        self.standings.tell(rows, row, standing)
        return evaluator_id

    def _panel_of(self, evaluator_id: str) -> str:
        found = self._store.look(EVALUATOR, evaluator_id=evaluator_id)
        if not found:
            raise UnknownEvaluatorError
        return str(found[0]["panel_id"])


_GONE: Final = frozenset({Stage.REPLACED, Stage.DECLINED, Stage.BOUNCED, Stage.EXPIRED})
