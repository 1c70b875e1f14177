"""The shelf: the assessments that the hub can score, each with its scoring key (formats/sync 6).

One entry of a place for each version of a bundle, sealed to the academy's own key: whoever copies the place without the
academy's keys reads neither questions nor answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from pocus_desktop.bundle.manifest import LARGEST_INTEGER
from pocus_desktop.case.models import Assessment
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.hub.errors import BadScoringKeyError, PlaceDamagedError, ShelfDamagedError, VersionTakenError
from pocus_desktop.hub.storage.places import Place
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError
from pocus_desktop.kernel.ids import NAME
from pocus_desktop.scoring.key import ScoringKey, mismatches

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """What scores one version of a bundle.

    Attributes:
        manifest_digest: SHA-256 of the bundle's manifest, which sittings name; empty where it was registered without
            its bundle, and then not compared.
    """

    bundle_id: str
    bundle_version: int
    manifest_digest: str
    assessment: Assessment = field(repr=False)
    key: ScoringKey = field(repr=False)


class Shelf:
    """Sealed assessments and scoring keys in a place."""

    def __init__(self, place: Place, openers: Callable[[], Sequence[SealingKey]]) -> None:
        """Name the place.

        Args:
            place: Where they are kept.
            openers: The academy's keys now; what is put is sealed to the first.
        """
        self._place = place
        self._openers = openers

    def put(self, shelved: Shelved) -> None:
        """Keep an assessment and its key; a newer key for the same assessment takes the place of the older.

        Raises:
            BadScoringKeyError: The key does not fit the assessment.
            VersionTakenError: Another assessment is there under that id and version.
            StoreUnavailableError: The place does not take it.
        """
        faults = mismatches(shelved.assessment, shelved.key)
        if shelved.key.assessment_id != shelved.assessment.id:
            faults = (("", "other_assessment"), *faults)
        if faults:
            item, reason = faults[0]
            raise BadScoringKeyError(bundle=shelved.bundle_id, item=item, reason=reason, count=len(faults))
        there = self.find(shelved.bundle_id, shelved.bundle_version)
        if there is not None and not _is_same(there, shelved):
            raise VersionTakenError(bundle=shelved.bundle_id, version=shelved.bundle_version)
        document = canonical.encode(
            {
                "format": FORMAT,
                "manifest_digest": shelved.manifest_digest,
                "assessment": to_base64(shelved.assessment.to_json()),
                "scoring_key": to_base64(shelved.key.to_json()),
            }
        )
        writer = self._openers()[0].public
        sealed = hpke.seal(writer, document, info=_info(shelved.bundle_id, shelved.bundle_version))
        outside = canonical.encode({"format": FORMAT, "recipient": writer.key_id, "sealed": to_base64(sealed)})
        self._place.put(_name(shelved.bundle_id, shelved.bundle_version), outside)

    def find(self, bundle_id: str, version: int) -> Shelved | None:
        """What scores a version of a bundle; None where it is not registered (or no bundle can be called so).

        Raises:
            ShelfDamagedError: What is kept of it cannot be read.
            StoreUnavailableError: The place does not answer now.
        """
        outside = self._read(bundle_id, version)
        if outside is None:
            return None
        try:
            return self._open(outside, bundle_id, version)
        except (BadJsonError, BadEncodingError, ValidationError, hpke.CannotOpenSealedError) as problem:
            raise ShelfDamagedError(bundle=bundle_id, version=version) from problem

    def stamp(self, bundle_id: str, version: int) -> str:
        """Changes whenever what is kept of a version does; empty where it is not registered.

        Raises:
            ShelfDamagedError: What is kept of it cannot be read.
            StoreUnavailableError: The place does not answer now.
        """
        outside = self._read(bundle_id, version)
        return "" if outside is None else canonical.digest(outside)

    def _read(self, bundle_id: str, version: int) -> bytes | None:
        if not NAME.fullmatch(bundle_id) or not 1 <= version <= LARGEST_INTEGER:
            return None
        try:
            return self._place.get(_name(bundle_id, version))
        except PlaceDamagedError as problem:
            raise ShelfDamagedError(bundle=bundle_id, version=version) from problem

    def _open(self, outside: bytes, bundle_id: str, version: int) -> Shelved:
        openers = {key.key_id: key for key in self._openers()}
        match canonical.decode(outside):
            case {"format": 1, "recipient": str(recipient), "sealed": str(sealed)} if recipient in openers:
                opener = openers[recipient]
            case _:
                raise ShelfDamagedError(bundle=bundle_id, version=version)
        inside = hpke.open_sealed(opener, from_base64(sealed, field="sealed"), info=_info(bundle_id, version))
        match canonical.decode(inside):
            case {"format": 1, "manifest_digest": str(digest), "assessment": str(assessment), "scoring_key": str(key)}:
                return Shelved(
                    bundle_id=bundle_id,
                    bundle_version=version,
                    manifest_digest=digest,
                    assessment=Assessment.from_json(from_base64(assessment, field="assessment")),
                    key=ScoringKey.from_json(from_base64(key, field="scoring_key")),
                )
            case _:
                raise ShelfDamagedError(bundle=bundle_id, version=version)


def _name(bundle_id: str, version: int) -> str:
    return f"{bundle_id}-v{version}.shelf"


def _is_same(one: Shelved, other: Shelved) -> bool:
    is_digest_same = one.manifest_digest == other.manifest_digest or "" in {one.manifest_digest, other.manifest_digest}
    return is_digest_same and one.assessment == other.assessment


def _info(bundle_id: str, version: int) -> bytes:
    return canonical.encode(["pocus hub shelf v1", bundle_id, version])
