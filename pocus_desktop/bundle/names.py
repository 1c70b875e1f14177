"""What a member of a bundle may be called (formats/bundle 2.7)."""

import re
import unicodedata
from typing import Final

from pocus_desktop.bundle.container_errors import (
    AbsolutePathError,
    BackslashPathError,
    BadNameError,
    FolderMemberError,
    NameNotUtf8Error,
    ParentPathError,
    TooDeepError,
)

MAXIMUM_NAME_BYTES: Final = 240
MAXIMUM_DEPTH: Final = 8
"""How many parts a path may have, the file's own name among them."""

_SHOWN_CHARACTERS: Final = 80
_PLAIN_PART: Final = r"[A-Za-z0-9_-](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?"
_PLAIN_TEXT: Final = re.compile(rf"{_PLAIN_PART}(?:/{_PLAIN_PART}){{0,{MAXIMUM_DEPTH - 1}}}")
_PLAIN: Final = re.compile(_PLAIN_TEXT.pattern.encode("ascii"))
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_FORBIDDEN: Final = frozenset('<>:"|?*')
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def read_name(raw: bytes, *, file: str) -> str:
    """A member's name from the bytes in a ZIP record.

    Args:
        raw: The bytes.
        file: The bundle's file name, for the error.

    Raises:
        NameNotUtf8Error: Not UTF-8.
        BackslashPathError, AbsolutePathError, ParentPathError, FolderMemberError, TooDeepError, BadNameError: A
            name that is not allowed.
    """
    if _PLAIN.fullmatch(raw) and len(raw) <= MAXIMUM_NAME_BYTES:
        return raw.decode("ascii")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise NameNotUtf8Error(file=file, member=shown(raw.decode("latin-1"))) from problem
    require_name(name, file=file)
    return name


def require_name(name: str, *, file: str) -> None:
    """Refuse a name that is not allowed; the errors are those of `read_name`."""
    if _PLAIN_TEXT.fullmatch(name) and len(name) <= MAXIMUM_NAME_BYTES:
        return
    told = {"file": file, "member": shown(name)}
    if "\\" in name:
        raise BackslashPathError(**told)
    if name.startswith("/") or _DRIVE.match(name):
        raise AbsolutePathError(**told)
    parts = name.split("/")
    if ".." in parts:
        raise ParentPathError(**told)
    if name.endswith("/"):
        raise FolderMemberError(**told)
    if len(parts) > MAXIMUM_DEPTH:
        raise TooDeepError(limit=MAXIMUM_DEPTH, **told)
    if not all(map(_is_part, parts)) or len(name.encode("utf-8")) > MAXIMUM_NAME_BYTES:
        raise BadNameError(**told)


def collation(name: str) -> str:
    """What a file system that ignores case takes a name for; no two members may share it."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name.casefold())


def shown(name: str) -> str:
    """A name from an untrusted file as it may stand in a message: one line, printable, not long."""
    cut = name if len(name) <= _SHOWN_CHARACTERS else name[:_SHOWN_CHARACTERS] + "…"
    return "".join(c if c.isprintable() else "?" for c in cut)


def _is_part(part: str) -> bool:
    if part in ("", ".") or part[-1] in ". " or part[0] == " " or unicodedata.normalize("NFC", part) != part:
        return False
    return not any(c in _FORBIDDEN or unicodedata.category(c) in _FORBIDDEN_CATEGORIES for c in part)
