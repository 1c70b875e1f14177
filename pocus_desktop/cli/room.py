"""`pocus room …`: what a centre's proctor does with a room of stations."""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "serve": ("pocus_desktop.cli.room_console:serve", "Hold the room open on this computer, without a window."),
    "show": ("pocus_desktop.cli.room_console:show", "Show the room: who needs someone first."),
    "order": ("pocus_desktop.cli.room_console:order", "Order something at stations."),
    "withdraw": ("pocus_desktop.cli.room_console:withdraw", "Give an order up that was not obeyed yet."),
    "seat": ("pocus_desktop.cli.room_console:seat", "Give a candidate a station."),
    "hand": ("pocus_desktop.cli.room_console:hand", "Say that someone is on the way to a raised hand."),
    "pair": ("pocus_desktop.cli.room_console:pair_words", "Show the console's words and QR code."),
    "let-in": ("pocus_desktop.cli.room_console:let_in", "Let a station in that is not of this centre."),
    "put-out": ("pocus_desktop.cli.room_console:put_out", "Take a station out of the room."),
    "join": ("pocus_desktop.cli.room_console:join", "At a station: come to know a console."),
    "close-out": ("pocus_desktop.cli.room_close_out:close_out", "Tell whether everything of the day is safe."),
    "check-in": ("pocus_desktop.cli.room_console:check_in", "Check a candidate in."),
    "code": ("pocus_desktop.cli.room_codes:code", "Answer what a station asks, where there is no network."),
    "book": ("pocus_desktop.cli.room_codes:book", "Write the paper book of codes, to be sealed in envelopes."),
    "relay": ("pocus_desktop.cli.room_relay:relay", "What this centre has for its room, and holds for the academy."),
    "stock": ("pocus_desktop.cli.room_relay:stock", "Bring this station up to date from the room it is paired with."),
    "incident": ("pocus_desktop.cli.room_incident:incident", "File incidents, and send their reports to the academy."),
    "policy": ("pocus_desktop.cli.room_policy:policy", "What proctors may grant here by themselves."),
}
"""Command name to (module:attribute, one-line help)."""

room = LazyGroup("room", commands=COMMANDS, help="The proctor's room: its stations, codes, and close-out.")
