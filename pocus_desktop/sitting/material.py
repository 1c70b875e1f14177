"""What is sat: the assessment of a bundle, with the scoring key where the bundle brings one."""

from dataclasses import dataclass
from typing import Final, Self

from pydantic import ValidationError

from pocus_desktop.admission.shape import first_fault
from pocus_desktop.bundle.content import BundleContent
from pocus_desktop.bundle.verifier import VerifiedBundle
from pocus_desktop.case.models import Assessment
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.sitting.errors import BadContentError

CASE_MEMBER: Final = "case.json"
KEY_MEMBER: Final = "scoring.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """An assessment and where it comes from.

    Attributes:
        manifest_digest: Of the verified manifest; empty for a source under preview, which only review mode takes.
        key: The scoring key of a practice bundle; None where there is none.
    """

    bundle_id: str
    bundle_version: int
    manifest_digest: str
    assessment: Assessment
    key: ScoringKey | None = None

    @classmethod
    def of(cls, bundle: VerifiedBundle, content: BundleContent) -> Self:
        """From a verified bundle and its unlocked content.

        Raises:
            BadContentError: `case.json` or `scoring.json` cannot be read.
            PocusError: `bundle.*` or `crypto.*`, where a member is not what was signed.
        """
        try:
            assessment = Assessment.from_json(content.read(CASE_MEMBER))
            has_key = KEY_MEMBER in content.names()
            key = ScoringKey.from_json(content.read(KEY_MEMBER)) if has_key else None
        except ValidationError as problem:
            raise BadContentError(reason=first_fault(problem)) from problem
        return cls(
            bundle_id=bundle.manifest.bundle_id,
            bundle_version=bundle.manifest.version,
            manifest_digest=bundle.digest_of_manifest,
            assessment=assessment,
            key=key,
        )

    @classmethod
    def preview(cls, assessment: Assessment, key: ScoringKey | None = None) -> Self:
        """From a source that was never made a bundle: for the item writer's eyes, in review mode."""
        return cls(bundle_id=assessment.id, bundle_version=1, manifest_digest="", assessment=assessment, key=key)
