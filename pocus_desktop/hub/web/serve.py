"""The hub as a process: the application behind uvicorn (`hub.web.protocol` bounds its connections).

It listens to this computer alone, unless it is given a certificate or told that something before it speaks TLS.
"""

import ipaddress
import logging
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.hub.errors import AddressInUseError, BadCertificateError, NeedsTlsError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import DEFAULT_POLICY, Policy, create_app
from pocus_desktop.hub.web.figures import figures
from pocus_desktop.hub.web.metrics import Metrics, exposed
from pocus_desktop.hub.web.processes import run_several
from pocus_desktop.hub.web.protocol import CONNECTIONS, HEAD_BYTES, HEAD_S, protocol
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock

DEFAULT_PORT: Final = 8420
DRAIN_S: Final = 20


def serve(
    folder: Path,
    keys: AcademyKeys | AcademyRing,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    database_url: str | None = None,
    reload: Callable[[], AcademyRing | None] = lambda: None,
    certificate: Path | None = None,
    private_key: Path | None = None,
    is_behind_tls: bool = False,
    depot: Path | None = None,
    policy: Policy = DEFAULT_POLICY,
    metrics_port: int | None = None,
    objects: str | None = None,
    processes: int = 1,
    clock: Clock | None = None,
    on_process: Callable[[int], None] = lambda _number: None,
    on_ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM); requests under way are finished.

    Args:
        folder: The hub's.
        keys: The academy's.
        host: Address to listen at.
        port: 0 takes a free one.
        database_url: As `Hub`.
        reload: As `Hub`.
        certificate: PEM chain; with it, TLS is spoken here.
        depot: The folder in which the academy publishes, to be given at `/v1/depot`.
        private_key: PEM, where it is not in the same file.
        is_behind_tls: A proxy on the way speaks TLS; listening openly is then right.
        policy: From whom results are taken, how often each may ask, which proxies are believed.
        metrics_port: Where this computer alone can scrape figures; 0 takes a free one, None gives none. Of several
            processes each has its own, from this one on.
        objects: As `Hub`.
        processes: How many; a hub in a SQLite file may have several too, but they write one at a time.
        clock: As `Hub`.
        on_process: Called in each of several processes as it begins, with its number from 0.
        on_ready: Told the address once it listens.

    Raises:
        NeedsTlsError: Other computers would reach it without encryption.
        BadCertificateError: Certificate and private key cannot be read, or do not go together.
        AddressInUseError: It cannot listen there.
        PocusError: `hub.*`: the folder or the database does not work.
    """
    if certificate is None and not is_behind_tls and not _is_this_computer(host):
        raise NeedsTlsError(host=host)

    def work(listener: socket.socket, number: int, *, is_ready: Callable[[], None] = lambda: None) -> None:
        hub = Hub(folder, keys, database_url, objects=objects, reload=reload, clock=clock)
        try:
            metrics = Metrics()
            metrics.watch(lambda: figures(hub))
            configured = configuration(
                hub, certificate=certificate, private_key=private_key, depot=depot, policy=policy, metrics=metrics
            )
            load(configured)
            with exposed(metrics, metrics_port + number if metrics_port else metrics_port):
                server = uvicorn.Server(configured)
                is_ready()
                log.event("hub.serving", is_tls=certificate is not None)
                with _stopped_by_signal(), hub.peers.kept():
                    server.run(sockets=[listener])
        finally:
            hub.close()

    def begin(number: int) -> None:
        on_process(number)
        work(listener, number)

    with _listen(host, port) as listener:
        scheme = "http" if certificate is None else "https"
        url = f"{scheme}://{_bracketed(host)}:{listener.getsockname()[1]}"
        if processes == 1:
            work(listener, 0, is_ready=lambda: on_ready(url))
            return
        Hub(
            folder, keys, database_url, objects=objects, clock=clock
        ).close()  # what is wrong with it is told once, here
        on_ready(url)
        run_several(processes, begin)


@contextmanager
def served_here(hub: Hub) -> Iterator[str]:
    """An open hub behind a server of this process, on a free port that only this computer reaches; its address."""
    with _listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(configuration(hub))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="hub-server")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def configuration(
    hub: Hub,
    *,
    certificate: Path | None = None,
    private_key: Path | None = None,
    depot: Path | None = None,
    policy: Policy = DEFAULT_POLICY,
    metrics: Metrics | None = None,
    head_s: float = HEAD_S,
    most_connections: int = CONNECTIONS,
) -> uvicorn.Config:
    """How uvicorn runs a hub: no access log (addresses are personal data), no header that names the software."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return uvicorn.Config(
        create_app(hub, depot=depot, policy=policy, metrics=metrics),
        http=protocol(head_s=head_s, most_connections=most_connections),
        h11_max_incomplete_event_size=HEAD_BYTES,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=DRAIN_S,
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
    )


def load(configured: uvicorn.Config) -> None:
    """Read certificate and key before anyone is told that the hub listens.

    Raises:
        BadCertificateError: They cannot be read, or do not go together.
    """
    try:
        configured.load()
    except (ssl.SSLError, OSError) as problem:
        reason = getattr(problem, "reason", None) or problem.strerror or type(problem).__name__
        raise BadCertificateError(reason=str(reason)) from problem
    if configured.ssl is not None:
        configured.ssl.num_tickets = (
            1  # a station comes back one connection at a time; each ticket costs a cut link 250 bytes
        )


@contextmanager
def _stopped_by_signal() -> Iterator[None]:
    """The server passes on the signals that stopped it once it is done; by then they have done their work."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as problem:
        raise AddressInUseError(host=host, port=port, reason=problem.strerror or "") from problem


def _is_this_computer(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
