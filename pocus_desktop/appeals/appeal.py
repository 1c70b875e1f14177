"""An appeal's file: what identifies a sealed result, beside what it tells (formats/timeline 1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from pocus_desktop.admission import admission as admissions
from pocus_desktop.appeals.history import History
from pocus_desktop.appeals.recount import timeline
from pocus_desktop.appeals.several import Other, speaking
from pocus_desktop.appeals.timeline import Doubt, Timeline
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.events import Opened as OpenedEvent
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.receipt import Receipt
from pocus_desktop.sitting.sealed import Opened

FORKED: Final = "appeals.forked"
PARTIAL: Final = "appeals.partial"
UNVOUCHED: Final = "appeals.unvouched"


class NotTheBundleError(PocusError):
    """The bundle at hand is not the one that was sat: its texts would stand beside answers to others."""

    code = "appeals.not_the_bundle"
    blame = Blame.USER

    @classmethod
    def of(cls, first: OpenedEvent, *, found: str) -> Self:
        """From what the sitting names, and what was found."""
        return cls(needed=first.bundle_id, version=first.bundle_version, digest=first.manifest_digest, found=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What tells which result this is, and where it comes from.

    Attributes:
        digest: SHA-256 of the sealed file.
        head: Digest of the journal's last row.
        station: Id of the key that signed.
        manifest_digest: Of the bundle that was sat.
        receipt: The hub's, where it was given; verified.
        others: The other results of the sitting that were given.
    """

    sitting: str
    digest: str
    head: str
    last_seq: int
    is_partial: bool
    sealed_at_ms: int
    station: str
    admission_id: str
    admission_digest: str
    candidate_id: str
    candidate_name: str
    attempt: int
    mode: str
    bundle_id: str
    bundle_version: int
    manifest_digest: str
    receipt: Receipt | None
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """All that a window, a report and a document are made of."""

    identity: Identity
    timeline: Timeline
    history: History = field(compare=False, repr=False)

    @property
    def course(self) -> Course | None:
        """The assessment, where it is at hand."""
        return self.history.course


def appeal(
    results: Sequence[Opened],
    *,
    material: Material | None,
    hubs: Iterable[PublicKey],
    receipt: Receipt | None = None,
    chosen: str = "",
) -> Appeal:
    """Put together what is looked at.

    Args:
        results: One or several sealed results of one sitting, opened.
        material: The bundle that was sat; None where it is not at hand.
        hubs: The academy's signing keys, for the admission inside.
        receipt: The hub's, verified; None where there is none.
        chosen: As `speaking`.

    Raises:
        SeveralSittingsError: The results are not of one sitting.
        NotTheBundleError: The bundle is not the one that was sat: its texts would be put beside other answers.
    """
    opened, others = speaking(results, chosen=chosen)
    first = opened.events[0].event
    assert isinstance(first, OpenedEvent)  # noqa: S101 - opening a sealed result proves it (sealed-result 5.4)
    if material is not None:
        _require_same(first, material)
    course = None if material is None else Course.of(material.assessment, first)
    told, history = timeline(opened.events, course)
    told = replace(told, doubts=(*_doubts_outside(opened, others, hubs), *told.doubts))
    return Appeal(identity=_identity(opened, first, receipt, others), timeline=told, history=history)


def _require_same(first: OpenedEvent, material: Material) -> None:
    is_same = (material.bundle_id, material.bundle_version) == (first.bundle_id, first.bundle_version)
    if not is_same or (material.manifest_digest and material.manifest_digest != first.manifest_digest):
        raise NotTheBundleError.of(first, found=f"{material.bundle_id} {material.bundle_version}")


def _doubts_outside(opened: Opened, others: Iterable[Other], hubs: Iterable[PublicKey]) -> list[Doubt]:
    """What is doubtful about the file, whatever its events tell."""
    found = [
        Doubt(code=FORKED, params=(("digest", one.digest), ("seq", one.forks_at))) for one in others if one.forks_at
    ]
    try:
        admissions.verify(opened.admission, hubs)
    except PocusError as error:
        found.append(Doubt(code=UNVOUCHED, params=(("reason", error.code),)))
    if opened.is_partial:
        found.append(Doubt(code=PARTIAL, params=(("seq", opened.header.last_seq),)))
    return found


def _identity(opened: Opened, first: OpenedEvent, receipt: Receipt | None, others: tuple[Other, ...]) -> Identity:
    return Identity(
        sitting=first.sitting,
        digest=opened.digest,
        head=opened.head,
        last_seq=opened.header.last_seq,
        is_partial=opened.is_partial,
        sealed_at_ms=opened.header.sealed_at_ms,
        station=opened.station.key_id,
        admission_id=first.admission_id,
        admission_digest=first.admission_digest,
        candidate_id=first.candidate_id,
        candidate_name=first.candidate_name,
        attempt=first.attempt,
        mode=str(first.mode),
        bundle_id=first.bundle_id,
        bundle_version=first.bundle_version,
        manifest_digest=first.manifest_digest,
        receipt=receipt,
        others=others,
    )
