"""`pocus preflight`: find out days before what would keep this station's admissions from being sat."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from pocus_desktop.admission.preflight_report import Report
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.kernel import words
from pocus_desktop.kernel.files import write_atomically


@click.command()
@click.option(
    "--day", type=click.DateTime(formats=["%Y-%m-%d"]), help="Only what may be sat on this day, such as 2027-03-01."
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder to file the report in: as text, and signed by the station.",
)
@click.option(
    "--language", type=click.Choice(words.languages()), default="en", show_default=True, help="Of the report."
)
@pass_faces
@click.pass_context
def preflight(
    context: click.Context, faces: Faces, day: datetime | None, out: Path | None, language: str, *, as_json: bool
) -> None:
    """Check for every admission here that it can be sat: bundle, key, trust, clock, disk, player.

    Every byte of every bundle needed is verified; no content is read, so this can be done days before. The status is 0
    where nothing has to be mended, else 1.
    """
    with click.progressbar(length=1, label="Verifying", file=sys.stderr) as bar:
        done = 0

        def show(progress: Progress) -> None:
            nonlocal done
            bar.length = progress.total_bytes
            bar.update(progress.done_bytes - done)
            done = progress.done_bytes

        report, signed = faces.preflight(
            day=day.date() if day is not None else None,
            passphrase=os.environ.get(PASSPHRASE_VARIABLE),
            progress=show,
        )
    click.echo(
        json.dumps(_document(report, language), indent=2, ensure_ascii=False) if as_json else report.text(language)
    )
    if out is not None:
        name = (
            f"preflight-{report.day or 'all'}-{datetime.fromtimestamp(report.made_at_ms / 1000, tz=UTC):%Y%m%dT%H%M%SZ}"
        )
        write_atomically(out / f"{name}.dsse.json", signed)
        write_atomically(out / f"{name}.txt", report.text(language).encode("utf-8"))
        click.echo(str(out / f"{name}.txt"), err=True)
    context.exit(0 if report.is_ready else 1)


def _document(report: Report, language: str) -> dict[str, object]:
    """The report with what it says in words."""
    checks = [{**check.model_dump(mode="json"), **check.explain(language)._asdict()} for check in report.checks]
    return {**report.model_dump(mode="json"), "is_ready": report.is_ready, "checks": checks}
