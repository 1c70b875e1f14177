"""`pocus portfolio open`: the candidate's own window over the portfolio of this computer, and the academy behind it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.roster_folder import take_admissions
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.display import require_display
from pocus_desktop.cli.options import key_for, read_public_keys
from pocus_desktop.cli.portfolio_stick import by_stick, tell_carried
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.kernel.settings import HOME_VARIABLE, Home
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.errors import NoAddressError
from pocus_desktop.programme.own.opening import open_portfolio, portfolio_key
from pocus_desktop.programme.own.sending import sync_once
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.hub_http import hub_address
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from pocus_desktop.ui import event_loop, qt_messages
from pocus_desktop.ui.launch import WINDOW_PX, make_application
from pocus_desktop.ui.portfolio.window import PortfolioWindow
from pocus_desktop.ui.words import Words

_PROGRAM: Final = (sys.executable, "-m", "pocus_desktop.app.main")


def show_own(home: Home, *, passphrase: str | None, language: str) -> int:
    """Run the window until it is closed; the exit status.

    Raises:
        PocusError: There is no display, or the portfolio cannot be opened.
    """
    require_display()
    qt_messages.route()
    clock = SystemClock()
    with open_portfolio(home, passphrase=passphrase, clock=clock) as desk:
        application = make_application()
        window = PortfolioWindow(
            desk,
            words=Words(language),
            sync=partial(synced, desk, home, passphrase, clock, language),
            carry=partial(carried, desk, language),
            read_keys=read_academy,
            sit=sitting_here(home, language),
        )
        window.resize(*WINDOW_PX)
        window.show()
        window.synchronise(is_quiet=True)
        try:
            return event_loop.run(application)
        finally:
            window.close()


def read_academy(path: Path, url: str) -> Academy:
    """An academy by its file of public keys.

    Raises:
        BadPublicKeysError: It does not list both kinds.
        BadAddressError: The address is none.
    """
    keys = read_public_keys(path)
    for algorithm in ("ed25519", "x25519"):
        key_for(keys, algorithm, path)
    if url:
        hub_address(url)
    return Academy(url=url, keys=keys)


def synced(desk: PortfolioDesk, home: Home, passphrase: str | None, clock: Clock, language: str) -> Explanation:
    """Send and fetch once, and tell it.

    Raises:
        PocusError: Why something is still to go or to come.
    """
    changes.require_account(desk.portfolio())
    academy = desk.require_academy()
    if not academy.url:
        raise NoAddressError
    with HubClient(academy.url) as client:
        carrier = HubPortfolios(client, portfolio_key(home, passphrase), clock)
        found = sync_once(desk, carrier, carrier)
    if found.error is not None:
        raise found.error
    fetch_admissions(desk, home, passphrase, clock)
    if found.problem is not None:
        raise found.problem
    what = words.say("portfolio.tell.synced_what", language, sent=found.sent, new=found.new_papers)
    if found.files is not None and found.files.sent:
        what = f"{what} {words.say('portfolio.tell.synced_files', language, count=found.files.sent)}"
    told = words.say("portfolio.tell.synced_refused", language, count=found.not_taken) if found.not_taken else ""
    return Explanation(what=what, next=told)


def carried(desk: PortfolioDesk, language: str, stick: Path, is_writing: bool) -> Explanation:  # noqa: FBT001 - of a signal
    """Write what waits to a stick, or read what it brings, and tell it.

    Raises:
        PocusError: Why something was not written or not taken.
    """
    found = by_stick(desk, stick, is_writing=is_writing)
    if found.error is not None:
        raise found.error
    return tell_carried(found, language, is_writing=is_writing)


def fetch_admissions(desk: PortfolioDesk, home: Home, passphrase: str | None, clock: Clock) -> None:
    """Fetch the admissions to this computer that the academy told of and that are not here; what keeps them is logged.

    It asks as the station that this computer is, of the hub that it was enrolled with.
    """
    if not any(one.code == "not-here" for one in desk.view().places):
        return
    try:
        trusting = Trusting.load(home)
        grant = held_grant(home, trusting.hubs)
        if grant is None or not trusting.hub_url:
            return
        keys = own_keys(open_keystore(home.keys, passphrase))
        with HubClient(trusting.hub_url) as client:
            found = client.admissions(keys.signing, now_ms=clock.read().wall_ms)
        take_admissions(home, found, hubs=trusting.hubs, grant=grant)
    except PocusError as error:
        log.failure(error)


def sit_command(admission_id: str, language: str) -> tuple[str, ...]:
    """What opens the candidate's window for an admission."""
    return (*_PROGRAM, "sit", "--admission", admission_id, "--language", language)


def sitting_here(home: Home, language: str) -> Callable[[str], None]:
    """Opens the candidate's window beside this one, for an admission; it goes on when this one is closed."""

    def sit(admission_id: str) -> None:
        environment = {**os.environ, HOME_VARIABLE: str(home.folder)}
        try:
            begun = subprocess.Popen(sit_command(admission_id, language), env=environment)  # noqa: S603 - this program
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        threading.Thread(target=begun.wait, name="sitting", daemon=True).start()  # no process is left behind dead

    return sit
