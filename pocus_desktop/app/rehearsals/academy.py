"""The academy of a rehearsal: its key ceremony, its programme, and whom it enrols."""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pocus_desktop.app.demo import SAMPLE
from pocus_desktop.app.rehearsals.computers import PROGRAM, Computer, told_after

AREA: Final = "lower-extremity-dvt"
CENTRE: Final = "riverside"
_NUMBERED: Final = re.compile(r"(\d+)\. (\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What a candidate and their proctor are told.

    Attributes:
        admission: The admission's id.
    """

    admission: str
    sign_in: str
    start: str


@dataclass(kw_only=True)
class Academy:
    """The academy's computer, its officers' media, and the stick that goes to the centre.

    Attributes:
        folder: Of the rehearsal.
        is_quiet: Print its commands only where one goes wrong.
        program: What starts the program on the academy's computer.
        environment: What its commands find set.
    """

    folder: Path
    is_quiet: bool = False
    program: Sequence[str] = PROGRAM
    environment: Mapping[str, str] = field(default_factory=dict)
    computer: Computer = field(init=False)

    def __post_init__(self) -> None:
        self.computer = Computer(
            name="academy",
            folder=self.folder / "academy",
            is_quiet=self.is_quiet,
            program=self.program,
            environment=self.environment,
        )
        self.stick.mkdir()

    @property
    def stick(self) -> Path:
        """What is carried."""
        return self.folder / "stick"

    @property
    def public(self) -> Path:
        """The academy's public keys."""
        return self.computer.folder / "academy.pub"

    def hold_ceremony(self) -> None:
        """Root and targets held by two of three; snapshot and timestamp by the publishing computer."""
        do = self.computer.run
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
        do, first, second = self.computer.run, *people
        source = self.computer.folder / f"source-{version}"
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

    def enrol(self, computers: Sequence[tuple[Computer, str]], *, url: str = "") -> None:
        """Each by file: its request out, its grant back.

        Args:
            computers: Each with its kind, `centre` or `station`.
            url: Where the hub answers; empty where nothing goes over a network.
        """
        self.computer.run("hub", "terms", "--root", "depot/metadata/1.root.json", "--url", url)
        for computer, kind in computers:
            request, grant = self.stick / f"{computer.name}.request", self.stick / f"{computer.name}.grant"
            asked = ("--name", computer.name, "--kind", kind, "--centre", CENTRE, "--out", request)
            computer.run("enrol", "request", *asked)
            self.computer.run("hub", "enrol", request, "--out", grant)
            computer.run("enrol", "accept", grant, "--academy", self.public)

    def admit(self, candidates: Mapping[str, str]) -> dict[str, Codes]:
        """Admit each for today and tomorrow at the centre; the codes that are told once.

        Args:
            candidates: Names by ID.
        """
        do = self.computer.run
        do("hub", "zone", CENTRE, "UTC")
        today = datetime.now(UTC)
        days = ["--from", f"{today:%Y-%m-%d}", "--until", f"{today + timedelta(days=1):%Y-%m-%d}"]
        codes: dict[str, Codes] = {}
        for candidate, name in candidates.items():
            do("hub", "candidate", "add", "--id", candidate, "--name", name)
            told = do(
                "hub", "admit", "--candidate", candidate, "--bundle", SAMPLE.name, "1", *days, "--centre", CENTRE,
                "--out", f"{candidate}.admission",
            )  # fmt: skip
            codes[candidate] = Codes(
                admission=told_after(told, f"{candidate}.admission"),
                sign_in=told_after(told, "The candidate's sign-in code:"),
                start=told_after(told, "The proctor's start code:"),
            )
        return codes

    def make_roster(self) -> Path:
        """The centre's day, on the stick."""
        roster = self.stick / f"{CENTRE}.roster"
        self.computer.run(
            "hub", "roster", "--centre", CENTRE, "--day", f"{datetime.now(UTC):%Y-%m-%d}", "--out", roster
        )
        return roster

    def release(self, bundle: Path, to: Sequence[Computer]) -> tuple[Path, str]:
        """The bundle's key for computers that were enrolled, on the stick, and the words that open it."""
        release, today = self.stick / "release", datetime.now(UTC)
        began, over = today - timedelta(hours=1), today + timedelta(days=1)
        window = ["--not-before", f"{began:%Y-%m-%dT%H:%M%z}", "--not-after", f"{over:%Y-%m-%dT%H:%M%z}"]
        recipients = [part for computer in to for part in ("--to", self.stick / f"{computer.name}.request")]
        told = self.computer.run(
            "unlock", "make", "--bundle", bundle, "--publisher", "dee/publisher.pub", *recipients, *window,
            "--with-words", "--out", release, secret={"POCUS_CONTENT_KEY": self._content_key(bundle, "dee")},
        )  # fmt: skip
        words = sorted((int(number), word) for number, word in _NUMBERED.findall(told))
        return release, " ".join(word for _, word in words)

    def rotate_and_revoke(self) -> None:
        """Cho hands over to Fay; Eve is replaced by Gus and revoked."""
        do = self.computer.run
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

    def _medium(self, name: str) -> Path:
        return self.folder / f"medium-{name}"

    def _keys_of(self, name: str) -> Path:
        """An officer's medium, or a publisher's folder at the academy."""
        medium = self._medium(name)
        return medium if medium.is_dir() else Path(name)

    def _new_publisher(self, name: str) -> None:
        self.computer.run("keys", "init", "--role", "publisher", "--keys", name)
        self._keep(f"{name}/publisher.pub", self.computer.run("keys", "show", "--role", "publisher", "--keys", name))

    def _sign(self, *names: str) -> None:
        for name in names:
            self.computer.run("trust", "sign", "--depot", "depot", "--keys", self._keys_of(name), "--yes")

    def _sign_elsewhere(self, name: str) -> None:
        """By passing files: the signer's computer has no depot."""
        medium = self._medium(name)
        self.computer.run("trust", "request", "--depot", "depot", "--out", medium)
        officer = Computer(name=f"officer {name}", folder=self.folder / f"computer-{name}", is_quiet=self.is_quiet)
        requests = sorted(medium.glob("*.signing-request.json"))
        for request in requests:
            officer.run("trust", "sign", "--file", request, "--keys", medium, "--yes")
        self.computer.run("trust", "collect", "--depot", "depot", *requests)

    def _put_in_force(self) -> None:
        self.computer.run("trust", "publish", "--depot", "depot", "--online-keys", "online")

    def _make_stick(self) -> None:
        stick = self.stick / "depot"
        root = "depot/metadata/1.root.json"
        self.computer.run("depot", "stick", "--depot", "depot", "--to", stick, "--root", root, "--bundle", SAMPLE.name)

    def _content_key(self, bundle: Path, publisher: str) -> str:
        trusted = f"{publisher}/publisher.pub"
        told = self.computer.run(
            "bundle", "content-key", bundle, "--publisher", trusted, "--keys", publisher, is_secret=True
        )
        return told.strip()

    def _keep(self, name: str, text: str) -> None:
        (self.computer.folder / name).write_text(text, encoding="utf-8")
