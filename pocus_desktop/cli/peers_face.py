"""What commands ask of the academy's peer evaluation; `app` hands it in."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.peers.combining import Combined
from pocus_desktop.programme.peers.evaluator import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """An evaluator as they are named."""

    name: str
    email: str
    background: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldMessage:
    """A message; `state` as docs/formats/peer-evaluation 8 has it."""

    mail_id: str
    kind: str
    number: int
    state: str
    changed_ms: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSeat:
    """An evaluator as the staff sees them."""

    evaluator_id: str
    number: int
    person: NamedPerson
    standing: Standing
    messages: tuple[ToldMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPanel:
    """The evaluators of one application and area; `wanted` more are to be named; `outcome` is what was decided."""

    panel_id: str
    application_id: str
    candidate_id: str
    candidate_name: str
    area: str
    questionnaire: str
    closes_ms: int
    wanted: int
    outcome: str | None
    seats: tuple[ToldSeat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantSeat:
    """An evaluator as the applicant sees them."""

    name: str
    stage: str
    may_be_replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantPanel:
    """The evaluators of one area as the applicant sees them."""

    area: str
    closes_ms: int
    wanted: int
    seats: tuple[ApplicantSeat, ...]


class PeersDesk(Protocol):
    """The peer evaluation of an open hub."""

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

    def run_due(self) -> int:
        """Send what is due, or leave it to the workers; how many messages went out."""

    def remind(self, evaluator_id: str, *, who: str, why: str) -> None:
        """Enter a reminder now."""

    def again(self, mail_id: str, *, who: str, why: str) -> bool:
        """Enter a message anew that failed or may have gone out; whether there was one."""

    def panels(self, candidate_id: str | None) -> Sequence[ToldPanel]:
        """All, or a person's."""

    def seen_by_applicant(self, candidate_id: str) -> Sequence[ApplicantPanel]:
        """A person's, as they see them."""

    def replace(self, evaluator_id: str, person: NamedPerson, *, who: str, why: str) -> str:
        """Name another in one's place; the new one's id."""

    def take_report(self, data: bytes) -> tuple[str, str, bool]:
        """Take a mail server's report; the message, the status, and whether it is for good."""

    def combined(self, panel_id: str) -> Combined:
        """What the answers come to."""

    def decide(self, panel_id: str, *, is_supported: bool, who: str, why: str) -> None:
        """Decide what the answers come to, and tell the candidate's portfolio."""

    def said(self, panel_id: str, *, who: str, why: str) -> Mapping[int, Mapping[str, str]]:
        """What was said, by evaluator's number; it is noted who looked."""


class OpenPeers(Protocol):
    """The hub's peer evaluation, open as long as the context lasts."""

    def __call__(
        self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None
    ) -> AbstractContextManager[PeersDesk]:
        """Open it."""
