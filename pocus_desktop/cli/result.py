"""`pocus result`: open sealed results and score them, with the academy's keys."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.bundle.scoring_key import open_scoring_key, read_label
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.cli.options import keys_option, open_store, read_public_keys
from pocus_desktop.crypto.encoding import from_hex
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.scoring.score import score as score_responses
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.events import Opened as OpenedEvent
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.log import lines
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.opening import require_same
from pocus_desktop.sitting.sealed import Opened, open_sealed_result

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def result() -> None:
    """Open sealed results and score them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A sealed result with the bundle that it is of, both verified."""

    ring: AcademyRing
    opened: Opened
    material: Material
    trusted: tuple[PublicKey, ...]

    @property
    def course(self) -> Course:
        first = self.opened.events[0].event
        assert isinstance(first, OpenedEvent)  # noqa: S101 - opening a sealed result proves it (rule 6)
        return Course.of(self.material.assessment, first)


def _result_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        keys_option,
        click.option("--content-key", help="Of a sealed bundle, in hexadecimal."),
        click.option("--publisher", type=_file, multiple=True, required=True, help="The publisher's public keys."),
        click.option("--bundle", type=_file, required=True, help="The bundle that was sat."),
        click.argument("file", type=_file),
    ):
        command = option(command)
    return command


@result.command("open")
@_result_options
@click.option("--json", "as_json", is_flag=True, help="Every event as JSON, a line each.")
def open_(
    file: Path, bundle: Path, publisher: tuple[Path, ...], content_key: str | None, keys: Path, *, as_json: bool
) -> None:
    """Verify and decrypt a sealed result (its admission and bundle too), and print what happened in the sitting."""
    given = _given(file, bundle, publisher, content_key, keys)
    told = (
        [json.dumps(one.as_json(), ensure_ascii=False) for one in given.opened.events]
        if as_json
        else lines(given.opened.events, given.course, with_answers=True)
    )
    for line in told:
        click.echo(line)


@result.command()
@_result_options
@click.option("--scoring-key", type=_file, required=True, help="The bundle's `.scoringkey` file.")
def score(
    file: Path, bundle: Path, publisher: tuple[Path, ...], content_key: str | None, keys: Path, scoring_key: Path
) -> None:
    """Replay a sealed result through the engine and score it."""
    given = _given(file, bundle, publisher, content_key, keys)
    material = given.material
    sealed = scoring_key.read_bytes()
    recipient = read_label(sealed).recipient
    opened_key = open_scoring_key(
        sealed,
        next((key for key in given.ring.openers if key.key_id == recipient), given.ring.current.sealing),
        bundle_id=material.bundle_id,
        version=material.bundle_version,
        keys=given.trusted,
    )
    course = given.course
    state = judge(course, given.opened.events)
    key = ScoringKey.from_json(opened_key.data)
    report = score_responses(material.assessment, key, state.responses, course.shown_items(state.configuration))
    click.echo(report.model_dump_json(indent=2))


def _given(file: Path, bundle: Path, publisher: tuple[Path, ...], content_key: str | None, keys: Path) -> _Given:
    ring = AcademyRing.load(open_store(keys))
    opened = open_sealed_result(file.read_bytes(), ring.openers)
    trusted = tuple(key for path in publisher for key in read_public_keys(path) if key.algorithm == "ed25519")
    secret = from_hex(content_key, field="content key") if content_key else None
    now_ms = time.time_ns() // 1_000_000
    with open_bundle(bundle, TrustPolicy(keys=trusted), now_ms=now_ms, app_version=__version__) as verified:
        material = Material.of(verified, verified.unlock(secret))
    admission = admissions.verify(opened.admission, ring.verifiers)
    require_same(opened.events, admission, material)
    return _Given(ring=ring, opened=opened, material=material, trusted=trusted)
