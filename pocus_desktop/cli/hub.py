"""`pocus hub`: the academy's server."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from pocus_desktop.cli.faces import UNANSWERED, Faces, HubResult, Network, pass_faces
from pocus_desktop.cli.hub_academy import COMMANDS as ACADEMY_COMMANDS
from pocus_desktop.cli.hub_admissions import COMMANDS as ADMISSION_COMMANDS
from pocus_desktop.cli.hub_candidates import COMMANDS as CANDIDATE_COMMANDS
from pocus_desktop.cli.hub_incidents import incidents
from pocus_desktop.cli.hub_keeping import COMMANDS as KEEPING_COMMANDS
from pocus_desktop.cli.hub_options import hub_options
from pocus_desktop.cli.hub_peers import peers
from pocus_desktop.cli.hub_policy import policy
from pocus_desktop.cli.hub_quarantine import quarantine
from pocus_desktop.cli.hub_replay import COMMANDS as REPLAY_COMMANDS
from pocus_desktop.cli.hub_rosters import COMMANDS as ROSTER_COMMANDS
from pocus_desktop.cli.hub_stations import COMMANDS as STATION_COMMANDS
from pocus_desktop.cli.options import ask_passphrase
from pocus_desktop.cli.stick import tell_flushed
from pocus_desktop.kernel import words

CLIENT_SECRET = "POCUS_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def hub() -> None:
    """The academy's server, and its registry of stations, candidates and admissions."""


for _command in (
    *STATION_COMMANDS,
    *CANDIDATE_COMMANDS,
    *ADMISSION_COMMANDS,
    *ROSTER_COMMANDS,
    *REPLAY_COMMANDS,
    *KEEPING_COMMANDS,
    *ACADEMY_COMMANDS,
    quarantine,
    incidents,
    peers,
    policy,
):
    hub.add_command(_command)


@hub.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8420, show_default=True, help="0 takes a free one.")
@click.option("--certificate", type=_file, help="PEM chain; with it the hub speaks TLS itself.")
@click.option("--private-key", type=_file, help="PEM, where it is not in the certificate's file.")
@click.option("--behind-tls", "is_behind_tls", is_flag=True, help="A proxy before the hub speaks TLS.")
@click.option(
    "--depot",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The depot's folder, to be given at /v1/depot.",
)
@click.option(
    "--senders",
    type=click.Choice(["auto", "enrolled", "open"]),
    default="auto",
    show_default=True,
    help="From whom results are taken over the network; auto: enrolled computers, as soon as there are any.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy before the hub whose X-Forwarded-For and X-Request-ID are believed; may be given often.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Where this computer alone can scrape figures for Prometheus; without it there are none.",
)
@click.option("--log", default="", metavar="FILE", help="Instead of hub.log in the folder; - for the standard output.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes answer; more than one is for PostgreSQL.",
)
@click.option("--oidc-issuer", default="", help="A provider of OpenID Connect that vouches for staff.")
@click.option("--oidc-client-id", default="", help="What it knows this hub by.")
@click.option("--oidc-name", default="OpenID Connect", show_default=True, help="As staff read it.")
@click.option("--public-url", default="", help="The hub's address for browsers, such as https://hub.example.org.")
@hub_options
@pass_faces
@click.pass_context
def serve(
    context: click.Context,
    faces: Faces,
    folder: Path,
    database_url: str | None,
    keys: Path,
    host: str,
    port: int,
    certificate: Path | None,
    private_key: Path | None,
    depot: Path | None,
    senders: str,
    proxies: tuple[str, ...],
    metrics_port: int | None,
    log: str,
    processes: int,
    oidc_issuer: str,
    oidc_client_id: str,
    oidc_name: str,
    public_url: str,
    *,
    is_behind_tls: bool,
) -> None:
    """Take sealed results, score them, and answer with receipts; and show staff their pages at /staff.

    The secret that a provider of OpenID Connect gave is taken from POCUS_OIDC_CLIENT_SECRET.
    """
    if private_key is not None and certificate is None:
        raise click.UsageError("--private-key needs --certificate.")
    if oidc_issuer and not (oidc_client_id and public_url):
        raise click.UsageError("--oidc-issuer needs --oidc-client-id and --public-url.")
    secret = os.environ.get(CLIENT_SECRET, "")
    provider = (oidc_issuer, oidc_client_id, secret, oidc_name, public_url) if oidc_issuer else None
    status = faces.serve_hub(
        folder=folder,
        keys=keys,
        passphrase=ask_passphrase(),
        host=host,
        port=port,
        database_url=database_url,
        certificate=certificate,
        private_key=private_key,
        is_behind_tls=is_behind_tls,
        depot=depot,
        network=Network(
            senders=senders,
            proxies=proxies,
            metrics_port=metrics_port,
            log=log,
            processes=processes,
            provider=provider,
        ),
    )
    context.exit(status)


@hub.command()
@click.argument("bundle", type=_file)
@click.option("--scoring-key", type=_file, required=True)
@click.option("--publisher", type=_file, multiple=True, required=True)
@click.option(
    "--content-key",
    default="",
    envvar="POCUS_CONTENT_KEY",
    help="Of a sealed bundle, in hexadecimal; better given as POCUS_CONTENT_KEY, which no list of programs shows.",
)
@hub_options
@pass_faces
def register(
    faces: Faces,
    bundle: Path,
    folder: Path,
    database_url: str | None,
    scoring_key: Path,
    publisher: tuple[Path, ...],
    content_key: str,
    keys: Path,
) -> None:
    """Tell the hub of a bundle, so that its results can be scored."""
    told = faces.register_bundle(
        folder=folder,
        keys=keys,
        passphrase=ask_passphrase(),
        bundle=bundle,
        scoring_key=scoring_key,
        publisher=publisher,
        content_key=content_key,
        database_url=database_url,
    )
    click.echo(told)


@hub.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@hub_options
@pass_faces
def list_results(faces: Faces, folder: Path, database_url: str | None, keys: Path, *, as_json: bool) -> None:
    """Where every sitting stands: whose it is, what became of it, what it came to."""
    found = faces.list_results(folder=folder, keys=keys, passphrase=ask_passphrase(), database_url=database_url)
    for one in found:
        click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))
    if not found and not as_json:
        click.echo("No results yet.", err=True)


@hub.command()
@click.argument("carried", type=click.Path(path_type=Path, file_okay=False, exists=True))
@hub_options
@pass_faces
@click.pass_context
def take(
    context: click.Context, faces: Faces, carried: Path, folder: Path, database_url: str | None, keys: Path
) -> None:
    """Take results and portfolios of a folder (a USB stick), and leave receipts and answers.

    It is done when these are read back and everything is on the medium. The status is 1 where one is refused.
    """
    found = faces.take_results(
        carried=carried, folder=folder, keys=keys, passphrase=ask_passphrase(), database_url=database_url
    )
    for one in found:
        click.echo(f"{one.digest}  {one.state}" + (f": {one.told}  [{one.code}]" if one.code else ""))
    if not found:
        click.echo("The folder holds nothing for the academy.", err=True)
    if any(one.state == UNANSWERED for one in found):
        click.echo(words.say("sync.stick.not_all", "en"), err=True)
        context.exit(1)
    is_safe = tell_flushed(carried)
    context.exit(1 if not is_safe or any(one.code for one in found) else 0)


@hub.command()
@hub_options
@pass_faces
@click.pass_context
def audit(context: click.Context, faces: Faces, folder: Path, database_url: str | None, keys: Path) -> None:
    """Recompute the log, and hold receipts and envelopes against it; the status is 1 where something is wrong."""
    found = faces.audit_log(folder=folder, keys=keys, passphrase=ask_passphrase(), database_url=database_url)
    click.echo(f"{found.size} entries make the root that was signed.")
    for deed, number, digest in found.deeds:
        click.echo(f"{deed}  {digest}" + ("" if number is None else f"  entry {number}"))
    if not found.deeds:
        click.echo("Every entry has its receipt and its envelope.")
    context.exit(1 if found.deeds else 0)


@hub.command("export-log")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@hub_options
@pass_faces
def export_log(faces: Faces, out: Path, folder: Path, database_url: str | None, keys: Path) -> None:
    """Bring a copy of the log up to date: files that any web server gives, and anyone audits."""
    size = faces.export_log(out=out, folder=folder, keys=keys, passphrase=ask_passphrase(), database_url=database_url)
    click.echo(f"{size} entries are in {out}.")


def _line(one: HubResult) -> str:
    score = "" if one.points is None else f"{one.points:g} of {one.max_points:g}, {one.result}"
    forked = "forked" if one.has_fork and "forked" not in one.remarks else ""
    marks = ("partial" if one.is_partial else "", forked, *one.remarks, one.problem)
    parts = (
        one.sitting,
        one.candidate,
        f"attempt {one.attempt}",
        one.mode,
        f"{one.bundle} {one.version}",
        one.status,
        score,
        *marks,
    )
    return "  ".join(part for part in parts if part)
