"""What a form brought: the fields that its page has, once each, as text of a known form; and at most one file.

A field that the page does not have is refused, not passed over: what may be set is named where it is set, and nothing
else can be set by writing more fields.
"""

import unicodedata
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from pocus_desktop.hub.errors import TooLargeError
from pocus_desktop.hub.pages.errors import BadFormError, FieldTooLongError, ForgedFormError, FormTooLargeError
from pocus_desktop.hub.web.body import read_body

FORM_BYTES: Final = 64 * 1024
MOST_FIELDS: Final = 64
LINE: Final = 200
TEXT: Final = 4000
CSRF: Final = "csrf"
_SAME_SITE: Final = frozenset({"", "same-origin", "none"})
_STALL_S: Final = 30.0
_FILE_ROOM_BYTES: Final = 16 * 1024
_PLAIN: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of one form.

    Attributes:
        fields: What was written, by name.
        lists: The same of fields that may be given often.
        file: The content of the file; None where the page has none or none was chosen.
    """

    fields: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: bytes | None = None

    def line(self, name: str, *, most: int = LINE) -> str:
        """One line without blanks around it; empty where nothing was written.

        Raises:
            BadFormError: It holds what cannot be written by hand.
            FieldTooLongError: It is too long.
        """
        text = self.text(name, most=most)
        if not text.isprintable():
            raise BadFormError(field=name, reason="not one line of text")
        return text

    def text(self, name: str, *, most: int = TEXT) -> str:
        """Text of several lines, without blanks around it; empty where nothing was written.

        Raises:
            BadFormError, FieldTooLongError: As `line`.
        """
        written = self.fields.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
        text = unicodedata.normalize("NFC", written).strip()
        if len(text) > most:
            raise FieldTooLongError(field=name, limit=most)
        if not all(letter.isprintable() or letter in "\n\t" for letter in text):
            raise BadFormError(field=name, reason="not text")
        return text

    def secret(self, name: str, *, most: int = LINE) -> str:
        """As it was written, blanks and all: a password.

        Raises:
            FieldTooLongError: It is too long.
        """
        written = self.fields.get(name, "")
        if len(written) > most:
            raise FieldTooLongError(field=name, limit=most)
        return written


async def read_form(
    request: Request,
    *names: str,
    lists: tuple[str, ...] = (),
    file: str | None = None,
    maximum_bytes: int = FORM_BYTES,
    stall_s: float = _STALL_S,
) -> Form:
    """Read a form.

    Args:
        request: Whose.
        names: The fields that the page has, beside `csrf`.
        lists: Those of which several may come.
        file: The name of the field with a file; None where there is none.
        maximum_bytes: Of the whole form, file and all.
        stall_s: How long a sender may send next to nothing.

    Raises:
        BadFormError: It is no form, or has other fields.
        FormTooLargeError: It is too large.
        SlowSenderError: It does not come.
    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in {_PLAIN, _MULTIPART} or (kind == _MULTIPART and file is None):
        raise BadFormError(field="-", reason="another kind of content")
    try:
        data = await read_body(request, maximum_bytes=maximum_bytes, stall_s=stall_s)
    except TooLargeError as problem:
        raise FormTooLargeError(limit_kib=maximum_bytes // 1024) from problem
    pairs, content = _plain(data) if kind == _PLAIN else await _multipart(request, data, file or "", maximum_bytes)
    single: dict[str, str] = {}
    several: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name in lists:
            several[name] = (*several.get(name, ()), value)
        elif name not in {*names, CSRF}:
            raise BadFormError(field="-", reason="a field that the page does not have")
        elif name in single:
            raise BadFormError(field=name, reason="twice")
        else:
            single[name] = value
    return Form(fields=single, lists=several, file=content)


def _plain(data: bytes) -> tuple[list[tuple[str, str]], None]:
    try:
        text = data.decode("ascii")
        return parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MOST_FIELDS
        ), None
    except ValueError as problem:
        raise BadFormError(field="-", reason="not a form") from problem


async def _multipart(
    request: Request, data: bytes, file: str, maximum_bytes: int
) -> tuple[list[tuple[str, str]], bytes | None]:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield data

    parser = MultiPartParser(
        request.headers, whole(), max_files=1, max_fields=MOST_FIELDS, max_part_size=max(_FILE_ROOM_BYTES, TEXT * 8)
    )
    parser.spool_max_size = maximum_bytes  # what was read already lies in memory, and goes to no file
    try:
        found = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as problem:
        raise BadFormError(field="-", reason="not a form") from problem
    try:
        if any(isinstance(value, UploadFile) and name != file for name, value in found.multi_items()):
            raise BadFormError(field="-", reason="a field that the page does not have")
        pairs = [(name, value) for name, value in found.multi_items() if isinstance(value, str)]
        chosen = found.get(file)
        return pairs, await chosen.read() or None if isinstance(chosen, UploadFile) else None
    finally:
        await found.close()


def comes_from_here(request: Request) -> bool:
    """Whether the browser does not say that another site leads to this."""
    return request.headers.get("Sec-Fetch-Site", "") in _SAME_SITE


def require_same_site(request: Request) -> None:
    """The browser does not say that another site sends this.

    Raises:
        ForgedFormError: It does.
    """
    if not comes_from_here(request):
        raise ForgedFormError
