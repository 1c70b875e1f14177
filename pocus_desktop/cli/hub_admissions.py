"""`pocus hub rules|admit|withdraw|copy|review`: who may sit what, and what a person has to decide."""

import json
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, Literal

import click

from pocus_desktop.admission import windows
from pocus_desktop.admission.admission import Window
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import Mark, Order
from pocus_desktop.admission.windows import Rules
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import (
    EXISTING,
    MOMENT,
    NEW_FILE,
    by_option,
    hub_options,
    milliseconds,
    registry,
    told,
    who_options,
)
from pocus_desktop.cli.options import key_for, read_public_keys
from pocus_desktop.cli.registry_face import RegistryDesk
from pocus_desktop.crypto.encoding import from_hex
from pocus_desktop.kernel.files import write_atomically

DAY: Final = click.DateTime(formats=["%Y-%m-%d"])
_CLOCK: Final = click.DateTime(formats=["%H:%M"])


@click.command()
@click.argument("bundle")
@click.option("--attempts", type=click.IntRange(1), help="How many are allowed; any number where omitted.")
@click.option(
    "--retake-after", type=click.IntRange(0, 3660), default=0, show_default=True, help="Days between attempts."
)
@click.option("--eligible", type=click.IntRange(1, 3660), help="Days from the voucher to the last attempt.")
@who_options
@hub_options
@pass_faces
def rules(
    faces: Faces,
    /,
    bundle: str,
    attempts: int | None,
    retake_after: int,
    eligible: int | None,
    by: str,
    why: str,
    **where: Any,
) -> None:
    """Say how often and when the assessment BUNDLE may be sat, from now on."""
    ruled = Rules(maximum_attempts=attempts, retake_after_days=retake_after, eligible_days=eligible)
    with registry(faces, where) as desk:
        desk.admissions.set_rules(bundle, ruled, who=by, why=why)
    click.echo(f"Kept for {bundle}.")


@click.command()
@click.option("--candidate", required=True, help="The ID number.")
@click.option(
    "--bundle",
    "forms",
    type=(str, click.IntRange(1)),
    multiple=True,
    required=True,
    metavar="ID VERSION",
    help="What is sat, in that version or a newer one; given often, one is drawn.",
)
@click.option("--mode", type=click.Choice([str(mode) for mode in Mode]), default=str(Mode.LIVE), show_default=True)
@click.option("--attempt", type=click.IntRange(1), help="The next one where omitted.")
@click.option("--centre", help="Only at the stations of this centre; its time zone counts.")
@click.option("--station", help="Only at this station, by its name or id.")
@click.option("--from", "first", type=DAY, help="The first day, such as 2027-03-01.")
@click.option("--until", "last", type=DAY, help="The last day; the first one where omitted.")
@click.option("--begins", type=_CLOCK, help="From this time of the first day, such as 08:00.")
@click.option("--ends", type=_CLOCK, help="Until this time of the last day; its end where omitted.")
@click.option("--zone", help="Of these days and times, such as Europe/Madrid; the centre's where omitted.")
@click.option("--voucher", type=MOMENT, help="When the voucher was entered, such as 2027-03-01T08:00+01:00.")
@click.option("--recipient", type=EXISTING, multiple=True, help="Who may read the result beside the academy.")
@click.option(
    "--content-key", "keys_of", type=(str, str), multiple=True, metavar="ID HEX", help="Of a sealed bundle; sealed on."
)
@click.option("--start-code", default="", help="The proctor's; one is made for a live sitting where omitted.")
@click.option("--out", type=NEW_FILE, required=True, help="The admission, to be carried.")
@click.option("--why", default="", help="For the history.")
@by_option
@hub_options
@pass_faces
def admit(
    faces: Faces,
    /,
    candidate: str,
    forms: tuple[tuple[str, int], ...],
    mode: str,
    attempt: int | None,
    centre: str | None,
    station: str | None,
    voucher: datetime | None,
    recipient: tuple[Path, ...],
    keys_of: tuple[tuple[str, str], ...],
    start_code: str,
    out: Path,
    why: str,
    by: str,
    **where: Any,
) -> None:
    """Admit a candidate to an attempt. The codes are shown this once and kept nowhere."""
    days = {name: where.pop(name) for name in ("first", "last", "begins", "ends")}
    zone = where.pop("zone")
    with registry(faces, where) as desk:
        zone = zone or _zone(desk, centre)
        admitted = desk.admissions.admit(
            Order(
                candidate_id=candidate,
                forms=tuple(Form(bundle_id=bundle, minimum_version=version) for bundle, version in forms),
                mode=Mode(mode),
                window=_window(zone=zone, **days),
                attempt=attempt,
                station=station,
                centre_id=centre,
                recipients=tuple(key_for(read_public_keys(path), "x25519", path) for path in recipient),
                content_keys={bundle: from_hex(key, field="content key") for bundle, key in keys_of},
                start_code=start_code,
                voucher_ms=milliseconds(voucher),
                zone=zone,
            ),
            who=by,
            why=why,
        )
    write_atomically(out, admitted.envelope)
    click.echo(f"{out}  {admitted.admission_id}")
    click.echo(f"The candidate's sign-in code: {admitted.sign_in_code}")
    if admitted.start_code and not start_code:
        click.echo(f"The proctor's start code: {admitted.start_code}")


@click.command()
@click.argument("admission")
@who_options
@hub_options
@pass_faces
def withdraw(faces: Faces, /, admission: str, by: str, why: str, **where: Any) -> None:
    """Withdraw an admission that was not sat; its attempt is free again. A copy that a station has is not reached."""
    with registry(faces, where) as desk:
        desk.admissions.withdraw(admission, who=by, why=why)
    click.echo(f"{admission} is withdrawn.")


@click.command()
@click.argument("admission")
@click.option("--out", type=NEW_FILE, required=True)
@hub_options
@pass_faces
def copy(faces: Faces, /, admission: str, out: Path, **where: Any) -> None:
    """Write an admission once more; its codes are not told again."""
    with registry(faces, where) as desk:
        write_atomically(out, desk.admissions.envelope(admission))
    click.echo(f"{out}  {admission}")


@click.command()
@click.argument("sitting", required=False)
@click.option("--decide", type=click.Choice(["keep", "set-aside"]), help="Whether the result counts.")
@click.option("--why", default="", help="The reason, for the history.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@by_option
@hub_options
@pass_faces
def review(
    faces: Faces,
    /,
    sitting: str | None,
    decide: Literal["keep", "set-aside"] | None,
    why: str,
    by: str,
    *,
    as_json: bool,
    **where: Any,
) -> None:
    """List results of revoked or unknown stations; with SITTING and --decide, say whether that one counts."""
    if decide is not None and (sitting is None or not why):
        raise click.UsageError("--decide needs SITTING and --why.")
    with registry(faces, where) as desk:
        if decide is not None and sitting is not None:
            desk.marks.decide(sitting, decide, who=by, why=why)
        for one in desk.marks.all(sitting):
            click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _mark_line(one))


def _window(
    *, zone: str, first: datetime | None, last: datetime | None, begins: datetime | None, ends: datetime | None
) -> Window:
    if first is None:
        if last is not None or begins is not None or ends is not None:
            raise click.UsageError("--until, --begins and --ends need --from.")
        return Window()
    return windows.window_of(
        first.date(), _last(first, last), windows.zone_of(zone), begins=_at(begins), ends=_at(ends)
    )


def _last(first: datetime, last: datetime | None) -> date:
    return (first if last is None else last).date()


def _at(moment: datetime | None) -> time | None:
    return None if moment is None else moment.time()


def _zone(desk: RegistryDesk, centre: str | None) -> str:
    return "UTC" if centre is None else desk.enrolments.zone(centre)


def _mark_line(one: Mark) -> str:
    decided = f"{one.decision} by {one.who}: {one.why}" if one.decision else "waits for a decision"
    return f"{one.sitting}  {one.reason}  {one.station}  received {told(one.received_ms)}  {decided}"


COMMANDS: Final = (rules, admit, withdraw, copy, review)
