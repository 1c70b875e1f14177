"""`pocus certificate verify|prove`: for anyone, without a network; the academy's public keys are all that is needed."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from pocus_desktop.cli.hub_options import MOMENT, milliseconds, told
from pocus_desktop.cli.log_place import academy_option, signing_keys
from pocus_desktop.cli.options import read_revoked_keys
from pocus_desktop.kernel import canonical, words
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate.commitment import MAXIMUM_BYTES as MAXIMUM_OPENING_BYTES
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.document import Certificate
from pocus_desktop.programme.certificate.errors import OtherResultError
from pocus_desktop.programme.certificate.printed import is_printed_on
from pocus_desktop.programme.certificate.status_list import StatusList
from pocus_desktop.programme.certificate.verify import (
    MAXIMUM_LIST_BYTES,
    Finding,
    Trust,
    Verdict,
    verified_list,
)
from pocus_desktop.programme.certificate.verify import verify as judge
from pocus_desktop.sitting.receipt import verify_entered

EXITS: Final = MappingProxyType(
    {
        Verdict.VALID: 0,
        Verdict.EXPIRED: 10,
        Verdict.NOT_YET: 11,
        Verdict.REVOKED: 12,
        Verdict.SUSPENDED: 13,
        Verdict.STATUS_UNKNOWN: 14,
        Verdict.STATUS_OLD: 15,
        Verdict.NOT_OURS: 16,
        Verdict.KEY_REVOKED: 17,
        Verdict.ALTERED: 18,
    }
)
"""Exit statuses of `verify` (formats/certificate 6.8); 1 is a file that cannot be read, as everywhere."""

_MAXIMUM_FILE_BYTES: Final = 4 * 1024 * 1024
_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_MINUTE_MS: Final = 60_000


@click.command()
@click.argument("file", type=_file)
@academy_option
@click.option(
    "--status",
    "lists",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="A status list that was carried along, or a folder of them; more than one may be given.",
)
@click.option("--printed", help="The text of the code on a printed page, which must belong to this file.")
@click.option("--at", type=MOMENT, help="As of when; now where omitted.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_context
def verify(
    context: click.Context,
    /,
    file: Path,
    academy: Path,
    lists: tuple[Path, ...],
    printed: str | None,
    at: datetime | None,
    language: str,
    *,
    as_json: bool,
) -> None:
    """Tell whether a certificate (JSON, or a PDF with it inside) is the academy's, and how it stands.

    Exits 0 valid, 10 expired, 11 not yet valid, 12 revoked, 13 suspended, 14 status not known, 15 status known of old,
    16 not this academy's, 17 signed by a revoked key, 18 altered; 1 where the file cannot be read.
    """
    trust = _trust(academy)
    now_ms = milliseconds(at) if at is not None else time.time_ns() // 1_000_000
    assert now_ms is not None  # noqa: S101 - one of both was given
    credential = _credential(file)
    known = [verified_list(_read(path, MAXIMUM_LIST_BYTES), trust, now_ms=now_ms) for path in _files(lists)]
    finding = judge(credential, trust, now_ms=now_ms, lists=known)
    certificate = finding.certificate
    if printed is not None and certificate is not None and not is_printed_on(printed, certificate, credential):
        raise OtherResultError(reason="the code was printed for another file")
    if as_json:
        click.echo(json.dumps(_as_json(finding, now_ms), ensure_ascii=False))
    else:
        _tell(finding, known, now_ms, language)
    context.exit(EXITS[finding.verdict])


@click.command()
@click.argument("file", type=_file)
@academy_option
@click.option("--opening", "opened", type=_file, required=True, help="The file that was given with the certificate.")
@click.option("--result", type=_file, help="The sealed result.")
@click.option("--receipt", type=_file, help="The hub's receipt of it.")
def prove(file: Path, academy: Path, opened: Path, result: Path | None, receipt: Path | None) -> None:
    """Show which sealed result a certificate rests on: by the result itself, its receipt, or both."""
    if result is None and receipt is None:
        raise click.UsageError("Give the sealed result with --result, or its receipt with --receipt.")
    now_ms = time.time_ns() // 1_000_000
    finding = judge(_credential(file), _trust(academy), now_ms=now_ms)
    if finding.certificate is None:
        raise OtherResultError(reason=words.say(f"certificate.verdict.{finding.verdict}"))
    opening = Opening.parse(_read(opened, MAXIMUM_OPENING_BYTES))
    commitments = {str(one.area): one.commitment for one in finding.certificate.proved}
    if opening.area not in commitments or not opening.opens(commitments[opening.area]):
        raise OtherResultError(reason="the opening is another certificate's")
    if result is not None and canonical.digest(result.read_bytes()) != opening.sealed_digest:
        raise OtherResultError(reason="the sealed result is another one")
    click.echo(f"The certificate rests on the sealed result {opening.sealed_digest} ({opening.area}).")
    if receipt is not None:
        entered = verify_entered(receipt.read_bytes(), signing_keys(academy), sealed_digest=opening.sealed_digest)
        sitting = entered.receipt.sitting
        click.echo(f"The academy's receipt says that it holds it, as of sitting {sitting}.")


def _trust(academy: Path) -> Trust:
    return Trust(keys=frozenset(signing_keys(academy)), revoked=frozenset(read_revoked_keys(academy)))


def _credential(file: Path) -> bytes:
    """The credential of a file, from inside where it is a PDF."""
    data = _read(file, _MAXIMUM_FILE_BYTES)
    if not data.startswith(b"%PDF-"):
        return data
    from pocus_desktop.programme.certificate.paper_reader import credential_in  # the library, which a station has not

    return credential_in(data)


def _files(given: tuple[Path, ...]) -> list[Path]:
    """Files, and those of folders."""
    return [path for one in given for path in (sorted(one.glob("*.json")) if one.is_dir() else (one,))]


def _read(path: Path, maximum_bytes: int) -> bytes:
    """A file, and one byte more than any that counts where it is larger."""
    try:
        with path.open("rb") as opened:
            return opened.read(maximum_bytes + 1)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def _tell(finding: Finding, known: list[StatusList], now_ms: int, language: str) -> None:
    verdict = finding.verdict
    click.echo(words.say(f"certificate.verdict.{verdict}", language))
    click.echo(words.say(f"certificate.verdict-told.{verdict}", language))
    certificate = finding.certificate
    if certificate is None:
        return
    click.echo()
    for name, value in _facts(certificate, language):
        click.echo(f"{name}: {value}")
    for one in sorted(known, key=lambda one: one.purpose):
        if certificate.address.list_number(one.url, one.purpose) == certificate.place.number:
            age = _age(max(now_ms - one.as_of_ms, 0), language)
            click.echo(words.say(f"certificate.list.{one.purpose}", language, moment=told(one.as_of_ms), age=age))


def _facts(certificate: Certificate, language: str) -> tuple[tuple[str, str], ...]:
    def say(key: str) -> str:
        return words.say(f"certificate.{key}", language)

    areas = ", ".join(documents.area_name(area, language) for area in certificate.areas)
    rules = ", ".join(f"{rule.rule_id} ({rule.since.isoformat()})" for rule in certificate.rules)
    return (
        (say("fact.holder"), certificate.holder),
        (say("fact.areas"), areas),
        (say("page.first-day"), _day(certificate.valid_from_ms)),
        (say("page.last-day"), _day(certificate.valid_until_ms)),
        (say("fact.issuer"), f"{certificate.issuer}, {certificate.address.base}"),
        (say("paper.number"), certificate.certificate_id),
        (say("paper.rules"), rules),
    )


def _age(ms: int, language: str) -> str:
    minutes = ms // _MINUTE_MS
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= 2 * size:
            return words.say(f"certificate.age.{unit}", language, count=minutes // size)
    return words.say("certificate.age.minutes", language, count=minutes)


def _day(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms / 1000, tz=UTC).date().isoformat()


def _as_json(finding: Finding, now_ms: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "verdict": str(finding.verdict),
        "now_ms": now_ms,
        "status_as_of_ms": finding.as_of_ms,
        "key_id": finding.key_id,
    }
    certificate = finding.certificate
    if certificate is None:
        return document
    return {
        **document,
        "certificate_id": certificate.certificate_id,
        "address": certificate.url,
        "issuer": certificate.issuer,
        "holder": certificate.holder,
        "areas": [str(area) for area in certificate.areas],
        "rules": [{"id": rule.rule_id, "from": rule.since.isoformat()} for rule in certificate.rules],
        "valid_from_ms": certificate.valid_from_ms,
        "valid_until_ms": certificate.valid_until_ms,
    }
