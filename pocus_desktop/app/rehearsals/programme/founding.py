"""The academy is founded: keys, an assessment, a hub that serves, a mail server, a station, and staff."""

import secrets
import time
from pathlib import Path
from typing import Final

from pocus_desktop.app.demo import SAMPLE
from pocus_desktop.app.rehearsals.academy import CENTRE
from pocus_desktop.app.rehearsals.computers import RehearsalFailedError, Running, told_after
from pocus_desktop.app.rehearsals.programme.cast import Cast
from pocus_desktop.app.rehearsals.programme.post import PostOffice
from pocus_desktop.app.rehearsals.programme.web import Officer
from pocus_desktop.kernel.files import write_atomically

ISSUER: Final = "Academy of the rehearsal"
STAFF: Final = (
    ("ada", "Ada Roe", ("administrator",)),
    ("rex", "Rex Oduya", ("registrar",)),
    ("dora", "Dora Mora", ("decision-maker",)),
    ("olga", "Olga Petrova", ("appeals-officer",)),
    ("audrey", "Audrey Kim", ("auditor",)),
)
"""Login, name, roles; the first is entered by a command, the others by the first."""

_PATIENCE_S: Final = 60
_LOOK_S: Final = 0.1


def found(cast: Cast, *, is_shared: bool) -> None:
    """Everything that an academy has before the first candidate comes.

    Args:
        cast: Whose academy.
        is_shared: The database is a server's, so that workers score and send.
    """
    record, academy = cast.record, cast.academy
    record.begin("The academy is founded: keys, an assessment, a hub that serves, mail, a station")
    if is_shared:
        academy.computer.run("hub", "database", "upgrade")
    academy.hold_ceremony()
    bundle = academy.publish(version=1, people=("dee", "eve"))
    serving = academy.computer.start("hub", "serve", "--port", "0")
    cast.running.append(serving)
    cast.url = _address(serving)
    if is_shared:
        cast.running.append(academy.computer.start("hub", "work"))
    _set_mail_up(academy.computer.folder / "hub", cast.post, cast.url)
    academy.enrol([(cast.centre, "centre"), (cast.station, "station")], url=cast.url)
    academy.computer.run("hub", "zone", CENTRE, "UTC")
    academy.computer.run("certificate", "issuer", ISSUER, "--why", "the academy is founded")
    release, words = academy.release(bundle, [cast.station])
    cast.station.run("depot", "fetch", academy.stick / "depot", "--bundle", SAMPLE.name)
    cast.station.run("unlock", "apply", release)
    cast.station.run("unlock", "apply", "--words", words)
    record.expect("the hub serves", cast.url.startswith("http://127.0.0.1:"), cast.url)


def employ(cast: Cast) -> None:
    """Staff: the first by a command, the others in the browser, each with a second factor."""
    record = cast.record
    record.begin("Staff are entered with their roles, and sign in with a second factor")
    for login, name, roles in STAFF:
        cast.officers[login] = Officer(
            login=login,
            name=name,
            roles=roles,
            password=secrets.token_urlsafe(12),
            visitor=cast.web.visitor(),
            url=cast.url,
            clock=cast.clock,
        )
    first, *others = cast.officers.values()
    cast.academy.computer.run(
        "hub", "staff", "add", first.login, "--name", first.name, "--role", first.roles[0], "--why", "founding",
        secret={"POCUS_STAFF_PASSWORD": first.password},
    )  # fmt: skip
    first.sign_in()
    for one in others:
        at = first.go("/staff/accounts")
        at.fill("login", one.login)
        at.fill("name", one.name)
        for role in one.roles:
            at.tick("roles", role)
        at.fill("password", one.password)
        at.fill("why", "the academy is founded")
        at.press("Add")
        record.expect(f"{one.name} is entered", one.name in at.told(), at.told())
    at.picture("staff-accounts")
    at.picture_on_phone("staff-accounts")
    for one in others:
        one.sign_in()
    refused = first.go("/staff/applications")
    record.expect("an administrator reads no application", "Application" not in refused.page.title(), refused.told())
    refused.picture("staff-not-allowed")


def _address(serving: Running) -> str:
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        try:
            return told_after(serving.told.read_text(encoding="utf-8"), "The hub listens at")
        except RehearsalFailedError:
            if serving.process.poll() is not None:
                break
            time.sleep(_LOOK_S)
    serving.kill()
    serving.end(0)
    raise RehearsalFailedError(step="hub serve", status=serving.process.returncode)


def _set_mail_up(hub: Path, post: PostOffice, url: str) -> None:
    settings = {
        "format": 1,
        "host": "127.0.0.1",
        "port": post.port,
        "security": "none",
        "sender": "peers@academy.example",
        "sender_name": ISSUER,
        "reply_to": "office@academy.example",
        "bounces": "bounces@academy.example",
        "pages": url,
    }
    lines = (f"{name} = {value if isinstance(value, int) else repr(value)}\n" for name, value in settings.items())
    write_atomically(hub / "mail.toml", "".join(lines).encode())
