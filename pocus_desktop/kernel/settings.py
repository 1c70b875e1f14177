"""Where this installation keeps its things: one folder, laid out once, named nowhere else."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "POCUS_HOME"
ADMISSION_SUFFIX = ".admission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folders below one installation's home.

    Attributes:
        folder: The home itself: `$POCUS_HOME`, else the operating system's place for a user's application data.
    """

    folder: Path

    @classmethod
    def default(cls) -> "Home":
        """The home that a person's own start of the program uses."""
        named = os.environ.get(HOME_VARIABLE)
        return cls(folder=Path(named) if named else Path(platformdirs.user_data_dir("POCUS Desktop", appauthor=False)))

    @property
    def library(self) -> Path:
        """Imported case bundles."""
        return self.folder / "library"

    @property
    def admissions(self) -> Path:
        """Admissions, as received."""
        return self.folder / "admissions"

    def admission(self, admission_id: str) -> Path:
        """Where one admission is kept."""
        return self.admissions / f"{admission_id}{ADMISSION_SUFFIX}"

    def begun(self, admission_id: str) -> Path:
        """The mark that an admission's sitting was begun here."""
        return self.admissions / f"{admission_id}.begun"

    @property
    def unlocks(self) -> Path:
        """Releases of embargoed bundles, and words for the day that were typed here."""
        return self.folder / "unlocks"

    @property
    def sittings(self) -> Path:
        """A folder for each sitting: journal, sealed results."""
        return self.folder / "sittings"

    @property
    def moves(self) -> Path:
        """Move permits: those that were issued here, and those that were used here."""
        return self.folder / "moves"

    @property
    def codes(self) -> Path:
        """One-time codes: at a centre, which were told; at a station, those that were tried at the sign-in."""
        return self.folder / "codes"

    @property
    def outbox(self) -> Path:
        """What waits to be sent, and the receipts that came back."""
        return self.folder / "outbox"

    @property
    def carry(self) -> Path:
        """Where sealed results stand to be carried by hand, when no hub has an address."""
        return self.folder / "carry"

    @property
    def keys(self) -> Path:
        """The key store's folder."""
        return self.folder / "keys"

    @property
    def trust(self) -> Path:
        """The keys this installation trusts."""
        return self.folder / "trust.json"

    @property
    def grant(self) -> Path:
        """The hub's signed enrolment of this installation."""
        return self.folder / "enrolment.grant"

    @property
    def rosters(self) -> Path:
        """The rosters that were taken in, and the walk-ins that were issued from them."""
        return self.folder / "rosters"

    @property
    def trust_state(self) -> Path:
        """The academy's trust metadata, followed since the enrolment."""
        return self.folder / "trust"

    @property
    def stale_override(self) -> Path:
        """A proctor's word that sittings may begin although the trust metadata is over."""
        return self.folder / "stale-override.json"

    @property
    def latest_time(self) -> Path:
        """The latest time seen, against clocks that are turned back."""
        return self.folder / "latest-time.json"

    @property
    def academy_log(self) -> Path:
        """What is remembered of the academy's log of results."""
        return self.folder / "academy-log"

    @property
    def room(self) -> Path:
        """A centre's: the journal of its room and what belongs to it."""
        return self.folder / "room"

    @property
    def paired_rooms(self) -> Path:
        """A station's: the consoles that it knows."""
        return self.folder / "paired-rooms.json"

    @property
    def relay(self) -> Path:
        """A centre's: its copy of the depot, and what its stations brought for the academy."""
        return self.folder / "room" / "relay"

    @property
    def programme_rules(self) -> Path:
        """The academy's own book of rules, where it has one."""
        return self.folder / "programme-rules.json"

    @property
    def portfolio(self) -> Path:
        """A candidate's: the documents of the way to a certificate, and files that prove them."""
        return self.folder / "portfolio"

    @property
    def log(self) -> Path:
        """The program's log."""
        return self.folder / "pocus.log"
