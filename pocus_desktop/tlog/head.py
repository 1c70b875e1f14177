"""The signed head of a log: a checkpoint (C2SP tlog-checkpoint v1.0), which is a signed note of three lines.

origin             which log
size               how many leaves
base64(root)       of the tree over them
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.tlog import note
from pocus_desktop.tlog.errors import BadHeadError, OtherLogError
from pocus_desktop.tlog.merkle import HASH_BYTES

LARGEST_SIZE: Final = 2**53 - 1
"""No log here is larger: what a JSON number holds."""

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_LINES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a log says of itself at one moment.

    Attributes:
        origin: Which log; stays the same for its whole life.
        size: How many leaves it has.
        root: The root of the tree over them.
    """

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    def sign(self, keys: Iterable[SigningKey]) -> bytes:
        """The checkpoint: this head, signed under the log's name."""
        return note.sign(self.text(), self.origin, keys).to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A head that a trusted key signed, with the note that proves it; made by `verify` alone.

    Attributes:
        checkpoint: The signed note, as it came.
        signers: The trusted keys that signed.
    """

    head: Head
    checkpoint: bytes
    signers: tuple[PublicKey, ...]


def verify(checkpoint: bytes, keys: Iterable[PublicKey], *, origin: str | None = None) -> SignedHead:
    """Read a checkpoint that a trusted key signed.

    Args:
        checkpoint: The signed note.
        keys: Keys that may sign for the log, retired ones included.
        origin: The log that it must be of, where that is known.

    Raises:
        BadNoteError: Not a signed note.
        BadHeadError: A note that is no head.
        OtherLogError: Of another log.
        NotSignedError: No trusted key signed it.
    """
    signed = note.SignedNote.parse(checkpoint)
    head = _head(signed.text)
    if origin is not None and head.origin != origin:
        raise OtherLogError(origin=head.origin, expected=origin)
    return SignedHead(head=head, checkpoint=checkpoint, signers=note.verify(signed, head.origin, keys))


def _head(text: str) -> Head:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < _LINES or not all(lines):
        raise BadHeadError(reason="it has no three lines")
    origin, size, root = lines[:_LINES]
    if _DECIMAL.fullmatch(size) is None or int(size) > LARGEST_SIZE:
        raise BadHeadError(reason="its size is no size")
    try:
        raw = from_base64(root, field="root")
    except BadEncodingError as problem:
        raise BadHeadError(reason="its root is no hash") from problem
    if len(raw) != HASH_BYTES or to_base64(raw) != root:
        raise BadHeadError(reason="its root is no hash")
    return Head(origin=origin, size=int(size), root=raw)
