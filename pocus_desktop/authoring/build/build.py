"""Build a bundle from a source folder: the same source and keys give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pocus_desktop.authoring.build.members import CASE_MEMBER, SCORING_MEMBER, gather
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.authoring.build.recipe import Recipe, as_ms, read_recipe
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.bundle.manifest import Manifest
from pocus_desktop.bundle.scoring_key import seal_scoring_key
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import Problem
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.canonical import decode, encode
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.scoring.key import ScoringKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build left behind.

    Attributes:
        bundle: The `.casebundle` file.
        scoring_key: The `.scoringkey` file, sealed to the academy.
        content_key: What opens a sealed bundle; goes into admissions only.
    """

    bundle: Path
    scoring_key: Path
    digest: str
    manifest: Manifest
    assessment: Assessment
    key: ScoringKey
    content_key: bytes = field(repr=False)
    warnings: tuple[Problem, ...] = ()


def build(
    folder: Path,
    *,
    out: Path,
    keys: PublisherKeys,
    academy: PublicKey,
    more_signers: Sequence[SigningKey] = (),
    recipe: Recipe | None = None,
) -> Built:
    """Build the bundle and the scoring key of a source folder.

    Args:
        folder: Where `case.yaml` or `assessment.yaml` is.
        out: The folder for `<bundle id>-v<version>.casebundle` and `.scoringkey`.
        keys: The publisher's.
        academy: The X25519 key that the scoring key is sealed to.
        more_signers: Others who sign the manifest (release of a live bundle needs two).
        recipe: Instead of the folder's `bundle.yaml`.

    Raises:
        CaseRefusedError: The source has errors; all of them are in it.
        PocusError: `bundle.*`, where the container cannot be written.
    """
    recipe = recipe or read_recipe(folder)
    loaded = load_source(folder)
    _, key = loaded.demand()
    gathered = gather(loaded)
    assessment = gathered.assessment
    members = [
        SourceMember(name=CASE_MEMBER, media_type="application/json", data=_canonical(assessment.to_json())),
        *gathered.members,
    ]
    if recipe.mode == "open":
        scoring = SourceMember(name=SCORING_MEMBER, media_type="application/json", data=_canonical(key.to_json()))
        members.append(scoring)
    bundle_id = recipe.bundle_id or assessment.id
    stem = f"{bundle_id}-v{recipe.version}"
    signers = [keys.signing, *more_signers]
    written = write_bundle(
        BundleSource(
            bundle_id=bundle_id,
            version=recipe.version,
            title=dict(assessment.title.root),
            content_area=str(assessment.area),
            languages=assessment.languages,
            mode=recipe.mode,
            not_before_ms=as_ms(recipe.not_before),
            not_after_ms=as_ms(recipe.not_after),
            minimum_app=recipe.minimum_app,
            members=tuple(members),
        ),
        line_secret=keys.line_secret,
        signers=signers,
        destination=out / f"{stem}.casebundle",
    )
    sealed = seal_scoring_key(
        key.to_json(), bundle_id=bundle_id, version=recipe.version, recipient=academy, signers=signers
    )
    scoring_path = out / f"{stem}.scoringkey"
    write_atomically(scoring_path, sealed)
    return Built(
        bundle=written.path,
        scoring_key=scoring_path,
        digest=written.digest,
        manifest=written.manifest,
        assessment=assessment,
        key=key,
        content_key=written.content_key,
        warnings=gathered.warnings,
    )


def _canonical(data: bytes) -> bytes:
    return encode(decode(data))
