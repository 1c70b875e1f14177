"""`pocus trust request|sign|collect|publish`: from a staged change to one that is in force."""

from collections.abc import Sequence
from pathlib import Path

import click

from pocus_desktop.bundle.trust import custody
from pocus_desktop.bundle.trust import request as requests
from pocus_desktop.bundle.trust.custody import KeyFile
from pocus_desktop.bundle.trust.errors import BadRequestError, KeyMayNotSignError, NothingStagedError
from pocus_desktop.bundle.trust.record import Record, document_of
from pocus_desktop.bundle.trust.rehearsal import rehearse
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.trust.request import SigningRequest
from pocus_desktop.cli.trust_options import depot_option, now_ms, tell_staged, told_standing, unlocked
from pocus_desktop.cli.trust_show import told_changes
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.files import write_atomically

SUFFIX = ".signing-request.json"

_folder = click.Path(path_type=Path, file_okay=False)
_file = click.Path(path_type=Path, dir_okay=False)
_roles = click.argument("roles", nargs=-1)


@click.command()
@depot_option
@click.option("--out", type=_folder, required=True, help="Where to put the files.")
@_roles
def request(depot: Path, out: Path, roles: tuple[str, ...]) -> None:
    """Write what is staged as files for signers elsewhere: one a role, all ROLES by default."""
    for each in _staged(Repository(folder=depot), roles):
        path = out / f"{each.role}{SUFFIX}"
        write_atomically(path, each.to_bytes())
        click.echo(path)


@click.command()
@click.option("--depot", type=_folder, help="The depot's folder, where it is at hand.")
@click.option("--file", type=_file, help="Instead, a signing request that `pocus trust request` wrote.")
@click.option("--keys", type=_folder, required=True, help="The folder on the signer's own medium.")
@click.option(
    "--record", type=_folder, help="Where to put the record; beside the request, or in the depot, by default."
)
@click.option("--yes", "is_agreed", is_flag=True, help="Do not ask; what is signed is told all the same.")
@_roles
def sign(
    depot: Path | None, file: Path | None, keys: Path, record: Path | None, *, is_agreed: bool, roles: tuple[str, ...]
) -> None:
    """Sign what is staged, ROLES or all that the keys may sign, after telling what it changes."""
    if (depot is None) == (file is None):
        raise click.UsageError("Give either --depot or --file.")
    if file is not None and roles:
        raise click.UsageError("A file holds one role; name none beside it.")
    media = custody.find(keys)
    if file is not None:
        waiting = [requests.parse(_read(file), file=file.name)]
    else:
        assert depot is not None  # noqa: S101 - as checked above
        waiting = _staged(Repository(folder=depot), roles)
    ready = [(each, holders) for each in waiting if (holders := _may_sign(each, media))]
    if not ready:
        raise KeyMayNotSignError(role=", ".join(each.role for each in waiting))
    for role in set(roles) - {each.role for each, _ in ready}:
        click.echo(f"{role}: none of these keys may sign it, or they have signed it already.", err=True)
    open_keys: dict[str, SigningKey] = {}
    done: list[SigningRequest] = []
    for each, holders in ready:
        signed = _sign_one(each, holders, open_keys, is_agreed=is_agreed)
        if signed is None:
            continue
        done.append(signed)
        if file is not None:
            write_atomically(file, signed.to_bytes())
        else:
            requests.collect(Repository(folder=depot or Path()), signed, file=each.role)
        click.echo(told_standing(signed), err=True)
    if done:
        place = record or (file.parent if file is not None else (depot or Path()) / "records")
        _keep(Record(what="signing", at_ms=now_ms(), documents=tuple(document_of(each) for each in done)), place)


@click.command()
@depot_option
@click.argument("files", type=_file, nargs=-1, required=True)
def collect(depot: Path, files: tuple[Path, ...]) -> None:
    """Take the signatures of FILES back into the depot."""
    repository = Repository(folder=depot)
    for path in files:
        requests.collect(repository, requests.parse(_read(path), file=path.name), file=path.name)
    tell_staged(repository)


@click.command()
@depot_option
@click.option(
    "--online-keys", "keys", type=_folder, required=True, help="The folder of the snapshot and timestamp keys."
)
@click.option("--record", type=_folder, help="Where to put the record; in the depot by default.")
def publish(depot: Path, keys: Path, record: Path | None) -> None:
    """Put into force what was signed, with a new snapshot and timestamp.

    Without anything staged it renews the timestamp, by which stations see that the depot is alive: at least monthly.
    """
    repository = Repository(folder=depot)
    documents = tuple(document_of(requests.make(repository, each.role)) for each in repository.standings())
    at_ms = now_ms()
    repository.require_signed()
    online = _online(repository, custody.find(keys))
    rehearse(repository, online, now_ms=at_ms)
    moved = repository.publish(online, now_ms=at_ms)
    click.echo(f"In force: {', '.join(moved)}. Checked as a station will.", err=True)
    if documents:
        _keep(Record(what="publication", at_ms=at_ms, documents=documents), record or depot / "records")


def _staged(repository: Repository, roles: Sequence[str]) -> list[SigningRequest]:
    wanted = roles or [standing.role for standing in repository.standings()]
    if not wanted:
        raise NothingStagedError(role="this depot")
    return [requests.make(repository, role) for role in wanted]


def _may_sign(request: SigningRequest, media: Sequence[KeyFile]) -> list[KeyFile]:
    wanted = set(request.standing().may_sign)
    return [each for each in media if each.holder.key.key_id in wanted]


def _sign_one(
    request: SigningRequest, holders: Sequence[KeyFile], open_keys: dict[str, SigningKey], *, is_agreed: bool
) -> SigningRequest | None:
    """The request with one more signature a holder; None where they do not want to."""
    for line in told_changes(request):
        click.echo(line, err=True)
    names = " and ".join(holder.holder.name for holder in holders)
    if not is_agreed and not click.confirm(
        f"Sign {request.role} version {request.metadata.signed.version} as {names}?", err=True
    ):
        click.echo(f"{request.role} was not signed.", err=True)
        return None
    for holder in holders:
        if holder.holder.key.key_id not in open_keys:
            open_keys[holder.holder.key.key_id] = unlocked(holder)
    return request.signed_by(open_keys.values())


def _online(repository: Repository, media: Sequence[KeyFile]) -> dict[str, SigningKey]:
    """The keys of snapshot and timestamp on a medium; a passphrase is asked for once a key."""
    opened: dict[str, SigningKey] = {}
    found: dict[str, SigningKey] = {}
    for role in ("snapshot", "timestamp"):
        wanted = repository.online_key_ids(role)
        holder = next((each for each in media if each.holder.key.key_id in wanted), None)
        if holder is None:
            raise KeyMayNotSignError(role=role)
        key_id = holder.holder.key.key_id
        if key_id not in opened:
            opened[key_id] = unlocked(holder)
        found[role] = opened[key_id]
    return found


def _keep(record: Record, folder: Path) -> None:
    """Write a record for programs and for paper; one of the same second gets a number."""
    name, number = record.name, 1
    while (folder / f"{name}.json").exists():
        number += 1
        name = f"{record.name}-{number}"
    write_atomically(folder / f"{name}.json", record.to_bytes())
    write_atomically(folder / f"{name}.txt", record.to_text().encode("utf-8"))
    click.echo(f"Record to print and sign by hand: {folder / name}.txt", err=True)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(requests.MAXIMUM_BYTES + 1)
    if len(data) > requests.MAXIMUM_BYTES:
        raise BadRequestError(file=path.name, reason="it is too long")
    return data
