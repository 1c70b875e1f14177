"""What the command line starts but must not know: windows and the hub's server. `app` hands it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import click

if TYPE_CHECKING:
    from pocus_desktop.admission.preflight_report import Report
    from pocus_desktop.bundle.verifier import Progress
    from pocus_desktop.cli.academy_face import OpenAcademy
    from pocus_desktop.cli.certificate_face import OpenCertificates
    from pocus_desktop.cli.keeping_face import HubKeeping
    from pocus_desktop.cli.peers_face import OpenPeers
    from pocus_desktop.cli.registry_face import OpenRegistry
    from pocus_desktop.cli.relay_face import OpenRelay, StockFromRooms
    from pocus_desktop.cli.replay_face import Replay
    from pocus_desktop.proctoring.code_book import Page as CodePage
    from pocus_desktop.proctoring.incident_folder import Filed
    from pocus_desktop.sync.engine import Row


class Demonstrate(Protocol):
    """The whole way of a case, on this machine."""

    def __call__(self, *, case: Path | None, out: Path, is_scripted: bool) -> int:
        """Build, sit, seal, send, score; the exit status."""


class Sit(Protocol):
    """The candidate's window."""

    def __call__(self, *, passphrase: str | None, admission: str, language: str) -> int:
        """Open it on this station, for an admission where one is named; the exit status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPlace:
    """Where a room is served.

    Attributes:
        name: What people call it.
        host: The address to listen at.
        port: 0 takes a free one.
        peers: Addresses of other consoles of this centre.
    """

    name: str
    host: str
    port: int
    peers: tuple[str, ...] = ()


class Proctor(Protocol):
    """The proctor's window."""

    def __call__(self, *, place: RoomPlace, passphrase: str | None, language: str, who: str) -> int:
        """Open it on this centre's computer; the exit status."""


class OwnPortfolio(Protocol):
    """The window of the candidate's own portfolio."""

    def __call__(self, *, passphrase: str | None, language: str) -> int:
        """Open it; the exit status."""


class HearReceipts(Protocol):
    """What this station remembers of the academy's log."""

    def __call__(self, documents: Sequence[bytes], *, stick: Path, shows_heads: bool) -> None:
        """Remember the heads of receipts that a stick brought, and compare them with the copy of the log on it.

        Args:
            documents: The receipts, verified.
            stick: Its folder.
            shows_heads: Whether the head that is known here is left on it for other stations.
        """


class Preview(Protocol):
    """The candidate's screens over a source folder."""

    def __call__(self, folder: Path) -> int:
        """Open them; the exit status."""


class ServeRoom(Protocol):
    """A centre's console without a window."""

    def __call__(
        self,
        *,
        name: str,
        host: str,
        port: int,
        peers: Sequence[str],
        passphrase: str | None,
        on_ready: Callable[[Sequence[str]], None],
    ) -> int:
        """Hold the room open until stopped, having told its addresses; the exit status."""


class PrintCodes(Protocol):
    """A page of the paper book of codes."""

    def __call__(self, page: CodePage, *, paper: Literal["a4", "letter"], language: str) -> bytes:
        """Lay it out; the bytes of a PDF."""


class PrintIncident(Protocol):
    """The report of an incident on paper."""

    def __call__(self, filed: Filed, *, paper: Literal["a4", "letter"], language: str) -> bytes:
        """Lay it out; the bytes of a PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the hub meets the network, besides where it listens.

    Attributes:
        senders: From whom results are taken: `auto`, `enrolled` or `open`.
        proxies: Addresses of proxies that are believed.
        metrics_port: Where this computer can scrape figures; None gives none.
        log: A file, `-` for the standard output, or empty for `hub.log` in the folder.
        processes: How many answer.
        provider: Who vouches for staff by OpenID Connect: issuer, client id, client secret, name, and the hub's own
            address for browsers; None for nobody.
    """

    senders: str = "auto"
    proxies: tuple[str, ...] = ()
    metrics_port: int | None = None
    log: str = ""
    processes: int = 1
    provider: tuple[str, str, str, str, str] | None = None


class ServeHub(Protocol):
    """The hub's server."""

    def __call__(
        self,
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
        """Serve until stopped; the exit status."""


class RegisterBundle(Protocol):
    """The hub's shelf of assessments."""

    def __call__(
        self,
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
        """Register; what was done, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubResult:
    """Where one sitting stands at the hub.

    Attributes:
        status: `received`, `waiting-for-key`, `scored` or `failed`.
        problem: Code of why it could not be scored; empty where nothing was wrong.
        points: What it came to, of `max_points`; None before it is scored.
        result: `pass`, `fail` or `pending`; empty before it is scored.
        remarks: What must be known beside it, such as `attempt-sat-twice` or `provisional`.
    """

    sitting: str
    candidate: str
    attempt: int
    mode: str
    bundle: str
    version: int
    status: str
    is_partial: bool
    has_fork: bool
    problem: str = ""
    points: float | None = None
    max_points: float | None = None
    result: str = ""
    remarks: tuple[str, ...] = ()


class ListResults(Protocol):
    """What the hub holds."""

    def __call__(self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None) -> Sequence[HubResult]:
        """Look at every sitting."""


UNANSWERED: Final = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenResult:
    """What became of one file that was carried to the hub.

    Attributes:
        state: `taken`, `known` (held already; the receipt is the one given first), `answered` (a question of a
            portfolio), `unanswered` (one whose answer the folder does not take), or `refused`.
        code: Of why it was refused; empty where it was not.
        told: The same in words.
    """

    digest: str
    state: str
    code: str = ""
    told: str = ""


class TakeResults(Protocol):
    """The hub's way in for results and portfolios that are carried."""

    def __call__(
        self, *, carried: Path, folder: Path, keys: Path, passphrase: str, database_url: str | None
    ) -> Sequence[TakenResult]:
        """Take every one of a folder, and leave receipts and answers there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An envelope that the hub refused and keeps.

    Attributes:
        reason: Code of the newest cause.
        received_ms: When it was refused last, as wall time.
        is_accepted: Whether judging it anew accepted it.
    """

    digest: str
    reason: str
    size_bytes: int
    received_ms: int
    is_accepted: bool = False


class Quarantine(Protocol):
    """What the hub refused."""

    def __call__(
        self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None, is_retried: bool
    ) -> Sequence[Quarantined]:
        """Look at it, or judge it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedLog:
    """What an audit where the hub runs came to.

    Attributes:
        size: How many entries the log has.
        deeds: Each thing found: what (`dropped`, `envelope-missing`, …), the entry's number from 1, the envelope's
            digest.
    """

    size: int
    deeds: Sequence[tuple[str, int | None, str]]


class AuditLog(Protocol):
    """An audit of the hub's log against receipts and envelopes."""

    def __call__(self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None) -> AuditedLog:
        """Look at every entry."""


class ExportLog(Protocol):
    """The hub's log as files."""

    def __call__(self, *, out: Path, folder: Path, keys: Path, passphrase: str, database_url: str | None) -> int:
        """Bring a copy up to date; how many entries its log has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the system check.

    Attributes:
        name: What was looked at.
        state: `ok`, `warning` or `failed`.
        told: What was found.
        remedy: What to do; empty where nothing is to be done.
    """

    name: str
    state: str
    told: str
    remedy: str = ""


class Examine(Protocol):
    """The system check."""

    def __call__(self) -> Sequence[Finding]:
        """Look at everything a sitting needs."""


class Rehearse(Protocol):
    """The air-gapped rehearsal."""

    def __call__(self, out: Path) -> int:
        """Rehearse in a fresh folder; the exit status."""


class RehearseRoom(Protocol):
    """A room of scripted candidates."""

    def __call__(self, out: Path, *, desks: int) -> int:
        """Rehearse it in a fresh folder below `out`; the exit status."""


class RehearseHere(Protocol):
    """Rehearses a small room on this computer, with nothing of the real one."""

    def __call__(self, out: Path, *, desks: int, stops: bool) -> int:
        """Below this folder, with so many candidates; the exit status. With `stops`, until standard input ends."""


class RehearseProgramme(Protocol):
    """Rehearses the programme: a candidate from the account to the certificate and beyond."""

    def __call__(self, out: Path, *, databases: Sequence[str]) -> int:
        """Below this folder, on these databases; the exit status."""


class CloseOut(Protocol):
    """Tells how a room stands at its end."""

    def __call__(self, language: str) -> Mapping[str, Any]:
        """The checklist of this computer's room, as `proctoring.close_out.as_document`."""


class SendWaiting(Protocol):
    """This station's results on their way, without a window."""

    def __call__(self, wait_s: float, *, passphrase: str | None) -> tuple[Row, ...]:
        """Send for so many seconds at most; every row of the outbox after that."""


class SitScripted(Protocol):
    """A scripted candidate at this station."""

    def __call__(
        self,
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
        """Sit an admission through the real screens; the exit status."""


class Preflight(Protocol):
    """What would keep the admissions at this station from being sat."""

    def __call__(
        self, *, day: date | None, passphrase: str | None, progress: Callable[[Progress], None]
    ) -> tuple[Report, bytes]:
        """Look at everything; the report, and the same signed by the station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """The faces that commands may start."""

    demonstrate: Demonstrate
    sit: Sit
    proctor: Proctor
    portfolio: OwnPortfolio
    preview: Preview
    serve_hub: ServeHub
    register_bundle: RegisterBundle
    list_results: ListResults
    take_results: TakeResults
    quarantine: Quarantine
    audit_log: AuditLog
    export_log: ExportLog
    hear_receipts: HearReceipts
    send_waiting: SendWaiting
    examine: Examine
    preflight: Preflight
    open_registry: OpenRegistry
    open_peers: OpenPeers
    open_certificates: OpenCertificates
    open_academy: OpenAcademy
    rehearse: Rehearse
    rehearse_room: RehearseRoom
    rehearse_here: RehearseHere
    rehearse_programme: RehearseProgramme
    close_out: CloseOut
    sit_scripted: SitScripted
    replay: Replay
    keep_hub: Callable[[], HubKeeping]
    print_codes: PrintCodes
    open_relay: OpenRelay
    stock_from_rooms: StockFromRooms
    print_incident: PrintIncident
    serve_room: ServeRoom


pass_faces = click.make_pass_decorator(Faces)
