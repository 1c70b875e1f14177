"""The system check of the command line: the same probes as the candidate's, and what a station is made of."""

from collections.abc import Callable

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.app.display import can_show_windows
from pocus_desktop.cli.faces import Finding
from pocus_desktop.crypto.keystore import CHOICE_FILE
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.sync.log_watch import LogWatch
from pocus_desktop.ui.check.battery import probe_battery, read_power
from pocus_desktop.ui.check.clock import probe_clock
from pocus_desktop.ui.check.disk import probe_disk
from pocus_desktop.ui.check.finding import Finding as Probed
from pocus_desktop.ui.check.screen import probe_screen, read_screens
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.words import Words

_STATES = {"ok": "ok", "note": "warning", "problem": "failed"}


def examine(home: Home) -> tuple[Finding, ...]:
    """Look at everything a sitting needs; the screen's probe wants a display, and is left out where there is none."""
    probes: list[Callable[[], Probed]] = [
        lambda: probe_disk(home.folder),
        lambda: probe_clock(SystemClock().read()),
        lambda: probe_battery(read_power()),
    ]
    if can_show_windows():
        make_application([])
        probes.append(lambda: probe_screen(read_screens()))
    return (_engine(), *(_told(probe()) for probe in probes), _trust(home), _keys(home), *_academy_log(home))


def _engine() -> Finding:
    engine = VlcEngine()
    try:
        report = engine.check()
    finally:
        engine.close()
    if report.problem is None:
        return Finding(name="libVLC", state="ok", told=f"Version {report.version} shows a test clip.")
    return _problem("libVLC", "failed", report.problem)


def _trust(home: Home) -> Finding:
    try:
        enrolment = Enrolment.load(home.trust)
    except PocusError as error:
        return _problem("station", "warning", error)
    told = f"Trusts {len(enrolment.publishers)} publisher's and {len(enrolment.hubs)} academy's keys."
    return Finding(name="station", state="ok", told=told)


def _academy_log(home: Home) -> tuple[Finding, ...]:
    """What is remembered of the academy's log, and what it has to explain; nothing where no receipt came yet."""
    try:
        watch = LogWatch(home.academy_log, Enrolment.load(home.trust).hubs)
        alarms, seen = watch.alarms(), watch.seen()
    except PocusError:  # told by the station's own line
        return ()
    if alarms:
        return tuple(
            Finding(
                name="academy's log",
                state="failed",
                told=f"It contradicts what it signed before [{alarm.code}].",
                remedy=f"Keep {alarm.path} and show it to the academy and whoever supervises it. Results still go out.",
            )
            for alarm in alarms
        )
    if seen is None:
        return ()
    waiting = len(watch.unproved())
    told = f"Known up to entry {seen.head.size}" + (f"; {waiting} later heads wait for a proof." if waiting else ".")
    return (Finding(name="academy's log", state="ok", told=told),)


def _keys(home: Home) -> Finding:
    if (home.keys / CHOICE_FILE).is_file():
        return Finding(name="keys", state="ok", told=f"Where they live was chosen in {home.keys}.")
    return Finding(name="keys", state="ok", told="None yet; they are made at the first start.")


def _told(probed: Probed) -> Finding:
    words = Words("en")
    params = dict(probed.params)
    remedy = words(f"check.{probed.code}.next", **params) if probed.level != "ok" else ""
    return Finding(
        name=probed.probe,
        state=_STATES[probed.level],
        told=words(f"check.{probed.code}.what", **params),
        remedy=remedy,
    )


def _problem(name: str, state: str, error: PocusError) -> Finding:
    told = error.explain()
    return Finding(name=name, state=state, told=told.what, remedy=told.next)
