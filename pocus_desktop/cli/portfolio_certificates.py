"""`pocus portfolio certificates|keep|paper`: the certificates that came, and their paper."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pocus_desktop.cli.portfolio_options import LANGUAGE, opened, say
from pocus_desktop.cli.programme_options import EXISTING
from pocus_desktop.kernel import words
from pocus_desktop.programme.own.certificates import KeptCertificate
from pocus_desktop.programme.papers import PAPER_LANGUAGES


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@LANGUAGE
def certificates(language: str, *, as_json: bool) -> None:
    """Tell of the certificates that are here how they stand, and as of when that is known."""
    with opened() as desk:
        kept = desk.view().kept
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in kept], ensure_ascii=False, indent=2))
        return
    if not kept:
        say("no_certificates", language)
    for one in kept:
        verdict = words.say(f"certificate.verdict.{one.verdict}", language)
        areas = " ".join(map(str, one.certificate.areas))
        say("certificate", language, certificate=one.certificate_id, areas=areas, verdict=verdict)
        if one.as_of_ms is None:
            say("no_lists", language)
        else:
            say("lists", language, moment=_moment(one.as_of_ms))


@click.command()
@click.argument("file", type=EXISTING)
@LANGUAGE
def keep(file: Path, language: str) -> None:
    """Take a certificate in that the academy gave you otherwise: credential.json, or the PDF."""
    with opened() as desk:
        found = desk.keep_certificate(file)
    say("certificate_kept", language, certificate=found.certificate_id, name=found.holder)


@click.command()
@click.argument("certificate_id")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--language", type=click.Choice(PAPER_LANGUAGES), default="en", show_default=True)
def paper(certificate_id: str, out: Path, language: str) -> None:
    """Write a certificate's PDF, with the credential inside."""
    with opened() as desk:
        desk.save_certificate(certificate_id, out, language=language)
    click.echo(str(out))


def _as_json(one: KeptCertificate) -> dict[str, Any]:
    return {
        "certificate_id": one.certificate_id,
        "holder": one.holder,
        "areas": [str(area) for area in one.certificate.areas],
        "verdict": str(one.verdict),
        "status_as_of_ms": one.as_of_ms,
        "valid_from_ms": one.certificate.valid_from_ms,
        "valid_until_ms": one.certificate.valid_until_ms,
        "papers": list(one.papers),
    }


def _moment(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
