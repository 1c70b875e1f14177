"""Sets one kind of paper from what it is to say: Typst, with the fonts that are shipped and no others.

What is said is data to the template, never markup. The typesetter checks the standards that are asked for, and refuses
what does not conform.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, TypeAlias

import typst

from pocus_desktop.kernel import assets

Standard: TypeAlias = Literal["a-3a", "ua-1"]

_one_at_a_time: Final = threading.Lock()


class CannotSetError(RuntimeError):
    """The typesetter refuses, and says why; whose paper it is tells it in words."""


def set_pdf(kind: str, said: Mapping[str, Any], *, standards: Sequence[Standard], **beside: str) -> bytes:
    """The PDF of a paper; any thread may call.

    Args:
        kind: Of the template, `assets/{kind}/{kind}.typ`.
        said: What the template reads as JSON.
        standards: What it is to conform to, as the typesetter names them.
        beside: What the template takes as it is, such as a file that goes inside.

    Raises:
        CannotSetError: The typesetter refuses.
    """
    inputs = {"said": json.dumps(said, ensure_ascii=False), **beside}
    try:
        with _one_at_a_time:
            pdf: Any = _compiler(kind).compile(sys_inputs=inputs, pdf_standards=list(standards))
    except (typst.TypstError, RuntimeError) as problem:
        raise CannotSetError(str(problem)) from problem
    assert isinstance(pdf, bytes)  # noqa: S101 - no file was named to write to
    return pdf


@cache
def _compiler(kind: str) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[assets.folder("fonts")])
    return typst.Compiler(assets.folder(kind, f"{kind}.typ"), root=assets.folder(kind), font_paths=fonts)
