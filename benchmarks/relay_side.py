"""The computer that gives, in a process of its own: a room's relay, or plain files over the same TLS.

    python -m benchmarks.relay_side relay|static DEPOT

Says its port on standard output, and serves until its standard input ends.
"""

import socket
import sys
import threading
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from pocus_desktop.admission.handing_out import write_admissions, write_releases
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring.arriving import Arriving
from pocus_desktop.proctoring.relay import Relay
from pocus_desktop.proctoring.service_relay import relay_doors
from pocus_desktop.proctoring.tls import server_context
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.holding import Holding

KEY: Final = SigningKey.from_seed(b"a room of a benchmark, no secret")


class _NoPapers:
    def admissions(self, station: PublicKey) -> bytes:
        del station
        return write_admissions(())

    def releases(self, station: PublicKey) -> bytes:
        del station
        return write_releases(())


def doors(kind: str, depot: Path) -> BaseRoute:
    """What is given."""
    if kind == "static":
        return Mount("/", app=StaticFiles(directory=depot))
    folder = depot.parent / "relay"
    return relay_doors(
        Relay(
            results=Holding(folder, FolderTransport(folder / "carry"), ()),
            arriving=Arriving(folder / "arriving"),
            papers=_NoPapers(),
            depot=depot,
            find=lambda _key_id: None,
            clock=SystemClock(),
        )
    )


def main(kind: str, depot: Path) -> None:
    """Serve."""
    options: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "ws": "none", "http": "h11"}
    app = Starlette(routes=[doors(kind, depot)])
    config = uvicorn.Config(app, ssl_context_factory=lambda _config, _default: server_context(KEY), **options)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)

        def wait() -> None:
            sys.stdin.read()
            server.should_exit = True

        threading.Thread(target=wait, daemon=True).start()
        server.run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
