"""What a centre takes in by file at its console: the academy's grant, rosters and policy, and its stations' reports."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import GRANT_TYPE, EnrolmentGrant, fingerprint, request_enrolment
from pocus_desktop.admission.enrolment import NotEnrolledError, accept_grant
from pocus_desktop.admission.preflight_report import PAYLOAD_TYPE as REPORT_TYPE
from pocus_desktop.admission.room_policy import PAYLOAD_TYPE as POLICY_TYPE
from pocus_desktop.admission.roster import MAXIMUM_BYTES
from pocus_desktop.admission.roster import PAYLOAD_TYPE as ROSTER_TYPE
from pocus_desktop.admission.roster_folder import take_in
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.console_papers import file_report
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.policy import keep_policy


class ConsoleError(PocusError):
    """The console does not do what was asked."""

    code = "console.refused"
    blame = Blame.USER


class NothingForHereError(ConsoleError):
    """A file is no grant, no roster, no policy and no report."""

    code = "console.nothing_for_here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Where files go.

    Attributes:
        home: The centre's.
        keys: Its own.
        hubs: Whose rosters and policies count; none before the first grant.
        grant: Its enrolment; None before.
        known: The device keys of the stations whose reports count.
    """

    home: Home
    keys: StationKeys
    hubs: tuple[PublicKey, ...]
    grant: EnrolmentGrant | None
    known: tuple[PublicKey, ...]

    def take(self, path: Path, language: str, name_of: Callable[[str], str]) -> Explanation:
        """Take a file in by what it says it is; what came of it.

        Args:
            path: The file.
            language: Of the words.
            name_of: What people call a station, by the id of its sealing key.

        Raises:
            NothingForHereError: It is nothing of these.
            PocusError: `crypto.*`, `enrolment.*`, `roster.*`, `policy.*`, `console.*`: it does not count here.
        """
        envelope = _read(path)
        match dsse.Envelope.parse(envelope).payload_type:
            case kind if kind == GRANT_TYPE:
                return self._grant(envelope, language)
            case kind if kind == ROSTER_TYPE:
                taken = take_in(self.home, envelope, hubs=self.hubs, grant=self.grant)
                day = taken.roster.roster.day
                return told_as("console.roster_taken", language, day=day, new=taken.new, known=taken.known)
            case kind if kind == REPORT_TYPE:
                report = file_report(self.home, envelope, self.known)
                key = "console.report_ready" if report.is_ready else "console.report_problems"
                return told_as(key, language, station=name_of(report.station))
            case kind if kind == POLICY_TYPE and self.grant is not None and self.grant.centre is not None:
                keep_policy(self.home.room, envelope, self.hubs, centre_id=self.grant.centre.centre_id)
                return told_as("console.policy_taken", language)
            case _:
                raise NothingForHereError(file=path.name)

    def _grant(self, envelope: bytes, language: str) -> Explanation:
        try:
            trusted = Trusting.load(self.home).hubs
        except NotEnrolledError:
            trusted = None
        pin = TrustClient(self.home.trust_state).enrol
        try:
            grant = accept_grant(self.home, self.keys, envelope, academy=None, trusted=trusted, pin=pin)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        return told_as("console.granted", language, name=grant.name, fingerprint=fingerprint(grant.hubs))


def ask_enrolment(
    keys: StationKeys, path: Path, *, name: str, centre_id: str, now_ms: int, language: str
) -> Explanation:
    """Write the request with which the academy enrols a centre.

    Raises:
        BadDocumentError: A name or id has another form than documents allow.
        FileRefusedError: The disk does not take it.
    """
    request = request_enrolment(keys, kind="centre", name=name, centre_id=centre_id, code=None, now_ms=now_ms)
    try:
        write_atomically(path, request)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return told_as("console.request_written", language, file=path.name)


def told_as(key: str, language: str, **params: object) -> Explanation:
    """What happened, and what to do next, by a row of the table of words."""
    return Explanation(
        what=words.say(f"{key}.what", language, **params), next=words.say(f"{key}.next", language, **params)
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise NothingForHereError(file=path.name)
        return path.read_bytes()
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
