"""A proof that an entry is in a log, for itself (C2SP tlog-proof v1): index, audit path and the signed head.

c2sp.org/tlog-proof@v1
index <n>
base64(hash)              one a line, from the leaf's sibling up
<empty line>
<checkpoint>
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.tlog import head as heads
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.errors import BadProofError, NotIncludedError
from pocus_desktop.tlog.head import SignedHead

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
LONGEST_PATH: Final = 63

_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Where an entry is said to stand, and the way from it to a head; nothing is verified by being here.

    Attributes:
        index: Of the entry in the log, from 0.
        path: The audit path.
        checkpoint: The head as a signed note.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def to_text(self) -> str:
        """The proof as it is stored and sent."""
        path = "".join(f"{to_base64(part)}\n" for part in self.path)
        return f"{FIRST_LINE}\nindex {self.index}\n{path}\n{self.checkpoint.decode('utf-8')}"

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Read a proof; extra data that others put in is passed over.

        Raises:
            BadProofError: It is something else.
        """
        front, gap, checkpoint = text.partition("\n\n")
        lines = front.split("\n")
        if not gap or lines.pop(0) != FIRST_LINE:
            raise BadProofError(reason="it does not begin as one")
        if lines and lines[0].startswith("extra "):
            del lines[0]
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None:
            raise BadProofError(reason="it has no index")
        if len(lines) > LONGEST_PATH:
            raise BadProofError(reason="its path is too long")
        try:
            path = tuple(from_base64(line, field="path") for line in lines)
            return cls(index=int(index[1]), path=path, checkpoint=checkpoint.encode("utf-8"))
        except (BadEncodingError, UnicodeEncodeError) as problem:
            raise BadProofError(reason="its path is not base64") from problem


def verify(proof: Proof, entry: bytes, keys: Iterable[PublicKey], *, origin: str | None = None) -> SignedHead:
    """The signed head under which an entry is proved to be in the log.

    Raises:
        BadNoteError, BadHeadError, OtherLogError, NotSignedError: The head (`head.verify`).
        NotIncludedError: The path does not lead from this entry at this index to that head.
    """
    signed = heads.verify(proof.checkpoint, keys, origin=origin)
    head = signed.head
    leaf = merkle.leaf_hash(entry)
    if not merkle.is_included(leaf=leaf, index=proof.index, size=head.size, root=head.root, proof=proof.path):
        raise NotIncludedError(origin=head.origin, index=proof.index, size=head.size)
    return signed
