"""`pocus depot`: what the academy publishes, and how it is read."""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "publish": ("pocus_desktop.cli.depot_publish:publish", "List signed bundles as the current ones."),
    "withdraw": ("pocus_desktop.cli.depot_publish:withdraw", "Let no sitting begin any more with a version."),
    "status": ("pocus_desktop.cli.depot_publish:status", "Tell what a depot offers and what waits for signatures."),
    "tidy": ("pocus_desktop.cli.depot_publish:tidy", "Remove containers that nothing lists any more."),
    "stick": ("pocus_desktop.cli.depot_publish:stick", "Make a stick that is a depot for one centre."),
    "refresh": ("pocus_desktop.cli.depot_station:refresh", "Follow the academy's trust at this station."),
    "fetch": ("pocus_desktop.cli.depot_station:fetch", "Fetch the bundles that this station needs."),
    "show": ("pocus_desktop.cli.depot_station:show", "Tell what this station believes."),
    "client": ("pocus_desktop.cli.depot_client:client", "Follow any TUF repository, as its public test suite asks."),
}

depot = LazyGroup("depot", commands=COMMANDS, help="Publish, read and carry what the academy gives to its stations.")
