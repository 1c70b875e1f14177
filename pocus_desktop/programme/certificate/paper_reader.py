"""The credential inside a PDF that anyone may have made (formats/certificate 7.4).

1. A PDF is at most 4 MiB, and is read strictly: what is damaged is refused, never mended.
2. Its catalogue names exactly one associated file of the name that certificates have.
3. That file is at most 64 KiB once unpacked; no more than that is unpacked of it.

What the page shows proves nothing: only the attachment is verified, and it is what is told.
"""

import logging
import zlib
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from pocus_desktop.programme.certificate.errors import BadPaperError
from pocus_desktop.programme.certificate.verify import MAXIMUM_BYTES

MAGIC: Final = b"%PDF-"
MAXIMUM_PDF_BYTES: Final = 4 * 1024 * 1024
ATTACHMENT: Final = "credential.json"
_MOST_ATTACHED: Final = 16

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells what it thinks of a file to nobody who would act on it


def is_pdf(data: bytes) -> bool:
    """Whether bytes begin as a PDF does."""
    return data.startswith(MAGIC)


def credential_in(data: bytes) -> bytes:
    """The attached credential; see the module for the rules. It is not verified by being here.

    Raises:
        BadPaperError: A rule is broken.
    """
    if len(data) > MAXIMUM_PDF_BYTES:
        raise BadPaperError(reason="the file is too large")
    try:
        return _unpacked(_attached(PdfReader(BytesIO(data), strict=True)))
    except BadPaperError:
        raise
    except Exception as problem:
        raise BadPaperError(reason="it is damaged") from problem


def _attached(reader: PdfReader) -> StreamObject:
    """Rule 2."""
    if reader.is_encrypted:
        raise BadPaperError(reason="it is encrypted")
    associated: Any = reader.root_object.get("/AF", ArrayObject()).get_object()
    if not isinstance(associated, ArrayObject) or len(associated) > _MOST_ATTACHED:
        raise BadPaperError(reason="it has no attachments, or too many")
    named = [
        one
        for one in (entry.get_object() for entry in associated)
        if isinstance(one, DictionaryObject) and one.get("/UF", one.get("/F")) == ATTACHMENT
    ]
    if len(named) != 1:
        raise BadPaperError(reason="it has no attached certificate, or several")
    stream: Any = named[0].raw_get("/EF").get_object()
    stream = stream["/F"].get_object() if isinstance(stream, DictionaryObject) else None
    if not isinstance(stream, StreamObject):
        raise BadPaperError(reason="the attachment has no content")
    return stream


def _unpacked(stream: StreamObject) -> bytes:
    """Rule 3."""
    packed: bytes = stream._data  # noqa: SLF001 - packed as it stands; the library would unpack it without a limit of ours
    coding = stream.get("/Filter")
    if coding is None:
        content = packed
    elif coding == "/FlateDecode":
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(packed, MAXIMUM_BYTES + 1)
    else:
        raise BadPaperError(reason="the attachment is packed in a way that certificates are not")
    if len(content) > MAXIMUM_BYTES:
        raise BadPaperError(reason="the attachment is too large")
    return content
