"""Ports for servers that are told theirs, and listen at it only later."""

import contextlib
import random
import socket

_LOWEST, _BEYOND = 15_000, 32_000
"""Below what systems give to whoever asks for any: such a port may be another's before the server is up."""


def port_for_later() -> int:
    """A port of this computer that nobody has now, and that nobody is given by chance."""
    while True:
        port = random.SystemRandom().randrange(_LOWEST, _BEYOND)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
