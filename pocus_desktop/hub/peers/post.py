"""The messages that wait, sent one by one (docs/formats/peer-evaluation 8; docs/adr/0222).

    due ──▶ trying ──▶ handing ──▶ sent
     ▲         │           ├──▶ unsure      the connection or the process ended in the moment of doubt
     └─────────┴───────────┤
                           └──▶ failed      the server refuses it for good

1. What a process that was killed left at `trying` had not gone out, and is due again; at `handing` it may have gone
   out: it is `unsure`, is never sent again by itself, and is told to the staff. The next reminder comes anyway.
2. Who answered, declined or was replaced meanwhile is not written to.
3. Every try has tokens of its own; those of a try that did not go out open nothing.
4. What is due at the same moment to one person about one candidate goes in one message, whoever sends first.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from pocus_desktop.hub.peers import mail_settings
from pocus_desktop.hub.peers.desk import Desk
from pocus_desktop.hub.peers.errors import (
    BadMailSettingsError,
    MailLaterError,
    MailRefusedError,
    MailUnsureError,
    PeersError,
)
from pocus_desktop.hub.peers.mail_settings import MailSettings
from pocus_desktop.hub.peers.message import Enclosed, Letter, as_sent, compose
from pocus_desktop.hub.peers.smtp import TIMEOUT_S, hand_over
from pocus_desktop.hub.peers.standings import person_of, standing_of
from pocus_desktop.hub.peers.store import EVALUATOR, LINK, MAIL_ROW, PANEL, PeerStore
from pocus_desktop.hub.peers.vault import Vault, new_token, token_digest
from pocus_desktop.hub.registry.store import Row
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.peers import questionnaire_files
from pocus_desktop.programme.peers.evaluator import WAITING, Event, Invited, Reminded, step

SILENT_MS: Final = 10 * 60 * 1000
"""A process that did nothing about its message for so long is gone: a server may be silent for a minute."""

LONGEST_PAUSE_MS: Final = 60 * 60 * 1000


class MailPoint(StrEnum):
    """Named moments of one message, for tests that stop the process there."""

    TRYING = "trying"
    HANDING = "handing"
    TAKEN = "taken"


class NotTheTurnError(Exception):
    """The message is no longer this process's to send."""


class Post:
    """Sends what is due; any thread may call.

    Args:
        store: The tables.
        vault: Opens whom it is for.
        desk: Is told what came back.
        clock: When things happen.
        folder: Where the settings are; they are read for each message, so that a change needs no restart.
        hook: Called at named moments.
    """

    def __init__(
        self,
        store: PeerStore,
        vault: Vault,
        desk: Desk,
        clock: Clock,
        folder: Path,
        *,
        hook: Callable[[MailPoint], None] = lambda _point: None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._desk = desk
        self._clock = clock
        self._folder = folder
        self._hook = hook

    def settings(self) -> MailSettings:
        """How mail goes out.

        Raises:
            NoMailSettingsError, BadMailSettingsError: It does not.
        """
        return mail_settings.load(self._folder)

    def take_up(self) -> int:
        """Rule 1; how many messages there were."""
        now_ms = self._clock.read().wall_ms
        return self._store.take_up(before_ms=now_ms - SILENT_MS, now_ms=now_ms)

    def send_due(self, is_stopped: Callable[[], bool] = lambda: False) -> int:
        """Send everything that is due now; how many went out. What cannot go out now is tried again later.

        Args:
            is_stopped: Asked before each message: whether the others shall wait.

        Raises:
            NoMailSettingsError, BadMailSettingsError: Nothing goes out before the settings are mended.
        """
        sent = 0
        for mail_id in self._store.due_mail(self._clock.read().wall_ms):
            if is_stopped():
                break
            try:
                sent += self.send(mail_id)
            except (MailLaterError, MailRefusedError, MailUnsureError) as problem:
                log.failure(problem)
        return sent

    def send(self, mail_id: str, *, timeout_s: float = TIMEOUT_S) -> bool:
        """Send one message, if it still waits; whether it went out.

        Raises:
            MailLaterError: Not now.
            MailRefusedError: Never.
            MailUnsureError: Nobody knows.
            NoMailSettingsError, BadMailSettingsError: The settings are to be mended; it waits.
        """
        settings = self.settings()
        letter = self._prepare(mail_id)
        if letter is None:
            return False
        self._hook(MailPoint.TRYING)
        try:
            hand_over(
                as_sent(compose(letter, settings)),
                settings,
                sender=settings.bounces_of(letter.mail_id),
                recipient=letter.person.email,
                before_content=lambda: self._mark(letter),
                timeout_s=timeout_s,
            )
        except NotTheTurnError:
            return False
        except MailRefusedError as problem:
            self._settle(letter, "failed", problem)
            if problem.is_address:
                self._desk.bounced(letter.mail_id, status=str(problem.params["enhanced"]), who="mail")
            raise
        except MailUnsureError as problem:
            self._settle(letter, "unsure", problem)
            raise
        except (MailLaterError, BadMailSettingsError) as problem:
            self._settle(letter, "due", problem)
            raise
        self._hook(MailPoint.TAKEN)
        self._settle(letter, "sent", None)
        return True

    def _prepare(self, mail_id: str) -> Letter | None:
        """Rules 2 to 4; None where there is nothing to send. Only messages are held: `Desk.tick` holds others."""
        now_ms = self._clock.read().wall_ms
        found = self._store.look(MAIL_ROW, mail_id=mail_id)
        if not found or found[0]["state"] != "due":
            return None
        due = self._due_together(found[0], now_ms)
        tokens = {purpose: new_token() for purpose in ("answer", "off")}
        enclosed: list[Enclosed] = []
        with self._store.rows() as rows:
            for mail, evaluator, panel in due:  # by their ids: whoever comes second finds none of them due
                waits = {"mail_id": mail["mail_id"], "state": "due"}
                if not _is_wanted(evaluator, mail, now_ms):
                    rows.change(MAIL_ROW, waits, state="needless", changed_ms=now_ms)
                    continue
                with_ = enclosed[0].mail_id if enclosed else None
                fields = {"state": "trying", "changed_ms": now_ms, "tries": mail["tries"] + 1, "problem": ""}
                if rows.change(MAIL_ROW, waits, **fields, sent_with=with_):
                    rows.remove_links(mail_id=mail["mail_id"])
                    enclosed.append(_enclosed(mail, evaluator, panel))
            if not enclosed:
                return None
            first = enclosed[0]
            for purpose, token in tokens.items():
                rows.add(
                    LINK,
                    digest=token_digest(token),
                    evaluator_id=first.evaluator_id,
                    purpose=purpose,
                    mail_id=first.mail_id,
                    expires_ms=max(one.closes_ms for one in enclosed),
                )
        _, evaluator, panel = next(one for one in due if one[0]["mail_id"] == first.mail_id)
        about = self._vault.open("panel", panel["panel_id"], panel["about"])
        return Letter(
            person=person_of(self._vault, evaluator),
            candidate_name=str(about.get("candidate_name", "")),
            enclosed=tuple(enclosed),
            answer_token=tokens["answer"],
            off_token=tokens["off"],
            at_ms=now_ms,
        )

    def _due_together(self, mail: Row, now_ms: int) -> list[tuple[Row, Row, Row]]:
        """A message that is due, and what else of its kind is due to the same person about the same candidate.

        Returns:
            Each with its evaluator and panel, by the message's id.
        """
        found = []
        for evaluator in self._store.of_person(mail["evaluator_id"]):
            panel = self._store.look(PANEL, panel_id=evaluator["panel_id"])[0]
            for other in self._store.look(MAIL_ROW, evaluator_id=evaluator["evaluator_id"], kind=mail["kind"]):
                is_due = other["state"] == "due" and other["due_ms"] <= now_ms
                if is_due or other["mail_id"] == mail["mail_id"]:
                    found.append((other, evaluator, panel))
        return sorted(found, key=lambda one: str(one[0]["mail_id"]))

    def _mark(self, letter: Letter) -> None:
        """From here on it may arrive; when the next reminder is due is reckoned anew."""
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            for panel_id in sorted({one.panel_id for one in letter.enclosed}):
                rows.change(PANEL, {"panel_id": panel_id}, next_ms=now_ms)
            for one in sorted(letter.enclosed, key=lambda one: one.evaluator_id):
                evaluator = rows.find(EVALUATOR, evaluator_id=one.evaluator_id)[0]
                turn = {"mail_id": one.mail_id, "state": "trying"}
                if not rows.change(MAIL_ROW, turn, state="handing", changed_ms=now_ms):
                    raise NotTheTurnError
                event = Reminded(at_ms=now_ms) if one.reminder else Invited(at_ms=now_ms)
                mailed = standing_of(evaluator).mailed_ms
                if len(mailed) <= one.reminder:  # else it was marked at an earlier try
                    self._desk.standings.apply(rows, one.evaluator_id, event)
        self._hook(MailPoint.HANDING)

    def _settle(self, letter: Letter, state: str, problem: PeersError | None) -> None:
        now_ms = self._clock.read().wall_ms
        code = "" if problem is None else problem.code
        with self._store.rows() as rows:
            for mail_id in sorted(one.mail_id for one in letter.enclosed):
                found = rows.find(MAIL_ROW, mail_id=mail_id)[0]
                pause_ms = min(LONGEST_PAUSE_MS, 60_000 * 2 ** min(found["tries"], 10)) if state == "due" else 0
                rows.change(
                    MAIL_ROW,
                    {"mail_id": mail_id},
                    state=state,
                    changed_ms=now_ms,
                    due_ms=now_ms + pause_ms,
                    problem=code,
                )


def _enclosed(mail: Row, evaluator: Row, panel: Row) -> Enclosed:
    return Enclosed(
        mail_id=mail["mail_id"],
        evaluator_id=evaluator["evaluator_id"],
        panel_id=panel["panel_id"],
        questionnaire=questionnaire_files.shipped().named(panel["questionnaire"]),
        closes_ms=panel["closes_ms"],
        reminder=mail["number"] if mail["kind"] == "reminder" else 0,
    )


def _is_wanted(evaluator: Row, mail: Row, now_ms: int) -> bool:
    """Rule 2. What was marked at an earlier try, and did not go out, is still wanted."""
    standing = standing_of(evaluator)
    if standing.is_quiet or now_ms >= standing.closes_ms:
        return False
    is_reminder = mail["kind"] == "reminder"
    if len(standing.mailed_ms) > (mail["number"] if is_reminder else 0):
        return standing.stage in WAITING and standing.opened_ms is None
    event: Event = Reminded(at_ms=now_ms) if is_reminder else Invited(at_ms=now_ms)
    return step(standing, event).refused is None
