"""Where things lie in a depot (formats/depot 2). The same on a disk, behind an address and on a stick."""

from pocus_desktop.bundle.trust.listing import Listing


def container(envelope_sha256: str) -> str:
    """The container whose manifest's envelope has this digest."""
    return f"bundles/{envelope_sha256}.casebundle"


def envelope(listing: Listing) -> str:
    """The manifest's envelope of a listed bundle: a TUF target, named by its digest."""
    folder, _, name = listing.target_path.rpartition("/")
    return f"targets/{folder}/{listing.envelope_sha256}.{name}"
