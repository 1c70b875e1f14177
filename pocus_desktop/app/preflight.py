"""Preflight: what would keep the admissions here from being sat, found out days before (docs/guides/exam-day).

Nothing is begun and no content is read: a bundle is verified by the digests that were signed. What is asked is whether
things hold at the moment of the sitting: the beginning of its window, or now where that is past.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, StationKeys, Window
from pocus_desktop.admission.enrolment import centre_id_of, held_grant
from pocus_desktop.admission.errors import TooLateError
from pocus_desktop.admission.latest_time import LatestTime, moment
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.preflight_report import STATION, Check, Report, sign
from pocus_desktop.admission.room_code import without_codes
from pocus_desktop.admission.roster_folder import rosters
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.admission.unlocking import content_key_for, released_key
from pocus_desktop.app.preflight_bundles import BundleChecks, FindKey
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.errors import PocusError, Safe
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.sitting.errors import MovedAwayError
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.ui.check.clock import probe_clock
from pocus_desktop.ui.check.disk import ROOM_BYTES, probe_disk

SITTING_BYTES: Final = 64 * 1024 * 1024
"""Room for one sitting: its journal, what is sealed from it, and the copy in the outbox, with plenty to spare."""

_TO_BE_SAT: Final = frozenset({"admission_sound", "to_be_resumed"})
_Params = dict[str, Safe]

LookAtEngine = Callable[[], Check]


@dataclass(frozen=True, slots=True)
class Day:
    """A civil day at this computer."""

    civil: date

    def overlaps(self, window: Window) -> bool:
        """Whether a sitting in this window may begin on this day."""
        begins, ends = self._midnight(self.civil), self._midnight(self.civil + timedelta(days=1))
        return (window.not_before_ms is None or window.not_before_ms < ends) and (
            window.not_after_ms is None or window.not_after_ms >= begins
        )

    @property
    def begins_ms(self) -> int:
        """Its first moment, in milliseconds since the Unix epoch."""
        return self._midnight(self.civil)

    @staticmethod
    def _midnight(day: date) -> int:
        return int(datetime.combine(day, time()).astimezone().timestamp() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """One station's preflight.

    Attributes:
        home: The station's.
        keys: The station's.
        trusting: Whom it believes.
        clock: The present.
        look_at_engine: Asks the media engine.
        centre_id: Of the centre that it is enrolled with; None where it was set up by hand.
    """

    home: Home
    keys: StationKeys
    trusting: Trusting
    clock: Clock
    look_at_engine: LookAtEngine
    centre_id: str | None = None

    def inspect(
        self,
        day: Day | None = None,
        *,
        progress: Callable[[Progress], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Report:
        """Look at everything.

        Args:
            day: Only what may be sat on this day; everything that is here where omitted.
            progress: Of reading the bundles, on this thread.
            cancel: Asked as often; true stops the reading, and the report says so.
        """
        bundles = BundleChecks(
            library=Library(self.home.library), trusting=self.trusting, now_ms=self._unlocks().now_ms()
        )
        checks: list[Check] = [*self._clock()]
        sittings = 0
        for path in sorted(self.home.admissions.glob(f"*{ADMISSION_SUFFIX}")):
            found = list(self._admission(path, day, bundles))
            sittings += any(check.code in _TO_BE_SAT for check in found)
            checks += found
        checks += self._disk(sittings)
        checks.append(self.look_at_engine())
        walk_ins = list(self._walk_ins(day, bundles))
        if not sittings and not walk_ins:
            checks.append(Check(subject=STATION, level="note", code="no_admissions"))
        checks += walk_ins
        checks += bundles.read_all(progress, cancel)
        checks += [Check.of(STATION, problem, level="note") for _, problem in self._unlocks().kept().problems]
        return Report(
            made_at_ms=self.clock.read().wall_ms,
            station=self.keys.station_id,
            day=day.civil.isoformat() if day is not None else "",
            application=__version__,
            checks=tuple(checks),
        )

    def _admission(self, path: Path, day: Day | None, bundles: BundleChecks) -> Iterator[Check]:
        """What concerns one admission; nothing where it is not for the day."""
        subject = path.name.removesuffix(ADMISSION_SUFFIX)
        try:
            admitted = admissions.verify(path.read_bytes(), self.trusting.hubs).admission
            if day is not None and not day.overlaps(admitted.window):
                return
            folder = SittingFolder(path=self.home.sittings / admitted.admission_id)
            station_id = self.keys.station_id if folder.permit() is None else None  # the centre let it go on here
            admissions.check(admitted, station_id=station_id, centre_id=self.centre_id)
        except OSError as problem:
            yield Check.of(subject, FileRefusedError.of(problem))
            return
        except PocusError as problem:
            yield Check.of(subject, problem)
            return
        if folder.has_journal:
            yield from self._begun(admitted, folder, bundles)
            return
        if self.home.begun(admitted.admission_id).exists():
            yield Check(subject=subject, level="problem", code="app.journal_lost", params={"admission": subject})
            return
        at_ms = self._moment(admitted.window, day)
        try:
            admissions.check(admitted, now_ms=at_ms)
        except TooLateError as problem:
            yield Check.of(subject, problem, level="note")
            return
        yield self._window(admitted)
        yield from (Check.of(subject, told, level="note") for told in without_codes([admitted], self.keys.station_id))
        yield self._trust(subject, str(admitted.mode), at_ms)
        yield from bundles.need(
            subject,
            admitted.bundle_id,
            admitted.minimum_version,
            at_ms=at_ms,
            find_key=self._finder(admitted, at_ms),
        )

    def _begun(self, admitted: Admission, folder: SittingFolder, bundles: BundleChecks) -> Iterator[Check]:
        """A sitting that was begun needs the version that it was begun with, and its key."""
        subject = admitted.admission_id
        try:
            if folder.closed() is not None:
                yield Check(subject=subject, level="ok", code="handed_in")
                return
            folder.require_here()
            header = folder.header()
        except MovedAwayError as problem:
            yield Check.of(subject, problem, level="note")
            return
        except PocusError as problem:
            yield Check.of(subject, problem)
            return
        yield from bundles.need_again(subject, header, find_key=self._finder(admitted, None))

    def _walk_ins(self, day: Day | None, bundles: BundleChecks) -> Iterator[Check]:
        """What walk-ins may sit by the rosters here; their keys come with their admissions or by a release."""
        now_ms = self._unlocks().now_ms()
        for each in rosters(self.home, self.trusting.hubs):
            allowance = each.allowance
            if allowance is None or allowance.not_after_ms < now_ms:
                continue
            window = Window(not_before_ms=allowance.not_before_ms, not_after_ms=allowance.not_after_ms)
            if day is not None and not day.overlaps(window):
                continue
            subject, at_ms = allowance.allowance_id, self._moment(window, day)
            yield Check(subject=subject, level="ok", code="walk_ins", params={"count": allowance.count})
            for wanted in allowance.bundles:
                yield self._trust(subject, str(wanted.mode), at_ms)
                find_key = self._release_finder(wanted.bundle_id, at_ms) if wanted.content_key is None else None
                yield from bundles.need(
                    subject, wanted.bundle_id, wanted.minimum_version, at_ms=at_ms, find_key=find_key
                )

    def _finder(self, admitted: Admission, at_ms: int | None) -> FindKey:
        held = self._unlocks().kept().held
        return lambda version: content_key_for(admitted, held, version=version, now_ms=at_ms)

    def _release_finder(self, bundle_id: str, at_ms: int) -> FindKey:
        held = self._unlocks().kept().held
        return lambda version: released_key(bundle_id, held, version=version, now_ms=at_ms)

    def _trust(self, subject: str, mode: str, at_ms: int) -> Check:
        """Whether what this station knows of the academy is fresh at the moment of the sitting."""
        state = self.trusting.state
        try:
            told = self.trusting.require_may_begin(mode, at_ms)
        except PocusError as problem:
            return Check.of(subject, problem)
        if state is None:
            return Check(subject=subject, level="ok", code="trust_by_hand")
        params: _Params = {"until": moment(state.expires_ms)}
        return Check(
            subject=subject,
            level="note" if told else "ok",
            code="trust_over_but_allowed" if told else "trust_fresh",
            params=params,
        )

    def _window(self, admitted: Admission) -> Check:
        begins, ends = admitted.window.not_before_ms, admitted.window.not_after_ms
        params: _Params = {
            "mode": str(admitted.mode),
            "begins": moment(begins) if begins is not None else "—",
            "ends": moment(ends) if ends is not None else "—",
        }
        return Check(subject=admitted.admission_id, level="ok", code="admission_sound", params=params)

    def _clock(self) -> Iterator[Check]:
        reading, seen_ms = self.clock.read(), LatestTime(self.home.latest_time).seen_ms()
        probed = probe_clock(reading)
        if probed.level == "problem":
            yield Check(subject=STATION, level="problem", code="clock_wrong", params=dict(probed.params))
        elif reading.wall_ms < seen_ms:
            behind: _Params = {"now": moment(reading.wall_ms), "seen": moment(seen_ms)}
            yield Check(subject=STATION, level="problem", code="app.clock_set_back", params=behind)
        else:
            told = f"{datetime.fromtimestamp(reading.wall_ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M %Z}"
            yield Check(subject=STATION, level="ok", code="clock_ok", params={"now": told})

    def _disk(self, sittings: int) -> Iterator[Check]:
        probed = probe_disk(self.home.folder)
        needed = ROOM_BYTES + sittings * SITTING_BYTES
        free = shutil.disk_usage(self.home.folder).free if self.home.folder.is_dir() else 0
        room: _Params = {"free_mb": free // 10**6, "needed_mb": needed // 10**6}
        if probed.code == "disk_refuses":
            yield Check(subject=STATION, level="problem", code="disk_refuses", params=dict(probed.params))
        elif probed.code == "disk_network":
            yield Check(subject=STATION, level="problem", code="disk_network", params=dict(probed.params))
        elif free < needed:
            yield Check(subject=STATION, level="problem", code="disk_full", params=room)
        else:
            yield Check(subject=STATION, level="ok", code="disk_ok", params=room)
        if probed.level == "note":
            yield Check(subject=STATION, level="note", code=probed.code, params=dict(probed.params))

    def _moment(self, window: Window, day: Day | None) -> int:
        """When the sitting may begin at the soonest, never before now."""
        begins = window.not_before_ms or 0
        return max(self._unlocks().now_ms(), begins, day.begins_ms if day is not None else 0)

    def _unlocks(self) -> UnlockDesk:
        return UnlockDesk(home=self.home, keys=self.keys, trusting=self.trusting, clock=self.clock)


def look_at_libvlc() -> Check:
    """Ask libVLC to show the test clip."""
    engine = VlcEngine()
    try:
        report = engine.check()
    finally:
        engine.close()
    if report.problem is not None:
        return Check.of(STATION, report.problem)
    return Check(subject=STATION, level="ok", code="engine_ok", params={"version": report.version})


def preflight(
    home: Home, *, day: date | None, passphrase: str | None, progress: Callable[[Progress], None] | None = None
) -> tuple[Report, bytes]:
    """The report of this station, and the same signed by it.

    Args:
        home: This station's.
        day: Only what may be sat on this civil day; everything that is here where omitted.
        passphrase: Of its keys, where the operating system has no key store.
        progress: Of reading the bundles.

    Raises:
        PocusError: The station was not set up, or its keys cannot be opened.
    """
    trusting = Trusting.load(home)
    keys = own_keys(open_keystore(home.keys, passphrase))
    grant = held_grant(home, trusting.hubs, keys)
    station = Preflight(
        home=home,
        keys=keys,
        trusting=trusting,
        clock=SystemClock(),
        look_at_engine=look_at_libvlc,
        centre_id=centre_id_of(grant),
    )
    report = station.inspect(Day(day) if day is not None else None, progress=progress)
    return report, sign(report, keys.signing)
