"""`pocus room …`: what a centre's proctor does with a room of stations."""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "code": ("pocus_desktop.cli.room_codes:code", "Answer what a station asks, where there is no network."),
    "book": ("pocus_desktop.cli.room_codes:book", "Write the paper book of codes, to be sealed in envelopes."),
    "relay": ("pocus_desktop.cli.room_relay:relay", "What this centre has for its room, and holds for the academy."),
    "stock": ("pocus_desktop.cli.room_relay:stock", "Bring this station up to date from the room it is paired with."),
    "incident": ("pocus_desktop.cli.room_incident:incident", "File incidents, and send their reports to the academy."),
}
"""Command name to (module:attribute, one-line help)."""

room = LazyGroup("room", commands=COMMANDS, help="The proctor's room: its stations, codes, and close-out.")
