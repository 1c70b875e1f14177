"""Who takes part in a rehearsal of the programme, and what they know of each other as it goes on."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from pocus_desktop.app.rehearsals.academy import Academy
from pocus_desktop.app.rehearsals.computers import Computer, Running
from pocus_desktop.app.rehearsals.programme.clock import DAY_MS, MovedClock
from pocus_desktop.app.rehearsals.programme.post import PostOffice
from pocus_desktop.app.rehearsals.programme.record import Record
from pocus_desktop.app.rehearsals.programme.web import Officer, Web
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.days import local_day

AREA: Final = "lower-extremity-dvt"
NAME: Final = "Ana Ruiz Ortega"
EMAIL: Final = "ana.ruiz@hospital.example"
ZONE: Final = "America/Bogota"


@dataclass(kw_only=True)
class Cast:
    """Everyone and everything.

    Attributes:
        academy: Its computer, its keys, its depot.
        station: Where assessments are sat.
        home: Of the candidate's portfolio, on their own computer.
        running: What the academy serves with.
        number: The candidate's ID number, once there is one.
        certificate: Where the candidate's copy lies.
    """

    folder: Path
    record: Record
    clock: MovedClock
    academy: Academy
    centre: Computer
    station: Computer
    post: PostOffice
    web: Web
    running: list[Running] = field(default_factory=list)
    url: str = ""
    officers: dict[str, Officer] = field(default_factory=dict)
    number: str = ""
    application: str = ""
    sittings: list[str] = field(default_factory=list)
    certificate_id: str = ""

    @property
    def home(self) -> Home:
        """Of the candidate's own computer."""
        return Home(folder=self.folder / "candidate" / "home")

    @property
    def papers(self) -> Path:
        """What the candidate has in a drawer."""
        folder = self.folder / "candidate" / "papers"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def today(self) -> date:
        """Where the candidate lives."""
        return local_day(self.clock.read().wall_ms, ZONE)

    def let_days_pass(self, days: int) -> None:
        """For everybody."""
        self.clock.advance(ms=days * DAY_MS)
