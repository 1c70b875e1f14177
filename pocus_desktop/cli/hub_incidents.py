"""`pocus hub incidents`: what centres filed of their rooms."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pocus_desktop.appeals.plain import plain
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import hub_options, registry, told
from pocus_desktop.kernel import files
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.incident_record import IncidentRecord, IncidentTaken
from pocus_desktop.proctoring.incident_report import MAXIMUM_SEALED_BYTES, told_by
from pocus_desktop.proctoring.incident_telling import tell_incident
from pocus_desktop.sync.errors import FolderDamagedError, FolderNotWritableError, NoFolderError
from pocus_desktop.sync.folder import INCIDENTS, RECEIPT_SUFFIX, RECEIPTS, read_at_most, require_no_links

_DIGEST_LENGTH = 64


@click.command()
@click.argument("reference", required=False)
@click.option("--take", "stick", type=click.Path(path_type=Path, file_okay=False, exists=True), help="From this stick.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write REFERENCE's signed reports here.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@hub_options
@pass_faces
def incidents(
    faces: Faces, /, reference: str | None, stick: Path | None, out: Path | None, *, as_json: bool, **where: Any
) -> None:
    """List incidents, those that came last first; with REFERENCE, tell that one; with --take, take a stick's first."""
    if out is not None and reference is None:
        raise click.UsageError("--out needs REFERENCE.")
    is_refused = False
    with registry(faces, where) as desk:
        if stick is not None:
            for line, is_taken in _take(desk.incidents.take, stick):
                click.echo(line, err=not is_taken)
                is_refused = is_refused or not is_taken
        if reference is None:
            for one in desk.incidents.all():
                click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))
        else:
            for number, envelope in enumerate(desk.incidents.reports(reference), start=1):
                incident = told_by(envelope)
                click.echo(
                    json.dumps(incident.model_dump(mode="json"), ensure_ascii=False)
                    if as_json
                    else plain(tell_incident(incident, "en"), keeps_lines=True)
                )
                if out is not None:
                    files.write_atomically(out / f"{number}.incident", envelope, is_private=True)
    if is_refused:
        raise click.exceptions.Exit(1)


def _take(take: Callable[[bytes, str], IncidentTaken], stick: Path) -> list[tuple[str, bool]]:
    """Every report of a stick; one that is refused holds up no other."""
    folder = stick / INCIDENTS
    require_no_links(stick)
    if not folder.is_dir():
        raise NoFolderError
    lines: list[tuple[str, bool]] = []
    for path in sorted(folder.iterdir()):
        if len(path.name) != _DIGEST_LENGTH:
            continue
        try:
            data = read_at_most(path, MAXIMUM_SEALED_BYTES + 1)
        except OSError as problem:
            raise FolderDamagedError(reason=problem.strerror or "") from problem
        try:
            taken = take(data, path.name)
        except PocusError as error:
            lines.append((f"{path.name[:12]}  refused  {error.explain().what}  [{error.code}]", False))
            continue
        try:
            files.write_atomically(stick / RECEIPTS / f"{path.name}{RECEIPT_SUFFIX}", taken.receipt)
        except OSError as problem:
            raise FolderNotWritableError(reason=problem.strerror or "") from problem
        lines.append((f"{path.name[:12]}  {'taken' if taken.is_new else 'known'}", True))
    return lines


def _line(one: IncidentRecord) -> str:
    state = "closed" if one.is_closed else "open"
    remarks = [f"centre {one.standing}"] if one.standing != "active" else []
    remarks += ["CONTRADICTED: read every report"] if one.is_contradicted else []
    parts = (
        one.reference,
        one.centre_id,
        f"{one.category}/{one.kind}",
        state,
        f"filed {told(one.filed_ms)}",
        f"received {told(one.received_ms)}",
        f"{one.entries} entries",
        ", ".join(one.candidates),
        *remarks,
    )
    return "  ".join(part for part in parts if part)
