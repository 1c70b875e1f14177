"""Start the hub's server, fill its shelf, take what is carried to it, and tell what it holds."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.cli.certificate_face import CertificateDesk
from pocus_desktop.cli.faces import UNANSWERED, HubResult, Network, Quarantined, TakenResult
from pocus_desktop.cli.hub_options import OBJECTS
from pocus_desktop.cli.options import read_public_keys
from pocus_desktop.cli.registry_face import RegistryDesk
from pocus_desktop.crypto.encoding import from_hex
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.carried import Carried, take_folder
from pocus_desktop.hub.carried_portfolios import take_portfolios
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records.store import Standing
from pocus_desktop.hub.staff.oidc import Provider
from pocus_desktop.hub.web.app import Policy
from pocus_desktop.hub.web.guard import Senders
from pocus_desktop.hub.web.serve import serve as serve_hub
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.sync.folder import RESULTS
from pocus_desktop.sync.portfolio_stick import PortfolioStick

LOG_BYTES: Final = 10_000_000
LOGS_KEPT: Final = 9
DEFAULT_NETWORK: Final = Network()


def serve(
    *,
    folder: Path,
    keys: Path,
    passphrase: str,
    host: str,
    port: int,
    database_url: str | None = None,
    certificate: Path | None = None,
    private_key: Path | None = None,
    is_behind_tls: bool = False,
    depot: Path | None = None,
    network: Network = DEFAULT_NETWORK,
    clock: Clock | None = None,
) -> int:
    """Serve until stopped; the exit status. The clock is the machine's where omitted; a rehearsal's lets years pass.

    Raises:
        PocusError: The keys cannot be opened, or the folder, database, certificate or address cannot be used.
    """
    academy, reload = _ring(keys, passphrase)
    told = sys.stderr if network.log == "-" else sys.stdout
    file = Path(network.log) if network.log else folder / "hub.log"

    def log_to(file: Path) -> None:
        if network.log == "-":
            log.start_on(sys.stdout, is_strict=True)
        else:
            log.start(file, maximum_bytes=LOG_BYTES, older=LOGS_KEPT, is_strict=True)

    log_to(file)
    serve_hub(
        folder,
        academy,
        host,
        port,
        database_url=database_url,
        reload=reload,
        certificate=certificate,
        private_key=private_key,
        is_behind_tls=is_behind_tls,
        depot=depot,
        policy=Policy(senders=Senders(network.senders), proxies=network.proxies, provider=_provider(network.provider)),
        metrics_port=network.metrics_port,
        objects=os.environ.get(OBJECTS),
        processes=network.processes,
        clock=clock,
        on_process=lambda number: log_to(file.with_name(f"{file.stem}-{number}{file.suffix}")),
        on_ready=lambda url: print(f"The hub listens at {url}", file=told, flush=True),
    )
    return 0


def register(
    *,
    folder: Path,
    keys: Path,
    passphrase: str,
    bundle: Path,
    scoring_key: Path,
    publisher: Sequence[Path],
    content_key: str,
    database_url: str | None = None,
) -> str:
    """Put a bundle and its scoring key on the hub's shelf; what was done, in words.

    Raises:
        PocusError: A file is not what it should be, or the keys cannot be opened.
    """
    trusted = tuple(key for path in publisher for key in read_public_keys(path) if key.algorithm == "ed25519")
    with open_hub(folder, keys, passphrase, database_url) as hub:
        done = hub.register_bundle(
            bundle,
            scoring_key=scoring_key.read_bytes(),
            policy=TrustPolicy(keys=trusted),
            content_key=from_hex(content_key, field="content key") if content_key else None,
        )
        became = "wait for the workers" if hub.is_scoring_later else "scored anew"
    return f"{done.bundle_id} version {done.bundle_version} is on the shelf; {len(done.settled)} sittings {became}."


def list_results(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None = None, clock: Clock | None = None
) -> tuple[HubResult, ...]:
    """Where every sitting stands.

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url, clock=clock) as hub:
        remarks = hub.registry.results.remarks()
        return tuple(_result(hub, standing, remarks.get(standing.sitting, ())) for standing in hub.standings())


def take_results(
    *, carried: Path, folder: Path, keys: Path, passphrase: str, database_url: str | None = None
) -> tuple[TakenResult, ...]:
    """Take what a folder brought: results and portfolios; leave receipts and answers (formats/sync 3, portfolio 6).

    Results first: answers are large, and take no room from receipts.

    Raises:
        PocusError: The keys cannot be opened, the folder holds neither or takes no receipts, or the hub can take
            nothing now. What is refused raises nothing; it is told.
    """
    stick = PortfolioStick(carried)
    with open_hub(folder, keys, passphrase, database_url) as hub:
        is_of_stations = (carried / RESULTS).is_dir() or not stick.has_portfolios
        results = take_folder(hub, carried) if is_of_stations else ()
        portfolios = take_portfolios(hub, stick) if stick.has_portfolios else ()
        return tuple(map(_taken, (*results, *portfolios)))


def quarantine(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None = None, is_retried: bool
) -> tuple[Quarantined, ...]:
    """What the hub refused and keeps; judged anew first where that is asked for.

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url) as hub:
        before = hub.quarantined()
        accepted = frozenset(hub.retry_quarantine()) if is_retried else frozenset()
        after = {one.digest: one for one in hub.quarantined()}
        now = [after.get(one.digest, one) for one in before]
        return tuple(
            Quarantined(
                digest=one.digest,
                reason=one.reason,
                size_bytes=one.size_bytes,
                received_ms=one.received_at_ms,
                is_accepted=one.digest in accepted,
            )
            for one in now
        )


@contextmanager
def open_registry(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None, clock: Clock | None = None
) -> Iterator[RegistryDesk]:
    """The hub's registry, open as long as the context lasts.

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url, clock=clock) as hub:
        yield hub.registry


@contextmanager
def open_certificates(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None, clock: Clock | None = None
) -> Iterator[CertificateDesk]:
    """The hub's certificates, open as long as the context lasts.

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url, clock=clock) as hub:
        yield hub.certificates


def _provider(given: tuple[str, str, str, str, str] | None) -> Provider | None:
    if given is None:
        return None
    issuer, client_id, client_secret, name, public_url = given
    return Provider(issuer=issuer, client_id=client_id, client_secret=client_secret, name=name, public_url=public_url)


def _ring(keys: Path, passphrase: str) -> tuple[AcademyRing, Callable[[], AcademyRing | None]]:
    """The academy's keys, and how to read them anew where the folder has changed since."""
    store = FileKeyStore(keys, passphrase)
    seen = [_stamp(keys)]

    def reload() -> AcademyRing | None:
        stamp = _stamp(keys)
        if stamp == seen[0]:
            return None
        ring = AcademyRing.load(store)
        seen[0] = stamp
        return ring

    return AcademyRing.load(store), reload


def _stamp(keys: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells that a folder of keys was written to."""
    try:
        found = [(path.name, path.stat()) for path in sorted(keys.glob("key-academy-*.json"))]
    except OSError:
        return ()
    return tuple((name, stat.st_mtime_ns, stat.st_ino) for name, stat in found)


@contextmanager
def open_hub(
    folder: Path,
    keys: Path,
    passphrase: str,
    database_url: str | None,
    *,
    is_only_read: bool = False,
    clock: Clock | None = None,
) -> Iterator[Hub]:
    """The hub, open as long as the context lasts; for an audit, as it was left (`Hub`).

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    ring = AcademyRing.load(FileKeyStore(keys, passphrase))
    hub = Hub(folder, ring, database_url, objects=os.environ.get(OBJECTS), is_only_read=is_only_read, clock=clock)
    try:
        yield hub
    finally:
        hub.close()


def _result(hub: Hub, standing: Standing, remarks: tuple[str, ...]) -> HubResult:
    report = hub.report(standing.sitting)
    return HubResult(
        sitting=standing.sitting,
        candidate=standing.candidate_id,
        attempt=standing.attempt,
        mode=standing.mode,
        bundle=standing.bundle_id,
        version=standing.bundle_version,
        status=str(standing.status),
        is_partial=standing.is_partial,
        has_fork=standing.has_fork,
        problem=standing.problem,
        points=None if report is None else report.points,
        max_points=None if report is None else report.max_points,
        result="" if report is None else report.result,
        remarks=remarks,
    )


def _taken(one: Carried) -> TakenResult:
    if one.error is None:
        state = "answered" if one.is_answered else "taken" if one.is_new else "known"
        return TakenResult(digest=one.digest, state=state)
    state = UNANSWERED if one.is_unanswered else "refused"
    return TakenResult(digest=one.digest, state=state, code=one.error.code, told=one.error.explain().what)
