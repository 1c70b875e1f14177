"""`pocus certificate`: what the academy does with certificates, and what anyone does with one (formats/certificate)."""

import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from pocus_desktop.cli.certificate_check import prove, verify
from pocus_desktop.cli.certificate_face import CertificateDesk
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import hub_options, told, who_options
from pocus_desktop.cli.options import ask_passphrase
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.certificate.records import CertificateRecord

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_LANGUAGES: Final = click.Choice(["en", "es"])
_out_option = click.option("--out", type=_FOLDER, required=True, help="Where the files go.")
_language_option = click.option(
    "--language",
    "languages",
    type=_LANGUAGES,
    multiple=True,
    default=("en", "es"),
    show_default=True,
    help="Of the PDF.",
)


@click.group()
def certificate() -> None:
    """Issue and revoke certificates; verify one, with or without a network."""


@certificate.command()
@click.argument("name")
@who_options
@hub_options
@pass_faces
def issuer(faces: Faces, /, name: str, by: str, why: str, **where: Any) -> None:
    """Say what the academy is called on certificates from now on."""
    with _desk(faces, where) as desk:
        desk.set_issuer(name, who=by, why=why)
    click.echo(f"Certificates are issued by {name}.")


@certificate.command()
@click.argument("candidate_id")
@click.option("--sitting", required=True, help="A live sitting that was passed.")
@click.option(
    "--despite-missing",
    "is_despite",
    is_flag=True,
    help="Though the application, the voucher or the evaluation is missing.",
)
@_out_option
@_language_option
@who_options
@hub_options
@pass_faces
def issue(
    faces: Faces,
    /,
    candidate_id: str,
    sitting: str,
    out: Path,
    languages: tuple[str, ...],
    by: str,
    why: str,
    *,
    is_despite: bool,
    **where: Any,
) -> None:
    """Issue a certificate on a sitting; write it as JSON and PDF, and the openings of its commitments."""
    with _desk(faces, where) as desk:
        record = desk.issue(candidate_id, sitting, who=by, why=why, is_despite=is_despite)
    _hand_over(record, out, languages)


@certificate.command()
@click.argument("certificate_id")
@click.option("--knowledge-check-passed", "knowledge_checked", is_flag=True, help="Say that it was.")
@_out_option
@_language_option
@who_options
@hub_options
@pass_faces
def renew(
    faces: Faces,
    /,
    certificate_id: str,
    out: Path,
    languages: tuple[str, ...],
    by: str,
    why: str,
    *,
    knowledge_checked: bool,
    **where: Any,
) -> None:
    """Issue the next certificate after one whose last day is near or past."""
    with _desk(faces, where) as desk:
        record = desk.renew(certificate_id, who=by, why=why, knowledge_checked=knowledge_checked)
    _hand_over(record, out, languages)


@certificate.command()
@click.argument("certificate_id")
@_out_option
@_language_option
@hub_options
@pass_faces
def copy(faces: Faces, /, certificate_id: str, out: Path, languages: tuple[str, ...], **where: Any) -> None:
    """Write a certificate's files again."""
    with _desk(faces, where) as desk:
        record = desk.find(certificate_id)
    _hand_over(record, out, languages)


@certificate.command()
@click.argument("certificate_id")
@who_options
@hub_options
@pass_faces
def suspend(faces: Faces, /, certificate_id: str, by: str, why: str, **where: Any) -> None:
    """Let a certificate not be relied on for a while."""
    with _desk(faces, where) as desk:
        click.echo(_line(desk.suspend(certificate_id, who=by, why=why)))


@certificate.command()
@click.argument("certificate_id")
@who_options
@hub_options
@pass_faces
def reinstate(faces: Faces, /, certificate_id: str, by: str, why: str, **where: Any) -> None:
    """Lift a suspension."""
    with _desk(faces, where) as desk:
        click.echo(_line(desk.reinstate(certificate_id, who=by, why=why)))


@certificate.command()
@click.argument("certificate_id")
@who_options
@hub_options
@pass_faces
def revoke(faces: Faces, /, certificate_id: str, by: str, why: str, **where: Any) -> None:
    """Take a certificate back, for good."""
    with _desk(faces, where) as desk:
        click.echo(_line(desk.revoke(certificate_id, who=by, why=why)))


@certificate.command("sign-again")
@who_options
@hub_options
@pass_faces
def sign_again(faces: Faces, /, by: str, why: str, **where: Any) -> None:
    """Sign anew what keys had signed that were revoked since; hand the files out again with `copy`."""
    with _desk(faces, where) as desk:
        count = desk.sign_again(who=by, why=why)
    click.echo(f"{count} certificates are signed anew.")


@certificate.command()
@_out_option
@hub_options
@pass_faces
def status(faces: Faces, /, out: Path, **where: Any) -> None:
    """Write the status lists as of now, to be carried or published elsewhere."""
    with _desk(faces, where) as desk:
        lists = desk.published.status_lists()
    for name, content in lists.items():
        write_atomically(out / name, content)
        click.echo(str(out / name))


@certificate.command()
@click.argument("certificate_id", required=False)
@click.option("--candidate", "candidate_id", help="Every certificate of this ID number.")
@click.option("--json", "as_json", is_flag=True, help="JSON, an object a line.")
@hub_options
@pass_faces
def show(faces: Faces, /, certificate_id: str | None, candidate_id: str | None, *, as_json: bool, **where: Any) -> None:
    """Tell a certificate's state and history at the academy, or those of every one of a candidate."""
    if (certificate_id is None) == (candidate_id is None):
        raise click.UsageError("Name a certificate, or a candidate with --candidate.")
    with _desk(faces, where) as desk:
        records = desk.of(candidate_id) if candidate_id is not None else (desk.find(certificate_id or ""),)
        histories = [desk.history(record.certificate.certificate_id) for record in records]
    for record, history in zip(records, histories, strict=True):
        if as_json:
            document = {**_as_json(record), "history": [asdict(entry) for entry in history]}
            click.echo(json.dumps(document, ensure_ascii=False))
            continue
        click.echo(_line(record))
        for entry in history:
            click.echo(f"  {told(entry.at_ms)}  {entry.action} by {entry.who}  {entry.why}".rstrip())


certificate.add_command(verify)
certificate.add_command(prove)


def _desk(faces: Faces, where: dict[str, Any]) -> AbstractContextManager[CertificateDesk]:
    return faces.open_certificates(
        folder=where["folder"],
        keys=where["keys"],
        passphrase=ask_passphrase(),
        database_url=where["database_url"],
    )


def _hand_over(record: CertificateRecord, out: Path, languages: tuple[str, ...]) -> None:
    """What the candidate is given."""
    from pocus_desktop.programme.certificate.paper import to_pdf  # the typesetter, which a station has not

    write_atomically(out / "credential.json", record.credential)
    for opening in record.openings:
        write_atomically(out / f"opening-{opening.area}.json", opening.to_bytes())
    click.echo(_line(record))
    for language in dict.fromkeys(languages):
        pdf = to_pdf(record.certificate, record.credential, language=language)
        write_atomically(out / f"certificate-{language}.pdf", pdf)
    click.echo(f"The files are in {out}: give all of them to the candidate, the openings to nobody else.", err=True)


def _line(record: CertificateRecord) -> str:
    one = record.certificate
    days = f"{told(one.valid_from_ms)} to {told(one.valid_until_ms)}"
    renews = f"renews {record.renews}" if record.renews else ""
    parts = (one.certificate_id, str(record.state), record.candidate_id, one.holder, ", ".join(one.areas), days, renews)
    return "  ".join(part for part in parts if part)


def _as_json(record: CertificateRecord) -> dict[str, Any]:
    one = record.certificate
    return {
        "certificate_id": one.certificate_id,
        "candidate_id": record.candidate_id,
        "holder": one.holder,
        "areas": [str(area) for area in one.areas],
        "state": str(record.state),
        "issued_ms": record.issued_ms,
        "valid_from_ms": one.valid_from_ms,
        "valid_until_ms": one.valid_until_ms,
        "renews": record.renews,
        "address": one.url,
    }
