"""What a centre's folders hold for its day: rosters, walk-ins, bundles, reports of its stations."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import preflight_report
from pocus_desktop.admission.admission import Admission
from pocus_desktop.admission.preflight_report import Report
from pocus_desktop.admission.roster import VerifiedRoster
from pocus_desktop.admission.roster_folder import rosters
from pocus_desktop.bundle.library import Library
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.policy import FILE as POLICY_FILE
from pocus_desktop.ui.proctor.desk import BundleCard

REPORT_SUFFIX: Final = ".dsse.json"
_HOUR_MS: Final = 3_600_000


class StrangersReportError(PocusError):
    """A preflight report is signed by no station that this centre knows."""

    code = "console.strangers_report"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The day's papers as they were read last.

    Attributes:
        day: The civil day; empty without a roster.
        admissions: Of that day's rosters, and the walk-ins that were admitted here.
        allowance_count: How many walk-ins the day's newest roster allows; 0 for none.
        walk_ins_used: How many numbers of it are used.
        walk_in_bundles: What they may sit.
        stations: Names and device keys of the centre's stations, by the id of the sealing key.
        reports: The newest preflight report of each station.
        bundles: What the day needs, and whether it is here.
    """

    day: str = ""
    admissions: tuple[Admission, ...] = ()
    allowance_count: int = 0
    walk_ins_used: int = 0
    walk_in_bundles: tuple[str, ...] = ()
    stations: Mapping[str, tuple[str, PublicKey]]
    reports: Mapping[str, Report]
    bundles: tuple["BundleFound", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFound:
    """Whether a bundle is in this computer's library, which takes none in that was not verified byte by byte.

    Attributes:
        version: Of the one that is here; None where there is none.
        problem: Why there is none.
    """

    bundle_id: str
    version: int | None = None
    problem: PocusError | None = None

    def card(self, language: str) -> BundleCard:
        """The same in words."""
        if self.problem is not None:
            return BundleCard(bundle_id=self.bundle_id, told=self.problem.explain(language), is_good=False)
        what = words.say("console.bundle_here", language, bundle=self.bundle_id, version=self.version)
        return BundleCard(bundle_id=self.bundle_id, told=Explanation(what=what, next=""), is_good=True)


def read_papers(home: Home, hubs: Iterable[PublicKey], *, wall_ms: int) -> Papers:
    """Read them anew; what no longer verifies is passed over and logged.

    Args:
        home: The centre's.
        hubs: Whose rosters are believed.
        wall_ms: The present, by which the day is chosen: today's, else that of the newest roster.
    """
    held = rosters(home, hubs)
    chosen = next(
        (one for one in held if one.roster.day.isoformat() == _today(one, wall_ms)), held[0] if held else None
    )
    of_day = [one for one in held if chosen is not None and one.roster.day == chosen.roster.day]
    stations = {one.sealing.key_id: (one.name, one.signing) for each in reversed(held) for one in each.roster.stations}
    found = {one.admission.admission_id: one.admission for each in of_day for one in each.admissions}
    used = 0
    allowance = chosen.allowance if chosen is not None else None
    if allowance is not None:
        for path in home.rosters.glob(f"{allowance.allowance_id}-*{ADMISSION_SUFFIX}"):
            used += 1
            with suppress(OSError, PocusError):  # a damaged one keeps its number, and is no one's
                one = admissions.recall(path.read_bytes()).admission
                found[one.admission_id] = one
    needed = {(one.bundle_id, one.minimum_version) for one in found.values()}
    if allowance is not None:
        needed |= {(one.bundle_id, one.minimum_version) for one in allowance.bundles}
    return Papers(
        day="" if chosen is None else chosen.roster.day.isoformat(),
        admissions=tuple(found.values()),
        allowance_count=0 if allowance is None else allowance.count,
        walk_ins_used=used,
        walk_in_bundles=() if allowance is None else tuple(one.bundle_id for one in allowance.bundles),
        stations=stations,
        reports=_reports(home, [key for _name, key in stations.values()]),
        bundles=_found(home, sorted(needed)),
    )


def stamp(home: Home, wall_ms: int) -> tuple[int, ...]:
    """Changes whenever a paper comes or goes, since each is written beside its place and then named; and every hour.

    Papers are those of the day, and what says whom this centre believes and what it may grant.

    Args:
        home: The centre's.
        wall_ms: The present: which day it is changes at some full hour.
    """
    found = [wall_ms // _HOUR_MS]
    for path in (home.rosters, home.library, _folder(home), home.trust, home.trust_state, home.grant, _policy(home)):
        try:
            found.append(path.stat().st_mtime_ns)
        except OSError:
            found.append(0)
    return tuple(found)


def file_report(home: Home, envelope: bytes, keys: Iterable[PublicKey]) -> Report:
    """Keep a station's preflight report in the room's folder.

    Raises:
        StrangersReportError: No station of this centre signed it.
        FileRefusedError: The disk does not take it.
        PocusError: `crypto.*`, `sitting.bad_preflight_report`: it is none.
    """
    try:
        report = preflight_report.read(envelope, keys)
    except PocusError as problem:
        if problem.code == "crypto.not_enough_signatures":
            raise StrangersReportError from problem
        raise
    name = "".join(one if one.isalnum() or one == "-" else "_" for one in report.station)
    try:
        write_atomically(_folder(home) / f"{name}-{report.made_at_ms}{REPORT_SUFFIX}", envelope)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return report


def _found(home: Home, needed: Iterable[tuple[str, int]]) -> tuple[BundleFound, ...]:
    library = Library(home.library)
    found = []
    for bundle_id, version in needed:
        try:
            found.append(BundleFound(bundle_id=bundle_id, version=library.find(bundle_id, version).version))
        except PocusError as problem:
            found.append(BundleFound(bundle_id=bundle_id, problem=problem))
    return tuple(found)


def _reports(home: Home, keys: Iterable[PublicKey]) -> Mapping[str, Report]:
    keys, newest = tuple(keys), dict[str, Report]()
    for path in _folder(home).glob(f"*{REPORT_SUFFIX}"):
        try:
            report = preflight_report.read(path.read_bytes(), keys)
        except OSError as problem:
            log.failure(FileRefusedError.of(problem))
        except PocusError as error:  # of a station that is no longer this centre's
            log.failure(error)
        else:
            before = newest.get(report.station)
            if before is None or before.made_at_ms < report.made_at_ms:
                newest[report.station] = report
    return newest


def _folder(home: Home) -> Path:
    return home.room / "preflight"


def _policy(home: Home) -> Path:
    return home.room / POLICY_FILE


def _today(roster: VerifiedRoster, wall_ms: int) -> str:
    try:
        zone = ZoneInfo(roster.roster.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    return datetime.fromtimestamp(wall_ms / 1000, tz=UTC).astimezone(zone).date().isoformat()
