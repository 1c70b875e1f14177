"""A sitting told from its sealed result, as it is attached to an appeal (`appeals`)."""

from collections.abc import Callable, Sequence

from pocus_desktop.appeals.appeal import Appeal, appeal
from pocus_desktop.appeals.document import document
from pocus_desktop.appeals.several import speaking
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting.events import Opened as OpenedEvent
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sitting.sealed import Opened


def relived(
    results: Sequence[Opened],
    *,
    chosen: str,
    ring: KeyRing,
    receipt_of: Callable[[str], bytes | None],
    material_of: Callable[[str, int], Material | None],
) -> Appeal:
    """A sitting, told.

    Args:
        results: Its sealed results, opened.
        chosen: The digest of the one that speaks.
        ring: The academy's keys.
        receipt_of: The receipt of an envelope, by its digest.
        material_of: The assessment of a bundle, as it stands on the shelf.

    Raises:
        PocusError: As `appeals.appeal.appeal`.
    """
    speaks, _ = speaking(results, chosen=chosen)
    first = speaks.events[0].event
    assert isinstance(first, OpenedEvent)  # noqa: S101 - opening a sealed result proves it (sealed-result 5.4)
    envelope = receipt_of(speaks.digest)
    receipt = None if envelope is None else verify_receipt(envelope, ring.verifiers, sealed_digest=speaks.digest)
    return appeal(
        results,
        material=material_of(first.bundle_id, first.bundle_version),
        hubs=ring.verifiers,
        receipt=receipt,
        chosen=chosen,
    )


def written(sitting: Appeal) -> bytes:
    """The document of a sitting, as JSON: what is attached to an appeal."""
    return canonical.encode(document(sitting))
