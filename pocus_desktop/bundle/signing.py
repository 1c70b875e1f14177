"""Add a signature to a bundle: the second person of a release (formats/bundle 4.4)."""

from pathlib import Path

from pocus_desktop.bundle import zip_records as records
from pocus_desktop.bundle.stored_file import SEGMENT_BYTES
from pocus_desktop.bundle.verifier import VerifiedBundle
from pocus_desktop.bundle.whole_file import whole_file
from pocus_desktop.bundle.writer import lay_out, write_container
from pocus_desktop.crypto.dsse import add_signature
from pocus_desktop.crypto.keys import SigningKey


def countersign(bundle: VerifiedBundle, signer: SigningKey, *, destination: Path) -> None:
    """Write the bundle anew with one more signature. The manifest's payload and the content stay byte for byte.

    Every stored byte is verified as it is copied, so that no one puts their name to a damaged bundle.

    Args:
        bundle: Opened by whom the second person trusts.
        signer: Their key; signing twice with one key adds nothing.
        destination: Where the new file shall be; may be the bundle's own path, which is then replaced as a whole
            (on Windows an open file keeps its name: give another).

    Raises:
        ContentDamagedError: The bundle is not what was signed before.
        CannotWriteError: The operating system does not take the file.
        PocusError: `crypto.bad_envelope`: the bundle carries as many signatures as a reader takes.
    """
    manifest = bundle.manifest
    envelope = add_signature(bundle.envelope, signer).to_bytes()
    table = b"".join(bundle.segment_digests(member.path) for member in manifest.members)
    sizes = [(member.path, member.stored_bytes) for member in manifest.members]
    entries = lay_out([(records.MANIFEST_NAME, len(envelope)), (records.SEGMENTS_NAME, len(table)), *sizes])
    with whole_file(destination) as file:
        for member, entry in zip(manifest.members, entries[3:], strict=True):
            source = bundle.stored(member.path)
            file.seek(entry.data_offset)
            for offset in range(0, member.stored_bytes, SEGMENT_BYTES):
                file.write(source.read_at(offset, SEGMENT_BYTES))
        write_container(file, entries, envelope=envelope, table=table, manifest=manifest)
