"""From a bundle's files to what goes on the hub's shelf."""

from collections.abc import Sequence
from pathlib import Path

from pocus_desktop.bundle.scoring_key import open_scoring_key, read_label
from pocus_desktop.bundle.verifier import TrustPolicy, open_bundle
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.hub.errors import BadScoringKeyError
from pocus_desktop.hub.shelf import Shelved
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.opening import app_version


def read_bundle(
    bundle: Path,
    *,
    scoring_key: bytes,
    openers: Sequence[SealingKey],
    policy: TrustPolicy,
    content_key: bytes | None,
    at_ms: int,
) -> Shelved:
    """Read and verify a bundle and its scoring key.

    Args:
        bundle: The `.casebundle`.
        scoring_key: The bytes of its `.scoringkey`, sealed to one of the academy's keys.
        openers: These keys.
        policy: Whose bundles and scoring keys count.
        content_key: For a sealed bundle.
        at_ms: The moment for which the bundle's validity is judged.

    Raises:
        BadScoringKeyError: The scoring key is sealed to no key of the academy, or is none.
        PocusError: `bundle.*`, `crypto.*`, `sitting.*`: bundle or scoring key are not sound.
    """
    with open_bundle(bundle, policy, now_ms=at_ms, app_version=app_version()) as verified:
        material = Material.of(verified, verified.unlock(content_key))
    recipient = read_label(scoring_key).recipient
    opener = next((key for key in openers if key.key_id == recipient), None)
    if opener is None:
        raise BadScoringKeyError(bundle=material.bundle_id, item="", reason="not_for_this_academy", count=0)
    opened = open_scoring_key(
        scoring_key,
        opener,
        bundle_id=material.bundle_id,
        version=material.bundle_version,
        keys=policy.everyone(),
        threshold=policy.threshold,
    )
    return Shelved(
        bundle_id=material.bundle_id,
        bundle_version=material.bundle_version,
        manifest_digest=material.manifest_digest,
        assessment=material.assessment,
        key=_read_key(opened.data, material.bundle_id),
    )


def _read_key(data: bytes, bundle_id: str) -> ScoringKey:
    try:
        return ScoringKey.from_json(data)
    except ValueError as problem:
        raise BadScoringKeyError(bundle=bundle_id, item="", reason="not_a_scoring_key", count=0) from problem
