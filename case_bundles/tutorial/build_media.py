"""Makes the media of the tutorial: `python case_bundles/tutorial/build_media.py [texts|welcome|scans …]`.

Needs flite (Debian: `apt install flite`) for speech, and the project's authoring dependencies for the rest. What it
makes is committed; it is kept small, for the tutorial is in every installed program.
"""

import sys
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from case_bundles.media_tools.acoustics import Grey
from case_bundles.media_tools.captions import script, web_vtt
from case_bundles.media_tools.leg_cine import calibration, lossless
from case_bundles.media_tools.leg_scans import BEATS, HEART_RATE_PER_MIN, RIGHT_GROIN, popliteal_picture, times_us
from case_bundles.media_tools.recording import write_audio
from case_bundles.media_tools.speech import Line, Recording, Voice, record
from pocus_desktop.media.cine import CineInfo, Region, write_cine

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "es")
SMALLER: Final = 2
"""Pictures of the sample case at half their size."""
EVERY: Final = 3
"""And of its loop every third frame."""

NAMES: Final = {"guide": {"en": "Guide", "es": "Guía"}}
VOICES: Final = {"guide": Voice(flite="slt", stretch=1.06)}
TITLE: Final = {"en": "Welcome", "es": "Bienvenida"}
SETTING: Final = {"en": "A voice; there is no picture.", "es": "Una voz, sin imagen."}
WELCOME: Final = (
    Line(
        speaker="guide",
        sentences=(
            {"en": "Welcome to the tutorial.", "es": "Bienvenido al tutorial."},
            {
                "en": "What you hear also stands in the captions and in the written script.",
                "es": "Lo que oye está también en los subtítulos y en el guion escrito.",
            },
            {
                "en": "In this room, the lamp beside the scanner is blue.",
                "es": "En esta sala, la lámpara junto al ecógrafo es azul.",
            },
            {
                "en": "Remember the colour, and go on to the questions.",
                "es": "Recuerde el color y pase a las preguntas.",
            },
        ),
        say={},
    ),
)


def _written(name: str, data: bytes) -> None:
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    print(f"{name}: {len(data)} bytes")


def _welcome() -> Recording:
    return record(WELCOME, VOICES, lead_s=0.6, tail_s=0.8, seed=21)


def build_texts() -> None:
    """Captions and script of the welcome."""
    spoken = _welcome().utterances
    for language in LANGUAGES:
        _written(f"captions/welcome.{language}.vtt", web_vtt(spoken, NAMES, language).encode())
        _written(f"scripts/welcome.{language}.md", script(TITLE, SETTING, WELCOME, NAMES, language).encode())


def build_welcome() -> None:
    """The voice."""
    (HERE / "media").mkdir(exist_ok=True)
    target = HERE / "media" / "welcome.webm"
    write_audio(target, _welcome().sound, bits_per_second=32_000)
    print(f"media/welcome.webm: {target.stat().st_size} bytes")


def build_scans() -> None:
    """A loop of a groin with one compression, and a still of the hollow of a knee."""
    frames = [_smaller(picture) for picture in RIGHT_GROIN.frames()[::EVERY]]
    height, width = frames[0].shape
    whole = calibration()
    info = CineInfo(
        width_px=width,
        height_px=height,
        times_us=times_us()[::EVERY],
        end_us=round(BEATS * 60_000_000 / HEART_RATE_PER_MIN),
        loop=True,
        regions=(
            Region(
                x0=whole.x0 // SMALLER,
                y0=whole.y0 // SMALLER,
                x1=whole.x1 // SMALLER,
                y1=whole.y1 // SMALLER,
                mm_per_px_x=whole.mm_per_px_x * SMALLER,
                mm_per_px_y=whole.mm_per_px_y * SMALLER,
            ),
        ),
        frame_type="image/webp",
    )
    _written("media/groin.cine", write_cine(info, [lossless(frame) for frame in frames]))
    still = BytesIO()
    Image.fromarray(_smaller(popliteal_picture())).save(still, "PNG", optimize=True)
    _written("media/knee.png", still.getvalue())


def _smaller(picture: Grey) -> Grey:
    height, width = picture.shape[0] // SMALLER, picture.shape[1] // SMALLER
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))


def main(wanted: list[str]) -> None:
    """Build what is wanted, or everything."""
    parts = {"texts": build_texts, "welcome": build_welcome, "scans": build_scans}
    for name in wanted or parts:
        parts[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
