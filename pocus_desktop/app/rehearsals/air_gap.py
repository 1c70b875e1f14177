"""The air-gapped rehearsal: from key ceremony to revocation on separate computers, joined by one stick.

The academy's computer, each officer's medium and a station are folders. Nothing speaks over a network.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pocus_desktop.app.demo import SAMPLE, NoSampleError
from pocus_desktop.app.rehearsals.academy import Academy, Codes
from pocus_desktop.app.rehearsals.computers import Computer, RehearsalFailedError, say

CANDIDATE: Final = "C-1001"


def rehearse(out: Path) -> int:
    """The air-gapped rehearsal, in a fresh folder below `out`; the exit status.

    Raises:
        NoSampleError: The sample case is not there.
        RehearsalFailedError: A step failed, or something that must be refused was not.
    """
    AirGap(folder=fresh_folder(out)).run()
    return 0


def fresh_folder(out: Path) -> Path:
    """Where a rehearsal happens.

    Raises:
        NoSampleError: The sample case is not there.
    """
    if not SAMPLE.is_dir():
        raise NoSampleError(folder=str(SAMPLE))
    folder = (out / datetime.now(UTC).strftime("rehearsal-%Y%m%d-%H%M%S")).resolve()
    folder.mkdir(parents=True)
    return folder


@dataclass(kw_only=True)
class AirGap:
    """The steps, in order, each a day or an act of its own."""

    folder: Path
    academy: Academy = field(init=False)
    centre: Computer = field(init=False)
    station: Computer = field(init=False)

    def __post_init__(self) -> None:
        self.academy = Academy(folder=self.folder)
        self.centre = Computer(name="riverside", folder=self.folder / "centre")
        self.station = Computer(name="desk-1", folder=self.folder / "station")

    def run(self) -> None:
        """All of it.

        Raises:
            RehearsalFailedError: A step failed, or something that must be refused was not.
        """
        say("1  The key ceremony: three officers, keys on media of their own")
        self.academy.hold_ceremony()
        say("2  The programme: two people build, sign and publish a bundle that stays ciphertext")
        bundle = self.academy.publish(version=1, people=("dee", "eve"))
        say("3  Centre and station: their requests go out and their grants come back on the stick")
        self.academy.enrol([(self.centre, "centre"), (self.station, "station")])
        say("4  The centre's roster and the bundle go to the station; the key does not")
        codes, words = self.admit(bundle)
        say("5  The day: twelve words open the bundle, and the candidate sits")
        self.sit(codes, words)
        say("6  The sealed result goes back on the stick, is scored, and is answered")
        self.bring_back()
        say("7  An officer is replaced, a signer is revoked, and the station follows from the stick")
        self.follow_revocation(bundle)
        say(f"The rehearsal is over. Everything of it is in {self.folder}")

    def admit(self, bundle: Path) -> tuple[Codes, str]:
        """The candidate is admitted at the academy; codes and words are written down, the rest is carried."""
        codes = self.academy.admit({CANDIDATE: "Alex Moreno"})
        roster = self.academy.make_roster()
        release, words = self.academy.release(bundle, [self.station])
        self.station.run("depot", "fetch", self.academy.stick / "depot", "--bundle", SAMPLE.name)
        self.station.run("roster", "import", roster)
        self.station.run("unlock", "apply", release)
        return codes[CANDIDATE], words

    def sit(self, codes: Codes, words: str) -> None:
        """Refused before the words are spoken; then opened, and sat to the end."""
        sit = (
            "rehearse", "candidate", "--id", CANDIDATE, "--answers", SAMPLE, "--start-code", codes.start,
            "--sign-in-code", codes.sign_in,
        )  # fmt: skip
        self.station.run(*sit, "--pictures", "refused", status=1)
        self.station.run("unlock", "apply", "--words", words)
        self.station.run(*sit, "--pictures", "screens")

    def bring_back(self) -> None:
        """Results out, receipts home, scores at the academy."""
        carried = self.academy.stick / "carry"
        shutil.copytree(self.station.folder / "home" / "carry", carried)
        do = self.academy.computer.run
        do("hub", "take", carried)
        scored = do("hub", "list", "--json")
        if '"status": "scored"' not in scored:
            raise RehearsalFailedError(step="hub list", status=0)
        for receipt in sorted((carried / "receipts").iterdir()):
            result = carried / "results" / receipt.name.partition(".")[0]
            self.station.run("receipt", "verify", receipt, "--result", result, "--academy", self.academy.public)

    def follow_revocation(self, bundle: Path) -> None:
        """What a revoked signer signed opens no new sitting."""
        self.academy.rotate_and_revoke()
        self.academy.publish(version=2, people=("dee", "gus"))
        carried = self.academy.stick / bundle.name
        shutil.copyfile(self.academy.computer.folder / bundle, carried)
        self.station.run("depot", "fetch", self.academy.stick / "depot", "--bundle", SAMPLE.name)
        self.station.run("bundle", "verify", carried, status=1)
        self.station.run("depot", "show")
