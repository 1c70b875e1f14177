"""Pages of a PDF as pictures, where this computer has a program for that (poppler)."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from pocus_desktop.app.rehearsals.programme.record import Record

PROGRAM: Final = "pdftoppm"
_DPI: Final = 110


def picture_pages(pdf: Path, record: Record, name: str) -> None:
    """Each page; without the program the PDF itself is what there is to look at."""
    program = shutil.which(PROGRAM)
    if program is None:
        return
    drawn = pdf.with_suffix("")
    subprocess.run([program, "-png", "-r", str(_DPI), pdf, drawn], check=True, capture_output=True)  # noqa: S603 - found above
    for page in sorted(pdf.parent.glob(f"{drawn.name}-*.png")):
        shutil.move(page, record.picture(name))
