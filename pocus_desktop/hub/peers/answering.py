"""An evaluator's side: from the link in a message to the answers that are sent (docs/formats/peer-evaluation 3).

1. A link opens nothing by being looked at: only a person who presses the button begins a session (mail scanners look).
2. A session is a secret of this browser, kept hashed, good for half a day; the link stays as it was.
3. What a section says is durable before the next page is shown.
4. What another window changed meanwhile is not overwritten unseen: who saves is told, with what they wrote.
5. Who is named for several areas has one link for all: a session is of one questionnaire, and goes on to the next.
6. Once sent, nothing of it is shown again to whoever has the link or the browser.
"""

import contextlib
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.peers.desk import Desk
from pocus_desktop.hub.peers.errors import (
    ChangedElsewhereError,
    DeclinedAlreadyError,
    IncompleteError,
    NoLongerAskedError,
    PeersError,
    SentAlreadyError,
    SignedOutError,
    UnknownLinkError,
    WindowOverError,
)
from pocus_desktop.hub.peers.standings import person_of, standing_of
from pocus_desktop.hub.peers.store import LINK, UNWANTED, PeerRows, PeerStore
from pocus_desktop.hub.peers.vault import Vault, new_token, token_digest
from pocus_desktop.hub.registry.store import Row, TakenError
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.peers import questionnaire_files
from pocus_desktop.programme.peers.answers import Answers, lacking, never_scanned, read_stored, save, told
from pocus_desktop.programme.peers.evaluator import (
    Answered,
    Declined,
    DeclineReason,
    Opened,
    Quieted,
    RefusedCode,
    Saved,
    Standing,
    step,
)
from pocus_desktop.programme.peers.questionnaire import Questionnaire, Section

SESSION_MS: Final = 12 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What an evaluator has before them; `answers` are those so far."""

    evaluator_id: str
    panel_id: str
    candidate_name: str
    area: ContentArea
    closes_ms: int
    standing: Standing
    questionnaire: Questionnaire
    answers: Answers

    def stamp(self, section: Section | None = None) -> str:
        """Changes whenever the answers of a section do, or any."""
        return stamp(self.answers, section)


def stamp(answers: Answers, section: Section | None = None) -> str:
    """Changes whenever the answers of a section do, or any."""
    asked = answers if section is None else {question.id for question in section.question}
    kept = sorted((name, answer) for name, answer in answers.items() if name in asked)
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:16]


class Answering:
    """What the pages of evaluators do; any thread may call.

    Args:
        store: The tables.
        vault: Seals what is kept of people.
        desk: Is woken where someone made room.
        clock: When things happen.
    """

    def __init__(self, store: PeerStore, vault: Vault, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._desk = desk
        self._clock = clock

    def begin(self, token: str) -> str:
        """Begin a session by a message's link; its secret (rules 1 and 2).

        Raises:
            UnknownLinkError: There is no such link.
            PeersError: It is over for this evaluator; see `errors`.
        """
        row = self._store.by_link(token_digest(token), "answer")
        if row is None:
            raise UnknownLinkError
        now_ms = self._clock.read().wall_ms
        secret = new_token()
        refused: RefusedCode | None = None
        opened = ""
        for one in self._store.of_person(row["evaluator_id"]):  # the link was opened by who it is for, for each
            with self._store.rows() as rows:
                done = self._desk.standings.apply(rows, one["evaluator_id"], Opened(at_ms=now_ms))
                if done.refused is None and not opened:
                    opened = one["evaluator_id"]
                    _add_session(rows, secret, opened, now_ms)
            if one["evaluator_id"] == row["evaluator_id"]:
                refused = done.refused
        if not opened:
            raise _refusal(refused or "over")
        return secret

    def go_on(self, sheet: Sheet, secret: str) -> str:
        """End a session, and begin that of the next questionnaire (rule 5); its secret, empty where there is none."""
        now_ms = self._clock.read().wall_ms
        others = (row for row in self._store.of_person(sheet.evaluator_id) if row["evaluator_id"] != sheet.evaluator_id)
        after = next((row for row in others if step(standing_of(row), Saved(at_ms=now_ms)).refused is None), None)
        fresh = "" if after is None else new_token()
        with self._store.rows() as rows:
            rows.remove_links(digest=token_digest(secret), purpose="session")
            if after is not None:
                _add_session(rows, fresh, after["evaluator_id"], now_ms)
        return fresh

    def sheet(self, secret: str) -> Sheet:
        """What is before whoever holds a session's secret.

        Raises:
            SignedOutError: There is no such session, or it is over.
            PeersError: It is over for this evaluator; see `errors`.
        """
        (found,) = self.sheets([secret])
        if isinstance(found, PocusError):
            raise found
        return found

    def sheets(self, secrets: Sequence[str]) -> Sequence[Sheet | PocusError]:
        """The same for several who ask at the same moment, each with what is before them or why nothing is.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        digests = [token_digest(secret) for secret in secrets]
        rows = self._store.by_links(digests, "session")
        now_ms = self._clock.read().wall_ms
        return [self._before(rows.get(digest), now_ms) for digest in digests]

    def _before(self, row: Row | None, now_ms: int) -> Sheet | PocusError:
        if row is None or row["expires_ms"] <= now_ms:
            return SignedOutError()
        try:
            sheet = self._sheet(row)
        except PocusError as problem:  # of this one; the others see theirs
            return problem
        done = step(sheet.standing, Saved(at_ms=now_ms))
        return sheet if done.refused is None else _refusal(done.refused)

    def save(self, sheet: Sheet, section: Section, form: Mapping[str, str], *, seen: str) -> Answers:
        """Save a section; all answers as they are then (rules 3 and 4).

        Args:
            sheet: As it is now.
            section: Whose form it is.
            form: Its fields.
            seen: The stamp of the section's answers that the form was shown with.

        Raises:
            ChangedElsewhereError: They are others now, and not what is saved here.
            PeersError: It is over for this evaluator.
        """
        now_ms = self._clock.read().wall_ms
        became: Answers = {}

        def saved(row: Row) -> Mapping[str, object]:
            nonlocal became
            held = self._answers(sheet.questionnaire, row)
            became = save(sheet.questionnaire, held, section, form)
            now = stamp(held, section)
            if not hmac.compare_digest(now, seen) and now != stamp(became, section):
                raise ChangedElsewhereError
            return {"said": self._vault.seal("said", sheet.evaluator_id, dict(became))}

        with self._store.rows() as rows:
            done = self._desk.standings.apply(rows, sheet.evaluator_id, Saved(at_ms=now_ms), also=saved)
        if done.refused is not None:
            raise _refusal(done.refused)
        return became

    def send(self, sheet: Sheet, *, seen: str) -> bool:
        """Send the answers; whether the evaluator has ever scanned with the person (where not, they decline by it).

        Raises:
            IncompleteError: Something is lacking.
            ChangedElsewhereError: The answers are others than those that were reviewed.
            PeersError: It is over for this evaluator.
        """
        now_ms = self._clock.read().wall_ms

        def sent(row: Row) -> Mapping[str, object]:
            held = self._answers(sheet.questionnaire, row)
            if not hmac.compare_digest(stamp(held), seen):
                raise ChangedElsewhereError
            missing = lacking(sheet.questionnaire, held)
            if missing:
                raise IncompleteError(count=len(missing))
            return {"said": self._vault.seal("said", sheet.evaluator_id, dict(told(sheet.questionnaire, held)))}

        if not hmac.compare_digest(sheet.stamp(), seen):
            raise ChangedElsewhereError
        is_never = never_scanned(sheet.questionnaire, sheet.answers)
        event = Declined(at_ms=now_ms, reason="never-scanned") if is_never else Answered(at_ms=now_ms)
        with self._store.rows() as rows:
            done = self._desk.standings.apply(rows, sheet.evaluator_id, event, also=sent)
        if done.refused is not None:
            raise _refusal(done.refused)
        self._desk.wake(sheet.panel_id)
        return not is_never

    def decline(self, sheet: Sheet, reason: DeclineReason) -> None:
        """Decline; what was saved before is forgotten.

        Raises:
            PeersError: It is over for this evaluator.
        """
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            event = Declined(at_ms=now_ms, reason=reason)
            done = self._desk.standings.apply(rows, sheet.evaluator_id, event, also=lambda _row: {"said": None})
        if done.refused is not None:
            raise _refusal(done.refused)
        self._desk.wake(sheet.panel_id)

    def leave(self, secret: str) -> None:
        """End a session: what was saved stays, and the link opens it again."""
        with self._store.rows() as rows:
            rows.remove_links(digest=token_digest(secret), purpose="session")

    def known_off(self, token: str) -> bool:
        """Whether a link to ask for no more mail is one of ours."""
        return self._store.by_link(token_digest(token), "off") is not None

    def quiet(self, token: str, *, is_for_ever: bool) -> None:
        """No more mail: about this evaluation, or ever.

        Raises:
            UnknownLinkError: There is no such link.
        """
        row = self._store.by_link(token_digest(token), "off")
        if row is None:
            raise UnknownLinkError
        now_ms = self._clock.read().wall_ms
        evaluator_id = str(row["evaluator_id"])
        digest = self._vault.address_digest(person_of(self._vault, row).email)
        several = self._store.of_person(evaluator_id)
        with self._store.rows(in_turn=True) as rows:
            rows.hold_panels({one["panel_id"] for one in several})
            for one in several:
                self._desk.standings.apply(rows, one["evaluator_id"], Quieted(at_ms=now_ms))
            if is_for_ever:
                with contextlib.suppress(TakenError):  # they have said so before
                    rows.add(UNWANTED, address_digest=digest, at_ms=now_ms)
            rows.note(
                evaluator_id,
                at_ms=now_ms,
                action="quiet",
                now="ever" if is_for_ever else "here",
                who="evaluator",
                why="",
            )
        self._desk.wake(str(row["panel_id"]))

    def _sheet(self, row: Row) -> Sheet:
        questionnaire = questionnaire_files.shipped().named(row["questionnaire"])
        standing = standing_of(row)
        about = self._vault.open("panel", row["panel_id"], row["about"])
        return Sheet(
            evaluator_id=row["evaluator_id"],
            panel_id=row["panel_id"],
            candidate_name=str(about.get("candidate_name", "")),
            area=ContentArea(row["area"]),
            closes_ms=row["closes_ms"],
            standing=standing,
            questionnaire=questionnaire,
            answers=self._answers(questionnaire, row),
        )

    def _answers(self, questionnaire: Questionnaire, row: Row) -> Answers:
        if row["said"] is None:
            return {}
        return read_stored(questionnaire, self._vault.open("said", row["evaluator_id"], row["said"]))


def _add_session(rows: PeerRows, secret: str, evaluator_id: str, now_ms: int) -> None:
    rows.add(
        LINK,
        digest=token_digest(secret),
        evaluator_id=evaluator_id,
        purpose="session",
        mail_id="",
        expires_ms=now_ms + SESSION_MS,
    )


def _refusal(code: RefusedCode) -> PeersError:
    match code:
        case "sent":
            return SentAlreadyError()
        case "declined":
            return DeclinedAlreadyError()
        case "replaced":
            return NoLongerAskedError()
        case "over" | "not-invited":
            return WindowOverError()
