"""`pocus hub candidate`: people, their photos, and what makes their sittings fair."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal

import click

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.admission.records import AdmissionRecord, CandidateRecord
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import EXISTING, by_option, hub_options, registry, told, who_options

_json_option = click.option("--json", "as_json", is_flag=True, help="JSON, an object a line.")


@click.group()
def candidate() -> None:
    """Candidates: who they are, and what makes their sittings fair."""


@candidate.command()
@click.option("--id", "candidate_id", required=True, help="The ID number, as the candidate types it at sign-in.")
@click.option("--name", required=True, help="As the proctor compares it with a document.")
@click.option("--photo", type=EXISTING, help="PNG or WebP, at most 32 KiB and 1024 pixels a side.")
@click.option(
    "--replace", "is_replacing", is_flag=True, help="Correct the one who is there; no photo keeps the old one."
)
@click.option("--why", default="", help="For the history.")
@by_option
@hub_options
@pass_faces
def add(
    faces: Faces,
    /,
    candidate_id: str,
    name: str,
    photo: Path | None,
    why: str,
    by: str,
    *,
    is_replacing: bool,
    **where: Any,
) -> None:
    """Enter a candidate, or correct one."""
    picture = None if photo is None else photo.read_bytes()
    with registry(faces, where) as desk:
        entered = desk.candidates.add(
            candidate_id=candidate_id, name=name, photo=picture, who=by, why=why, is_replacing=is_replacing
        )
    click.echo(_line(entered))


@candidate.command()
@click.argument("candidate_id", required=False)
@_json_option
@hub_options
@pass_faces
def show(faces: Faces, /, candidate_id: str | None, *, as_json: bool, **where: Any) -> None:
    """List candidates; with CANDIDATE_ID, tell the admissions and the history of that one."""
    with registry(faces, where) as desk:
        if candidate_id is None:
            for person in desk.candidates.all():
                click.echo(json.dumps(asdict(person), ensure_ascii=False) if as_json else _line(person))
            return
        found = desk.candidates.find(candidate_id)
        admitted = desk.admissions.of(candidate_id)
        history = desk.candidates.history(candidate_id)
    if as_json:
        document = {
            **asdict(found),
            "accommodations": json.loads(found.accommodations),
            "admissions": [asdict(one) for one in admitted],
            "history": [asdict(one) for one in history],
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    click.echo(_line(found))
    for one in admitted:
        click.echo("  " + admission_line(one))
    for entry in history:
        click.echo(f"  {told(entry.at_ms)}  {entry.action} by {entry.who}  {entry.why}".rstrip())


@candidate.command()
@click.argument("candidate_id")
@click.option("--time-factor", type=click.FloatRange(1, 10), help="1.5 gives half more time.")
@click.option("--pauses/--no-pauses", "can_pause", default=None, help="Breaks with the clock standing still.")
@click.option("--captions/--no-captions", "captions", default=None)
@click.option("--text-percent", type=click.IntRange(50, 400))
@click.option("--theme", type=click.Choice(["light", "dark", "high-contrast"]))
@click.option("--reduced-motion/--full-motion", "is_reduced_motion", default=None)
@click.option("--language", help="Such as es.")
@who_options
@hub_options
@pass_faces
def accommodate(
    faces: Faces,
    /,
    candidate_id: str,
    time_factor: float | None,
    text_percent: int | None,
    theme: Literal["light", "dark", "high-contrast"] | None,
    language: str | None,
    by: str,
    why: str,
    *,
    can_pause: bool | None,
    captions: bool | None,
    is_reduced_motion: bool | None,
    **where: Any,
) -> None:
    """Keep what makes this candidate's sittings fair; what is not given stays. Every later admission carries it."""
    changes = {
        "time_factor": time_factor,
        "can_pause": can_pause,
        "captions": captions,
        "text_percent": text_percent,
        "theme": theme,
        "is_reduced_motion": is_reduced_motion,
        "language": language,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if not given:
        raise click.UsageError("Say what to change, such as --time-factor 1.5.")
    with registry(faces, where) as desk:
        before = Accommodations.model_validate_json(desk.candidates.find(candidate_id).accommodations)
        after = desk.candidates.accommodate(candidate_id, before.model_copy(update=given), who=by, why=why)
    click.echo(_line(after))


def admission_line(one: AdmissionRecord) -> str:
    """An admission in one line; says where it was sat twice."""
    window = f"{told(one.not_before_ms)} to {told(one.not_after_ms)}"
    sat = "" if not one.sittings else f"sat as {', '.join(one.sittings)}"
    doubled = "SAT TWICE" if len(one.sittings) > 1 else ""
    place = one.station or one.centre_id or "any station"
    parts = (one.admission_id, one.bundle_id, f"attempt {one.attempt}", one.mode, str(one.state), window, place)
    return "  ".join(part for part in (*parts, sat, doubled) if part)


def _line(one: CandidateRecord) -> str:
    photo = f"photo of {one.photo_bytes} bytes" if one.photo_bytes else "no photo"
    plain = Accommodations()
    given = Accommodations.model_validate_json(one.accommodations)
    changed = [f"{name} {value}" for name, value in given if value != getattr(plain, name, None)]
    return "  ".join((one.candidate_id, one.name, photo, *changed))


COMMANDS: Final = (candidate,)
