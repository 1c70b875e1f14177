"""`pocus rehearse`: the whole delivery with scripted people, so that the real day holds no surprise.

The air-gapped one runs every step as one command in a process of its own, on computers that are folders: the academy's,
each officer's medium, a station, and one stick that is carried between them. Nothing speaks over a network.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pocus_desktop.app.candidate import open_station
from pocus_desktop.app.demo import SAMPLE, NoSampleError
from pocus_desktop.app.scripted_sitting import run_scripted
from pocus_desktop.authoring.walkthrough import read_walkthrough
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import HOME_VARIABLE, Home
from pocus_desktop.ui import qt_messages
from pocus_desktop.ui.scripted import Script

PASSPHRASE: Final = "rehearsal only"  # noqa: S105 - protects nothing but a rehearsal's throw-away keys
AREA: Final = "lower-extremity-dvt"
CANDIDATE: Final = "C-1001"
CENTRE: Final = "riverside"
_NUMBERED: Final = re.compile(r"(\d+)\. (\w+)")
_START: Final = "from pocus_desktop.app.main import main; main()"


class RehearsalFailedError(PocusError):
    """A step of the rehearsal went otherwise than it should."""

    code = "app.rehearsal_failed"
    blame = Blame.ENVIRONMENT


def sit_scripted(
    home: Home,
    *,
    candidate_id: str,
    admission_id: str,
    answers: Path,
    pictures: Path,
    start_code: str,
    sign_in_code: str,
    passphrase: str | None,
) -> int:
    """A scripted candidate sits an admission at this station; the exit status.

    Raises:
        PocusError: The station is not set up, the answers cannot be read, or the script got stuck.
    """
    log.start(home.log)
    qt_messages.route()
    script = Script(
        candidate_id=candidate_id,
        admission_id=admission_id,
        answers=read_walkthrough(answers),
        pictures=pictures,
        start_code=start_code,
        sign_in_code=sign_in_code,
        receipt_ms=2_000,
    )
    run_scripted(open_station(home, passphrase), script, home=home, clock=SystemClock())
    return 0


def rehearse(out: Path) -> int:
    """The air-gapped rehearsal, in a fresh folder below `out`; the exit status.

    Raises:
        NoSampleError: The sample case is not there.
        RehearsalFailedError: A step failed, or something that must be refused was not.
    """
    if not SAMPLE.is_dir():
        raise NoSampleError(folder=str(SAMPLE))
    folder = (out / datetime.now(UTC).strftime("rehearsal-%Y%m%d-%H%M%S")).resolve()
    folder.mkdir(parents=True)
    AirGap(folder=folder).run()
    return 0


@dataclass(kw_only=True)
class Computer:
    """A computer that is a folder: commands run in it, with a home and keys of its own."""

    name: str
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        *arguments: str | Path,
        status: int = 0,
        secret: Mapping[str, str] | None = None,
        is_secret: bool = False,
    ) -> str:
        """Run one command and print it; what it told.

        Args:
            arguments: What follows the program's name.
            status: How it shall end.
            secret: What it is told by its environment, and not printed.
            is_secret: What it tells is not printed either.

        Raises:
            RehearsalFailedError: It ended with another status.
        """
        words = [str(argument) for argument in arguments]
        _say(f"{self.name}$ pocus {' '.join(_quoted(word) for word in words)}")
        done = subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, "-c", _START, *words],
            cwd=self.folder,
            env={
                **os.environ,
                HOME_VARIABLE: str(self.folder / "home"),
                "POCUS_PASSPHRASE": PASSPHRASE,
                "QT_QPA_PLATFORM": "offscreen",
                **(secret or {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        told = done.stderr if is_secret else done.stdout + done.stderr
        for line in told.splitlines():
            _say(f"    {line}")
        if done.returncode != status:
            raise RehearsalFailedError(step=" ".join(words[:2]), status=done.returncode)
        return done.stdout


@dataclass(kw_only=True)
class AirGap:
    """The steps, in order, each a day or an act of its own."""

    folder: Path
    academy: Computer = field(init=False)
    centre: Computer = field(init=False)
    station: Computer = field(init=False)

    def __post_init__(self) -> None:
        self.academy = Computer(name="academy", folder=self.folder / "academy")
        self.centre = Computer(name="centre", folder=self.folder / "centre")
        self.station = Computer(name="station", folder=self.folder / "station")
        self.stick.mkdir()

    @property
    def stick(self) -> Path:
        """What is carried."""
        return self.folder / "stick"

    def run(self) -> None:
        """All of it.

        Raises:
            RehearsalFailedError: A step failed, or something that must be refused was not.
        """
        _say("1  The key ceremony: three officers, keys on media of their own")
        self.hold_ceremony()
        _say("2  The programme: two people build, sign and publish a bundle that stays ciphertext")
        bundle = self.publish(version=1, people=("dee", "eve"))
        _say("3  Centre and station: their requests go out and their grants come back on the stick")
        self.enrol()
        _say("4  The centre's roster and the bundle go to the station; the key does not")
        codes = self.admit(bundle)
        _say("5  The day: twelve words open the bundle, and the candidate sits")
        self.sit(codes)
        _say("6  The sealed result goes back on the stick, is scored, and is answered")
        self.bring_back()
        _say("7  An officer is replaced, a signer is revoked, and the station follows from the stick")
        self.rotate_and_revoke(bundle)
        _say(f"The rehearsal is over. Everything of it is in {self.folder}")

    def hold_ceremony(self) -> None:
        """Root and targets held by two of three; snapshot and timestamp by the publishing computer."""
        do = self.academy.run
        for name in ("ann", "ben", "cho"):
            do("trust", "key", "new", "--out", self._medium(name), "--name", name)
        for name in ("snapshot", "timestamp"):
            do("trust", "key", "new", "--out", "online", "--name", name)
        for name in ("dee", "eve"):
            self._new_publisher(name)
        do("keys", "init", "--role", "academy", "--keys", "keys")
        self._keep("academy.pub", do("keys", "show", "--role", "academy", "--keys", "keys"))
        officers = [self._medium(name) / f"{name}.pub" for name in ("ann", "ben", "cho")]
        roots = [part for path in officers for part in ("--root-key", path)]
        targets = [part for path in officers for part in ("--targets-key", path)]
        online = ["--snapshot-key", "online/snapshot.pub", "--timestamp-key", "online/timestamp.pub"]
        do("trust", "init", "--depot", "depot", *roots, *targets, *online, "--hub-key", "academy.pub")
        do("trust", "sign", "--depot", "depot", "--keys", self._medium("ann"), "--yes")
        self._sign_elsewhere("ben")
        self._put_in_force()
        people = [part for name in ("dee", "eve") for part in ("--key", f"{name}/publisher.pub")]
        do("trust", "delegate", "--depot", "depot", AREA, *people, "--threshold", "2")
        self._sign("ann", "cho", "dee", "eve")
        self._put_in_force()

    def publish(self, *, version: int, people: tuple[str, str]) -> Path:
        """Build, sign by two, list, and put on the stick; the bundle."""
        do, first, second = self.academy.run, *people
        source = self.academy.folder / f"source-{version}"
        shutil.copytree(SAMPLE, source)
        recipe = source / "bundle.yaml"
        recipe.write_text(recipe.read_text(encoding="utf-8").replace("version: 1", f"version: {version}"), "utf-8")
        do("bundle", "build", source, "--out", "built", "--academy", "academy.pub", "--keys", first, "--sealed")
        bundle = Path("built") / f"{SAMPLE.name}-v{version}.casebundle"
        do("bundle", "sign", bundle, "--publisher", f"{first}/publisher.pub", "--keys", second)
        do("depot", "publish", bundle, "--depot", "depot")
        self._sign(*people)
        self._put_in_force()
        trusted = [part for name in people for part in ("--publisher", f"{name}/publisher.pub")]
        key = {"POCUS_CONTENT_KEY": self._content_key(bundle, first)}
        do("hub", "register", bundle, "--scoring-key", bundle.with_suffix(".scoringkey"), *trusted, secret=key)
        self._make_stick()
        return bundle

    def enrol(self) -> None:
        """By file: request out, grant back."""
        self.academy.run("hub", "terms", "--root", "depot/metadata/1.root.json", "--url", "")
        for computer, name, kind in ((self.centre, "riverside", "centre"), (self.station, "desk-1", "station")):
            request, grant = self.stick / f"{name}.request", self.stick / f"{name}.grant"
            computer.run("enrol", "request", "--name", name, "--kind", kind, "--centre", CENTRE, "--out", request)
            self.academy.run("hub", "enrol", request, "--out", grant)
            computer.run("enrol", "accept", grant, "--academy", self.academy.folder / "academy.pub")

    def admit(self, bundle: Path) -> dict[str, str]:
        """The candidate is admitted at the academy; codes and words are written down, the rest is carried."""
        do = self.academy.run
        do("hub", "candidate", "add", "--id", CANDIDATE, "--name", "Alex Moreno")
        today = datetime.now(UTC)
        do("hub", "zone", CENTRE, "UTC")
        days = ["--from", f"{today:%Y-%m-%d}", "--until", f"{today + timedelta(days=1):%Y-%m-%d}"]
        told = do(
            "hub", "admit", "--candidate", CANDIDATE, "--bundle", SAMPLE.name, "1", *days, "--centre", CENTRE,
            "--out", "c-1001.admission",
        )  # fmt: skip
        roster = self.stick / "riverside.roster"
        do("hub", "roster", "--centre", CENTRE, "--day", f"{today:%Y-%m-%d}", "--out", roster)
        release = self.stick / "release"
        began, over = today - timedelta(hours=1), today + timedelta(days=1)
        window = ["--not-before", f"{began:%Y-%m-%dT%H:%M%z}", "--not-after", f"{over:%Y-%m-%dT%H:%M%z}"]
        words = do(
            "unlock", "make", "--bundle", bundle, "--publisher", "dee/publisher.pub", "--to",
            self.stick / "desk-1.request", *window, "--with-words", "--out", release,
            secret={"POCUS_CONTENT_KEY": self._content_key(bundle, "dee")},
        )  # fmt: skip
        self.station.run("depot", "fetch", self.stick / "depot", "--bundle", SAMPLE.name)
        self.station.run("roster", "import", roster)
        self.station.run("unlock", "apply", release)
        return {
            "sign-in": _code(told, "The candidate's sign-in code:"),
            "start": _code(told, "The proctor's start code:"),
            "words": _spoken(words),
        }

    def sit(self, codes: Mapping[str, str]) -> None:
        """Refused before the words are spoken; then opened, and sat to the end."""
        sit = (
            "rehearse", "candidate", "--id", CANDIDATE, "--answers", SAMPLE, "--start-code", codes["start"],
            "--sign-in-code", codes["sign-in"],
        )  # fmt: skip
        self.station.run(*sit, "--pictures", "refused", status=1)
        self.station.run("unlock", "apply", "--words", codes["words"])
        self.station.run(*sit, "--pictures", "screens")

    def bring_back(self) -> None:
        """Results out, receipts home, scores at the academy."""
        carried = self.stick / "carry"
        shutil.copytree(self.station.folder / "home" / "carry", carried)
        do = self.academy.run
        do("hub", "take", carried)
        scored = do("hub", "list", "--json")
        if '"status": "scored"' not in scored:
            raise RehearsalFailedError(step="hub list", status=0)
        for receipt in sorted((carried / "receipts").iterdir()):
            result = carried / "results" / receipt.name.partition(".")[0]
            verify = ("receipt", "verify", receipt, "--result", result)
            self.station.run(*verify, "--academy", self.academy.folder / "academy.pub")

    def rotate_and_revoke(self, bundle: Path) -> None:
        """Cho hands over to Fay; Eve is replaced by Gus and revoked; what she signed opens no new sitting."""
        do = self.academy.run
        do("trust", "key", "new", "--out", self._medium("fay"), "--name", "fay")
        self._new_publisher("gus")
        officers = [part for name in ("ann", "ben", "fay") for part in ("--key", self._medium(name) / f"{name}.pub")]
        for role in ("root", "targets"):
            do("trust", "rotate", "--depot", "depot", role, *officers, "--threshold", "2")
        people = [part for name in ("dee", "eve", "gus") for part in ("--key", f"{name}/publisher.pub")]
        do("trust", "delegate", "--depot", "depot", AREA, *people, "--threshold", "2")
        do("trust", "revoke", "--depot", "depot", "eve/publisher.pub")
        self._sign("ann", "ben", "dee", "gus")
        self._put_in_force()
        self.publish(version=2, people=("dee", "gus"))
        carried = self.stick / bundle.name
        shutil.copyfile(self.academy.folder / bundle, carried)
        self.station.run("depot", "fetch", self.stick / "depot", "--bundle", SAMPLE.name)
        self.station.run("bundle", "verify", carried, status=1)
        self.station.run("depot", "show")

    def _medium(self, name: str) -> Path:
        return self.folder / f"medium-{name}"

    def _keys_of(self, name: str) -> Path:
        """An officer's medium, or a publisher's folder at the academy."""
        medium = self._medium(name)
        return medium if medium.is_dir() else Path(name)

    def _new_publisher(self, name: str) -> None:
        self.academy.run("keys", "init", "--role", "publisher", "--keys", name)
        self._keep(f"{name}/publisher.pub", self.academy.run("keys", "show", "--role", "publisher", "--keys", name))

    def _sign(self, *names: str) -> None:
        for name in names:
            self.academy.run("trust", "sign", "--depot", "depot", "--keys", self._keys_of(name), "--yes")

    def _sign_elsewhere(self, name: str) -> None:
        """By passing files: the signer's computer has no depot."""
        medium = self._medium(name)
        self.academy.run("trust", "request", "--depot", "depot", "--out", medium)
        officer = Computer(name=f"officer {name}", folder=self.folder / f"computer-{name}")
        requests = sorted(medium.glob("*.signing-request.json"))
        for request in requests:
            officer.run("trust", "sign", "--file", request, "--keys", medium, "--yes")
        self.academy.run("trust", "collect", "--depot", "depot", *requests)

    def _put_in_force(self) -> None:
        self.academy.run("trust", "publish", "--depot", "depot", "--online-keys", "online")

    def _make_stick(self) -> None:
        stick = self.stick / "depot"
        root = "depot/metadata/1.root.json"
        self.academy.run("depot", "stick", "--depot", "depot", "--to", stick, "--root", root, "--bundle", SAMPLE.name)

    def _content_key(self, bundle: Path, publisher: str) -> str:
        trusted = f"{publisher}/publisher.pub"
        told = self.academy.run(
            "bundle", "content-key", bundle, "--publisher", trusted, "--keys", publisher, is_secret=True
        )
        return told.strip()

    def _keep(self, name: str, text: str) -> None:
        (self.academy.folder / name).write_text(text, encoding="utf-8")


def _code(told: str, label: str) -> str:
    """What stands behind a label in what a command told."""
    for line in told.splitlines():
        if line.startswith(label):
            return line.removeprefix(label).strip()
    raise RehearsalFailedError(step=label, status=0)


def _spoken(told: str) -> str:
    """The words for the day, in their order, from their numbered table."""
    return " ".join(word for _, word in sorted((int(n), word) for n, word in _NUMBERED.findall(told)))


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word or not word else word


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this command tells a person what happens
