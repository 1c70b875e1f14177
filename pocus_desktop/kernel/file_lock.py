"""A file that one process at a time holds; a process that dies lets go of it by dying."""

import sys
from typing import BinaryIO, Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR_BYTES: Final = 2**40


def try_lock(file: BinaryIO) -> bool:
    """Lock an open file for this handle alone, if no other holds it; closing the file lets go."""
    try:
        if sys.platform == "win32":
            file.seek(_FAR_BYTES)  # Windows keeps even this process from reading what is locked
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.seek(0)
    except OSError:
        return False
    return True
