"""The faces that the command line may start. Each is imported when it is asked for: `pocus --help` pays for none."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pocus_desktop.cli.faces import AuditedLog, Faces, Finding, HubResult, Network, Quarantined, RoomPlace, TakenResult
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.kernel import log
from pocus_desktop.kernel.settings import Home

if TYPE_CHECKING:
    from pocus_desktop.admission.preflight_report import Report
    from pocus_desktop.bundle.verifier import Progress
    from pocus_desktop.cli.academy_face import AcademyDesk
    from pocus_desktop.cli.certificate_face import CertificateDesk
    from pocus_desktop.cli.keeping_face import HubKeeping
    from pocus_desktop.cli.peers_face import PeersDesk
    from pocus_desktop.cli.registry_face import RegistryDesk  # not at the start: `pocus sit` needs none of its models
    from pocus_desktop.cli.relay_face import FromRoom, RelayFace
    from pocus_desktop.cli.replay_face import ReplayRequest
    from pocus_desktop.proctoring.code_book import Page as CodePage
    from pocus_desktop.proctoring.incident_folder import Filed
    from pocus_desktop.sync.engine import Row


def faces() -> Faces:
    """All of them."""
    return Faces(
        demonstrate=_demonstrate,
        sit=_sit,
        proctor=_proctor,
        portfolio=_portfolio,
        preview=_preview,
        serve_hub=_serve_hub,
        register_bundle=_register_bundle,
        list_results=_list_results,
        take_results=_take_results,
        quarantine=_quarantine,
        audit_log=_audit_log,
        export_log=_export_log,
        hear_receipts=_hear_receipts,
        send_waiting=_send_waiting,
        examine=_examine,
        preflight=_preflight,
        open_registry=_open_registry,
        open_peers=_open_peers,
        open_certificates=_open_certificates,
        open_academy=_open_academy,
        rehearse=_rehearse,
        rehearse_room=_rehearse_room,
        rehearse_here=_rehearse_here,
        rehearse_programme=_rehearse_programme,
        close_out=_close_out,
        sit_scripted=_sit_scripted,
        replay=_replay,
        keep_hub=_keep_hub,
        print_codes=_print_codes,
        open_relay=_open_relay,
        stock_from_rooms=_stock_from_rooms,
        print_incident=_print_incident,
        serve_room=_serve_room,
    )


def _open_relay(*, signs: bool) -> AbstractContextManager[RelayFace]:
    from pocus_desktop.app.relay_desk import beside  # the outbox's records

    return beside(Home.default(), os.environ.get(PASSPHRASE_VARIABLE), signs=signs)


def _stock_from_rooms(*, bundles: Sequence[str]) -> FromRoom:
    from pocus_desktop.app.room_stock import stock_here  # the network

    return stock_here(Home.default(), os.environ.get(PASSPHRASE_VARIABLE), bundles=bundles)


def _print_incident(filed: Filed, *, paper: Literal["a4", "letter"], language: str) -> bytes:
    from pocus_desktop.app.incident_pages import print_incident  # Qt

    return print_incident(filed, paper=paper, language=language)


def _serve_room(
    *,
    name: str,
    host: str,
    port: int,
    peers: Sequence[str],
    passphrase: str | None,
    on_ready: Callable[[Sequence[str]], None],
) -> int:
    from pocus_desktop.app.room import serve_room  # the room's server

    home = Home.default()
    log.start(home.log)
    return serve_room(home, name=name, host=host, port=port, peers=peers, passphrase=passphrase, on_ready=on_ready)


def _print_codes(page: CodePage, *, paper: Literal["a4", "letter"], language: str) -> bytes:
    from pocus_desktop.app.code_pages import print_codes  # Qt; text needs none

    return print_codes(page, paper=paper, language=language)


def _keep_hub() -> HubKeeping:
    from pocus_desktop.app.hub_keeping import Keeping  # the hub's database and workers

    return Keeping()


def _demonstrate(*, case: Path | None, out: Path, is_scripted: bool) -> int:
    from pocus_desktop.app.demo import demonstrate  # the whole program; only this command needs it

    return demonstrate(case=case, out=out, is_scripted=is_scripted)


def _sit(*, passphrase: str | None, admission: str, language: str) -> int:
    from pocus_desktop.app.candidate import sit  # Qt

    home = Home.default()
    log.start(home.log)
    return sit(home, passphrase=passphrase, admission=admission, language=language)


def _proctor(*, place: RoomPlace, passphrase: str | None, language: str, who: str) -> int:
    from pocus_desktop.app.console import proctor  # Qt, and the room's server

    home = Home.default()
    log.start(home.log)
    return proctor(home, place=place, passphrase=passphrase, language=language, who=who)


def _portfolio(*, passphrase: str | None, language: str) -> int:
    from pocus_desktop.app.portfolio import show_own  # Qt

    home = Home.default()
    log.start(home.log)
    return show_own(home, passphrase=passphrase, language=language)


def _hear_receipts(documents: Sequence[bytes], *, stick: Path, shows_heads: bool) -> None:
    from pocus_desktop.admission.trusting import Trusting
    from pocus_desktop.app.log_keeping import LogKeeping  # only a stick that brought receipts needs it
    from pocus_desktop.sync.folder import FolderTransport

    home = Home.default()
    keeping = LogKeeping(home, FolderTransport(stick), Trusting.load(home).hubs, shows_heads=shows_heads)
    for document in documents:
        keeping.receipt_came(document)


def _send_waiting(wait_s: float, *, passphrase: str | None) -> tuple[Row, ...]:
    from pocus_desktop.app.candidate import open_station  # the station
    from pocus_desktop.app.sending import send_waiting

    home = Home.default()
    log.start(home.log)
    station = open_station(home, passphrase)
    try:
        return send_waiting(station, wait_s=wait_s)
    finally:
        station.close()


def _preview(folder: Path) -> int:
    from pocus_desktop.app.preview import preview  # Qt

    return preview(folder)


def _serve_hub(
    *,
    folder: Path,
    keys: Path,
    passphrase: str,
    host: str,
    port: int,
    database_url: str | None,
    certificate: Path | None,
    private_key: Path | None,
    is_behind_tls: bool,
    depot: Path | None,
    network: Network,
) -> int:
    from pocus_desktop.app.hub import serve  # the web server

    return serve(
        folder=folder,
        keys=keys,
        passphrase=passphrase,
        host=host,
        port=port,
        database_url=database_url,
        certificate=certificate,
        private_key=private_key,
        is_behind_tls=is_behind_tls,
        depot=depot,
        network=network,
    )


def _register_bundle(
    *,
    folder: Path,
    keys: Path,
    passphrase: str,
    bundle: Path,
    scoring_key: Path,
    publisher: Sequence[Path],
    content_key: str,
    database_url: str | None,
) -> str:
    from pocus_desktop.app.hub import register  # the hub's database

    return register(
        folder=folder,
        keys=keys,
        passphrase=passphrase,
        bundle=bundle,
        scoring_key=scoring_key,
        publisher=publisher,
        content_key=content_key,
        database_url=database_url,
    )


def _list_results(*, folder: Path, keys: Path, passphrase: str, database_url: str | None) -> Sequence[HubResult]:
    from pocus_desktop.app.hub import list_results  # the hub's database

    return list_results(folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _take_results(
    *, carried: Path, folder: Path, keys: Path, passphrase: str, database_url: str | None
) -> Sequence[TakenResult]:
    from pocus_desktop.app.hub import take_results  # the hub's database

    return take_results(carried=carried, folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _quarantine(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None, is_retried: bool
) -> Sequence[Quarantined]:
    from pocus_desktop.app.hub import quarantine  # the hub's database

    return quarantine(folder=folder, keys=keys, passphrase=passphrase, database_url=database_url, is_retried=is_retried)


def _audit_log(*, folder: Path, keys: Path, passphrase: str, database_url: str | None) -> AuditedLog:
    from pocus_desktop.app.hub_log import audit_log  # the hub's database

    return audit_log(folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _export_log(*, out: Path, folder: Path, keys: Path, passphrase: str, database_url: str | None) -> int:
    from pocus_desktop.app.hub_log import export_log  # the hub's database

    return export_log(out=out, folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _examine() -> Sequence[Finding]:
    from pocus_desktop.app.doctor import examine  # Qt and libVLC

    return examine(Home.default())


def _preflight(
    *, day: date | None, passphrase: str | None, progress: Callable[[Progress], None]
) -> tuple[Report, bytes]:
    from pocus_desktop.app.preflight import preflight  # Qt and libVLC

    return preflight(Home.default(), day=day, passphrase=passphrase, progress=progress)


def _open_certificates(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None
) -> AbstractContextManager[CertificateDesk]:
    from pocus_desktop.app.hub import open_certificates  # the hub's database

    return open_certificates(folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _open_peers(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None
) -> AbstractContextManager[PeersDesk]:
    from pocus_desktop.app.hub_peers import open_peers  # the hub's database

    return open_peers(folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _open_registry(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None
) -> AbstractContextManager[RegistryDesk]:
    from pocus_desktop.app.hub import open_registry  # the hub's database

    return open_registry(folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _open_academy(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None
) -> AbstractContextManager[AcademyDesk]:
    from pocus_desktop.app.academy_desk import open_academy  # the hub's database

    return open_academy(folder=folder, keys=keys, passphrase=passphrase, database_url=database_url)


def _rehearse(out: Path) -> int:
    from pocus_desktop.app.rehearsals.air_gap import rehearse  # starts the other commands

    return rehearse(out)


def _rehearse_here(out: Path, *, desks: int, stops: bool) -> int:
    from pocus_desktop.app.rehearsals.here import rehearse_here  # starts the other commands

    return rehearse_here(out, desks=desks, stops=stops)


def _rehearse_programme(out: Path, *, databases: Sequence[str]) -> int:
    from pocus_desktop.app.rehearsals.programme.way import rehearse_programme  # starts everything there is

    return rehearse_programme(out, databases=databases)


def _close_out(language: str) -> Mapping[str, Any]:
    from pocus_desktop.app.closing import close_out_here  # the outbox's records

    return close_out_here(Home.default(), os.environ.get(PASSPHRASE_VARIABLE), language=language)


def _rehearse_room(out: Path, *, desks: int) -> int:
    from pocus_desktop.app.rehearsals.room import rehearse_room  # starts the other commands

    return rehearse_room(out, desks=desks)


def _sit_scripted(
    *,
    candidate_id: str,
    admission_id: str,
    answers: Path,
    pictures: Path,
    start_code: str,
    sign_in_code: str,
    think_s: int,
    patience_s: int,
    passphrase: str | None,
) -> int:
    from pocus_desktop.app.rehearsals.candidate import sit_scripted  # Qt

    return sit_scripted(
        Home.default(),
        candidate_id=candidate_id,
        admission_id=admission_id,
        answers=answers,
        pictures=pictures,
        start_code=start_code,
        sign_in_code=sign_in_code,
        think_s=think_s,
        patience_s=patience_s,
        passphrase=passphrase,
    )


def _replay(request: ReplayRequest) -> int:
    from pocus_desktop.app.appeals import replay  # Qt, and the hub's database

    return replay(request)
