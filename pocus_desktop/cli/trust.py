"""`pocus trust`: whom the academy's stations trust, decided by people who hold keys on separate media."""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "key": ("pocus_desktop.cli.trust_key:key", "Make and show the key of one person, on a medium of its own."),
    "init": ("pocus_desktop.cli.trust_change:init", "Found an academy's trust in an empty depot."),
    "rotate": ("pocus_desktop.cli.trust_change:rotate", "Give a top-level role to other keys."),
    "delegate": ("pocus_desktop.cli.trust_change:delegate", "Say who may sign for a programme."),
    "revoke": ("pocus_desktop.cli.trust_change:revoke", "Take a key out of every role that it may sign."),
    "policy": ("pocus_desktop.cli.trust_change:policy", "Set what the academy tells every station."),
    "renew": ("pocus_desktop.cli.trust_change:renew", "Let roles say the same for longer."),
    "discard": ("pocus_desktop.cli.trust_change:discard", "Let a staged change fall."),
    "show": ("pocus_desktop.cli.trust_show:show", "Tell who holds what, what is staged, and who is missing."),
    "request": ("pocus_desktop.cli.trust_sign:request", "Write what is staged as files for signers elsewhere."),
    "sign": ("pocus_desktop.cli.trust_sign:sign", "Sign what is staged, here or in a file."),
    "collect": ("pocus_desktop.cli.trust_sign:collect", "Take signatures from files back into the depot."),
    "override": ("pocus_desktop.cli.trust_override:override", "Allow sittings for a day on trust that is over."),
    "publish": ("pocus_desktop.cli.trust_sign:publish", "Put into force what was signed."),
}

trust = LazyGroup(
    "trust",
    commands=COMMANDS,
    help="Decide whom stations trust. A change is staged, signed by as many as its role asks for, and published.",
)
