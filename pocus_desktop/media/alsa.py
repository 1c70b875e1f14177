"""Keeps ALSA's complaints about a missing sound card off the standard error of the program.

VLC asks ALSA for a device at every block of sound, and ALSA prints fifteen lines each time. That there is no device
is told once, by the `AudioSilent` event.
"""

import ctypes
import sys
from typing import Final

_HANDLER: Final = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
_quiet: Final = _HANDLER(lambda *_: None)  # kept for the life of the program: ALSA keeps the pointer


def silence_alsa() -> bool:
    """Give ALSA a handler that says nothing; False where there is no ALSA."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_quiet)
    except (OSError, AttributeError):
        return False
    return True
