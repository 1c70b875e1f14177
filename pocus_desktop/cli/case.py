"""`pocus case`: check and preview sources, and publish their schemas."""

import json
from pathlib import Path

import click

from pocus_desktop.authoring.build.members import gather
from pocus_desktop.authoring.build.recipe import read_recipe
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.authoring.source.schema import schemas
from pocus_desktop.case.problems import CaseRefusedError, Problem, Severity
from pocus_desktop.cli.faces import Faces, pass_faces

_folder = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def case() -> None:
    """Check and preview case sources."""


@case.command()
@_folder
@click.option("--media/--no-media", default=True, help="Also measure clips and import cines, as the build will.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a problem, a line each.")
@click.pass_context
def check(context: click.Context, folder: Path, *, media: bool, as_json: bool) -> None:
    """Tell every problem of a case folder with its file, line, column and fix."""
    loaded = load_source(folder)
    problems = loaded.problems
    try:
        read_recipe(folder)
    except CaseRefusedError as refused:
        problems = (*problems, *refused.problems)
    if media and loaded.is_sound:
        try:
            problems = (*problems, *gather(loaded).warnings[len(loaded.problems) :])
        except CaseRefusedError as refused:
            problems = (*problems, *refused.problems)
    problems = tuple(dict.fromkeys(problems))
    for problem in problems:
        click.echo(json.dumps(problem.as_json(), ensure_ascii=False) if as_json else told(problem))
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if not as_json:
        click.echo(f"{errors} to mend, {len(problems) - errors} to consider.", err=True)
    context.exit(1 if errors else 0)


@case.command()
@_folder
@pass_faces
@click.pass_context
def preview(context: click.Context, faces: Faces, folder: Path) -> None:
    """Open the candidate's screens over a case folder; saving a file updates them."""
    context.exit(faces.preview(folder))


@case.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
def schema(out: Path) -> None:
    """Write the JSON Schemas of the source files into a folder, for editors."""
    out.mkdir(parents=True, exist_ok=True)
    for name, document in schemas().items():
        path = out / name
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        click.echo(path)


def told(problem: Problem) -> str:
    """A problem as a person reads it: the place as editors and terminals link it, what is wrong, and the fix."""
    place = problem.file
    if problem.line:
        place += f":{problem.line}" + (f":{problem.column}" if problem.column else "")
    return f"{place}: {problem.what}\n    {problem.fix}  [{problem.severity}: {problem.code}]"
