"""`pocus programme rules`: show, check, sign and take in books of rules."""

import json
from datetime import date
from pathlib import Path
from typing import Final

import click

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.cli.options import keys_option, open_store
from pocus_desktop.cli.programme_options import DAY, EXISTING, academy_keys, now, rules_from, rules_option, tell
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.rules.keeping import RULES, take_rules
from pocus_desktop.programme.rules.load import load_rules
from pocus_desktop.programme.rules.schema import rules_schema
from pocus_desktop.programme.rules.signed import require_succession, sign_rules

_FURTHEST_AHEAD: Final = "Pacific/Kiritimati"
"""Where a day begins first: no candidate's application is of a later one."""


@click.group()
def rules() -> None:
    """Show, check, sign and take in the rules by which the programme decides."""


@rules.command()
@click.option("--on", type=DAY, help="The day whose rules are shown; today if omitted.")
@click.option("--kind", help="Only rows of a kind, such as cases.")
@rules_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(on: date | None, kind: str | None, book: Path | None, *, as_json: bool) -> None:
    """Show the rows that hold on a day, with their sources."""
    found = rules_from(book)
    day = on or local_day(now(), "UTC")
    rows = [row for row in found.in_force(day) if kind in {None, row.kind}]
    if as_json:
        document = {
            "book_id": found.book.book_id,
            "digest": found.digest,
            "on": day.isoformat(),
            "rules": [row.model_dump(mode="json", by_alias=True, exclude_defaults=True) for row in rows],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    click.echo(f"{found.book.book_id}  published {found.book.published}  {found.digest}")
    for row in rows:
        values = row.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        said = [f"{name}={value}" for name, value in values.items() if name not in {"id", "kind", "from", "source"}]
        click.echo(f"{row.id}  {row.kind}  from {row.since}\n  {'  '.join(said)}")
        click.echo(f"  {row.source.words}\n  {row.source.where} ({row.source.read})")


@rules.command()
@click.argument("file", type=EXISTING)
@click.option("--before", type=EXISTING, help="The book whose place it is to take.")
@click.pass_context
def check(context: click.Context, file: Path, before: Path | None) -> None:
    """Tell every problem of a file of rules, with its line and how to mend it."""
    loaded = load_rules(file)
    tell(loaded.problems)
    if loaded.problems:
        context.exit(1)
    found = loaded.demand()
    if before is not None:
        require_succession(load_rules(before).demand(), found, decided_until=found.book.published)
    click.echo(f"{len(found.book.rules)} rows  {found.digest}")


@rules.command()
def schema() -> None:
    """Print the JSON Schema of a file of rules, for editors of TOML."""
    click.echo(json.dumps(rules_schema(), indent=2, ensure_ascii=False))


@rules.command()
@click.argument("file", type=EXISTING)
@keys_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The signed book.")
def sign(file: Path, keys: Path, out: Path) -> None:
    """Sign a file of rules with the academy's key, for computers to take in."""
    found = load_rules(file).demand()
    write_atomically(out, sign_rules(found, AcademyRing.load(open_store(keys)).current.signing))
    click.echo(f"{out}  {found.digest}")


@rules.command()
@click.argument("file", type=EXISTING)
@click.option(
    "--hub", type=click.Path(path_type=Path, file_okay=False, exists=True), help="A hub's folder, on its own computer."
)
@click.option(
    "--late", is_flag=True, help="At a hub: although rows of it began already, or what it has kept cannot be read."
)
@keys_option
def take(file: Path, hub: Path | None, keys: Path, *, late: bool) -> None:
    """Take in the academy's signed book: it must not change what was decided before.

    At a hub, --keys are the academy's, and the hub decides by the book when it is started next.
    """
    decided_until, kept_by = None, tuple[PublicKey, ...]()
    if hub is None:
        place, hubs = Home.default().programme_rules, academy_keys()
    else:
        ring = AcademyRing.load(open_store(keys))
        place, hubs = hub / RULES, ring.verifiers
        kept_by = tuple(each.keys.signing.public for each in ring.retired)
        decided_until = None if late else local_day(now(), _FURTHEST_AHEAD)
    found = take_rules(place, file.read_bytes(), hubs, decided_until=decided_until, kept_by=kept_by)
    click.echo(f"{found.book.book_id}  published {found.book.published}  {found.digest}")
