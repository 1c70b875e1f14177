"""`pocus depot`: what the academy publishes, and how it is read."""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "client": ("pocus_desktop.cli.depot_client:client", "Follow any TUF repository, as its public test suite asks."),
}

depot = LazyGroup("depot", commands=COMMANDS, help="Publish, read and carry what the academy gives to its stations.")
