"""What a screen shows of a portfolio, computed from what is kept."""

from dataclasses import dataclass, field
from datetime import date

from pocus_desktop.programme.answer import Answer
from pocus_desktop.programme.cme.progress import Progress
from pocus_desktop.programme.cme.standing import Standing
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.certificates import KeptCertificate
from pocus_desktop.programme.own.outgoing import FileStage, FileState
from pocus_desktop.programme.places import Refusal, SittingPlace
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.step import NextStep
from pocus_desktop.programme.voucher import Life


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioView:
    """What a screen shows.

    Attributes:
        on: Today, where the candidate lives.
        cycles: Cycles of education that run.
        every_cycle: Those, and all that are over.
        credits: What each credit counts for, the last one first.
        waiting: Documents that no receipt covers.
        refused: Documents that the academy refused, each with the code of why.
        received: By entry of a voucher, when the academy had it.
        synced_ms: When everything had gone and come last; None where it never had.
        kept: Certificates whose files are here.
        places: Where each assessment is sat, or why not yet.
        trouble: What kept the last round from being done, where a person has to do something; None for nothing.
        files: Every file that a document names, and where it stands.
        files_agreed_ms: When the candidate agreed that files go to this academy; None where they did not.
        claimed: The ID number that the candidate says to have, while the academy has not confirmed one.
    """

    portfolio: Portfolio
    rules: Rules
    now_ms: int
    on: date
    steps: tuple[NextStep, ...]
    answers: tuple[Answer, ...]
    lives: tuple[Life, ...]
    cycles: tuple[Progress, ...]
    every_cycle: tuple[Progress, ...]
    credits: tuple[Standing, ...]
    academy: Academy
    waiting: int = 0
    refused: tuple[tuple[AnyDocument, str], ...] = ()
    received: dict[str, int] = field(default_factory=dict)
    synced_ms: int | None = None
    kept: tuple[KeptCertificate, ...] = ()
    places: tuple[SittingPlace, ...] = ()
    trouble: Refusal | None = None
    files: tuple[FileState, ...] = ()
    files_agreed_ms: int | None = None
    claimed: str = ""

    @property
    def not_taken(self) -> int:
        """Documents and files that the academy refused."""
        return len(self.refused) + sum(one.stage is FileStage.REFUSED for one in self.files)

    @property
    def files_here(self) -> int:
        """Files that stay here until the candidate says whether the academy may have them."""
        return sum(one.stage is FileStage.HERE for one in self.files) if self.academy.keys else 0

    @property
    def files_in_trouble(self) -> int:
        """Files that cannot reach the academy as they are."""
        trouble = {FileStage.REFUSED, FileStage.MISSING, FileStage.NOT_TAKEN}
        return sum(one.stage in trouble for one in self.files)

    @property
    def files_waiting(self) -> int:
        """Files that are still to go."""
        return sum(one.stage in {FileStage.WAITING, FileStage.SENDING} for one in self.files)
