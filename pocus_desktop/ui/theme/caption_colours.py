"""The colours that a cue may ask for by its class (WebVTT, default CSS), as far as they can be read on the black band.

WebVTT's blue and black could not; high contrast keeps its own colour.
"""

from collections.abc import Mapping
from typing import Final

READABLE_ON_BLACK: Final[Mapping[str, str]] = {
    "white": "#ffffff",
    "lime": "#00ff00",
    "cyan": "#00ffff",
    "yellow": "#ffff00",
    "magenta": "#ff00ff",
    "red": "#ff0000",
}
"""Class to the colour that the WebVTT standard gives it."""
