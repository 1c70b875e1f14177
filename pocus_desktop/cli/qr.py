"""Parts of a text as QR codes: pictures to print or to show, one a part."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import segno

from pocus_desktop.kernel.files import write_atomically

_PIXELS_A_MODULE: Final = 8
_F = TypeVar("_F", bound=Callable[..., Any])


def qr_option(command: _F) -> _F:
    """`--qr`: where to put the pictures."""
    return click.option(
        "--qr",
        "pictures",
        type=click.Path(path_type=Path, file_okay=False),
        help="A folder for one QR code a part, as PNG, beside the text.",
    )(command)


def show_parts(parts: Sequence[str], pictures: Path | None) -> None:
    """Print the parts; with a folder, draw each as a QR code that a scanner types back.

    Raises:
        OSError: As the operating system says.
    """
    for number, part in enumerate(parts, start=1):
        click.echo(part)
        if pictures is not None:
            drawn = BytesIO()
            segno.make_qr(part, error="m").save(drawn, kind="png", scale=_PIXELS_A_MODULE)
            write_atomically(pictures / f"part-{number:03d}-of-{len(parts):03d}.png", drawn.getvalue())
    if pictures is not None:
        click.echo(f"{len(parts)} QR codes are in {pictures}.", err=True)
