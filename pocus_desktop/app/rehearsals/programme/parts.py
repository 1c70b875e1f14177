"""What a rehearsal of the programme needs besides the program: told by name where it is missing, with what to do."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pocus_desktop.kernel.errors import Blame, PocusError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
SERVERS: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps its servers, a folder each."""

_LIBRARIES: Final = {"playwright": "playwright", "aiosmtpd": "aiosmtpd", "pydicom": "pydicom", "typst": "typst"}


class PartMissingError(PocusError):
    """Something that a rehearsal needs is not on this computer."""

    code = "app.rehearsal_part_missing"
    blame = Blame.ENVIRONMENT


def browser() -> str:
    """The program of the browser.

    Raises:
        PartMissingError: There is none.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name)) is not None), None)
    if found is None:
        raise PartMissingError(part="Chromium", install="apt-get install chromium")
    return found


def database_programs() -> Path:
    """The folder of PostgreSQL's programs.

    Raises:
        PartMissingError: There is none.
    """
    found = sorted(SERVERS.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    if not found and on_path is None:
        raise PartMissingError(part="PostgreSQL", install="apt-get install postgresql")
    return found[-1].parent if found else Path(on_path or "").resolve().parent


def require_libraries() -> None:
    """Everything that is imported on the way.

    Raises:
        PartMissingError: One is not installed.
    """
    for module, package in _LIBRARIES.items():
        if find_spec(module) is None:
            raise PartMissingError(part=package, install=f"make prepare, or pip install {package}")
