"""The hub as a library: what the server, the command line and the demonstration share; no HTTP here.

<folder>/objects/      accepted envelopes, by digest
<folder>/quarantine/   refused ones, by digest
<folder>/evidence/     files that candidates sent, sealed, by digest
<folder>/shelf/        assessments with their scoring keys, sealed to the academy
<folder>/rules.json    the academy's own book of rules, where it has one
<folder>/hub.sqlite    the records, where no other database is named

The first four may lie in another place (`hub.storage.places`); with them and the records elsewhere, a process of the
hub keeps nothing of its own, and any of several may answer.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.admission.admission import folded
from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.bundle.verifier import TrustPolicy
from pocus_desktop.case.models import Assessment, ContentArea
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.certificates.certificates import Certificates
from pocus_desktop.hub.certificates.proving import Proving
from pocus_desktop.hub.certificates.publishing import Publishing
from pocus_desktop.hub.errors import (
    HubError,
    NotFoundError,
    ObjectDamagedError,
    StoreUnavailableError,
)
from pocus_desktop.hub.intake import MAXIMUM_QUARANTINE_BYTES, Hook, Intake, IntakeResult, Offer, Point
from pocus_desktop.hub.peers.peers import Peers
from pocus_desktop.hub.place_mark import OBJECTS, open_mark
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.answers import Answers
from pocus_desktop.hub.programme.files import EVIDENCE
from pocus_desktop.hub.programme.noticing import Notices
from pocus_desktop.hub.programme.store import PORTFOLIO
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.records.store_quarantine import Refused
from pocus_desktop.hub.records.upload_store import UploadStore
from pocus_desktop.hub.registering import read_bundle
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.registry.store import RegistryRows, RegistryStore
from pocus_desktop.hub.replaying import relived
from pocus_desktop.hub.results_log.audit import Finding, audit_records
from pocus_desktop.hub.results_log.result_log import ResultLog
from pocus_desktop.hub.settling import Settling
from pocus_desktop.hub.shelf import Shelf, Shelved
from pocus_desktop.hub.staff.staff import Staff
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.hub.storage.places import FolderPlace, open_place
from pocus_desktop.kernel import log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import make_folder
from pocus_desktop.programme.documents.academy import CertificateHeld
from pocus_desktop.programme.rules.keeping import RULES, require_rules
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.scoring.score import ScoreReport
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.sealed import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What registering a bundle did.

    Attributes:
        settled: Sittings that were scored again because of it, or wait for it (`hub.work`).
    """

    bundle_id: str
    bundle_version: int
    settled: tuple[str, ...]


class Hub:
    """The academy's keeper of results; any thread may call."""

    def __init__(
        self,
        folder: Path,
        keys: AcademyKeys | AcademyRing,
        database_url: str | None = None,
        *,
        objects: str | None = None,
        retired: Sequence[AcademyKeys] = (),
        reload: Callable[[], AcademyRing | None] = lambda: None,
        stations: Iterable[PublicKey] | None = None,
        clock: Clock | None = None,
        hook: Hook = lambda _point: None,
        maximum_quarantine_bytes: int = MAXIMUM_QUARANTINE_BYTES,
        is_scoring_later: bool | None = None,
        is_only_read: bool = False,
    ) -> None:
        """Open the hub's folder and finish what a crash left unfinished.

        Args:
            folder: Made where it is missing.
            keys: The academy's keys: of today, or all of them.
            database_url: As SQLAlchemy writes it; SQLite in the folder where omitted.
            objects: Where envelopes, quarantine and shelf are kept: a folder or `s3://bucket/prefix`; the hub's own
                folder where omitted.
            retired: Older keys, for late results, where `keys` are only those of today.
            reload: Reads all keys anew where they have changed, for a hub that runs while they are rotated.
            stations: Enrolled stations' signing keys; None takes any station that holds an admission of ours.
            clock: The machine's, where omitted.
            hook: Called at named moments, for tests that stop the process there.
            maximum_quarantine_bytes: How much is kept of what was refused.
            is_scoring_later: Whether results are scored by `hub.work` instead of as they come; with PostgreSQL they
                are, where omitted.
            is_only_read: Whether what waits is left as it is, for an audit: nothing is scored, signed or entered.

        Raises:
            StoreUnavailableError: The disk or the database does not work.
            StoreMismatchError: The database is of another program.
            DatabaseOlderError, DatabaseNewerError: It is of another revision.
            NotTheAcademysError, BadDocumentError: The folder's book of rules is not the academy's.
            LogDamagedError: The log that is stored is not the one that was signed.
            PlaceMissingError, PlaceOfAnotherError: The place is not the one in which its envelopes lie.
        """
        self.ring = KeyRing(AcademyRing.of(keys, retired) if isinstance(keys, AcademyKeys) else keys, reload)
        self.folder = folder
        self.clock = clock or SystemClock()
        self._hook = hook
        try:
            make_folder(folder)
        except OSError as problem:
            raise StoreUnavailableError(reason=problem.strerror or "") from problem
        rules = require_rules(folder / RULES, self.ring.believed)
        place = open_place(objects, folder)
        self._store = HubStore(database_url or f"sqlite:///{folder / 'hub.sqlite'}", is_scoring_later=is_scoring_later)
        self.log = ResultLog(self._store, self.ring, is_only_read=is_only_read)
        self.registry = Registry(
            self._store, self.ring, self.clock, sat_at=self._sat_at, admission_of=self._admission_of
        )
        tables = RegistryStore(self._store)
        self.staff = Staff(tables, self.ring, self.clock)
        self.academy = Academy(
            tables,
            self._store,
            self.ring,
            self.registry,
            self.clock,
            files=Objects(place.at(EVIDENCE)),
            relive=self._relived,
            area_of=self._area_of,
            sat_at=self._sat_at,
            rules=rules,
        )
        self.certificates = Certificates(
            tables,
            self.ring,
            self.clock,
            Proving(self._store, self.registry.results, self._area_of),
            Publishing(self._store, tables, self.ring, self.clock),
            tell=self._tell_of_certificate,
            missing=self.academy.dues.missing,
            rules=lambda: rules,
        )
        notices = Notices(tables, self.registry.admissions, self.academy.vouchers, self.ring, area_of=self._area_of)
        self.answers = Answers(self.academy.portfolios, self.certificates, notices, self.ring, self.clock)
        self.peers = Peers(self._store, self.ring, self.clock, folder, self.academy)
        self.uploads = UploadStore(self._store)
        self._place = place
        self._mark = None if is_only_read else open_mark(place, self._store)
        self._shelf = Shelf(place.at("shelf"), lambda: self.ring.openers)
        self._quarantine = Objects(place.at("quarantine"))
        self._intake = Intake(
            ring=self.ring,
            objects=Objects(place.at(OBJECTS)),
            quarantine=self._quarantine,
            store=self._store,
            log=self.log,
            clock=self.clock,
            stations=stations,
            find_centre=self.registry.enrolments.centre_key,
            require_place=self._require_folder,
            hook=hook,
            maximum_quarantine_bytes=maximum_quarantine_bytes,
        )
        self._settling = Settling(
            store=self._store,
            intake=self._intake,
            shelf=self._shelf,
            registry=self.registry,
            clock=self.clock,
            is_awaited=self.academy.releasing.is_awaited,
        )
        if not self._store.is_scoring_later and not is_only_read:
            for standing in self._store.standings(status=Status.RECEIVED):
                self.settle(standing.sitting)
        if not is_only_read:
            self.academy.releasing.take_up()

    @property
    def is_shared(self) -> bool:
        """Whether the records are a database server's, for several processes on several machines."""
        return self._store.is_shared

    @property
    def is_scoring_later(self) -> bool:
        """Whether results wait for `hub.work`."""
        return self._store.is_scoring_later

    @property
    def queue_address(self) -> str:
        """Where the jobs wait, as libpq is told of it, with its password."""
        return self._store.queue_address

    def enter_missing_jobs(self) -> int:
        """A job for every sitting that waits to be scored and has none; how many there were."""
        return self._store.enter_missing_jobs()

    def take(self, envelope: bytes, digest: str | None = None) -> IntakeResult:
        """Take an envelope, durably, then score what it changes, or leave that to `hub.work`.

        Raises:
            PocusError: As `Intake.take`.
        """
        result = self._intake.take(envelope, digest)
        self._score([result])
        return result

    def take_all(self, offers: Sequence[Offer]) -> Sequence[IntakeResult | Exception]:
        """The same for several that wait at the same moment; what became of each.

        Raises:
            PocusError: As `Intake.take_all`.
        """
        results = self._intake.take_all(offers)
        self._score([one for one in results if isinstance(one, IntakeResult)])
        return results

    def _score(self, taken: Sequence[IntakeResult]) -> None:
        if self._store.is_scoring_later:
            return
        for sitting in dict.fromkeys(one.sitting for one in taken if one.sitting is not None):
            try:
                self.settle(sitting)
            except StoreUnavailableError as error:  # the envelope is held all the same; it is scored at the next start
                log.failure(error)
        self._hook(Point.SETTLED)

    def receive(self, envelope: bytes, digest: str | None = None) -> bytes:
        """`take`, for who wants no more than the receipt's envelope."""
        return self.take(envelope, digest).receipt

    def receipt(self, digest: str) -> bytes | None:
        """The receipt that was given for an envelope; None where it is not held."""
        given = self._store.receipt(digest)
        return None if given is None else self._intake.still(given)

    def held(self) -> tuple[str, ...]:
        """Digests of every accepted envelope, in the order in which they came."""
        return tuple(one.digest for one in self._store.received())

    def require_envelope(self, digest: str) -> None:
        """An accepted envelope is there, as it came.

        Raises:
            ObjectDamagedError: It is not.
        """
        self._intake.require(digest)

    def standing(self, sitting: str) -> Standing | None:
        """Where a sitting stands; None where none of that id is known."""
        return self._store.standing(sitting)

    def standings(self) -> tuple[Standing, ...]:
        """Where every sitting stands."""
        return self._store.standings()

    def tally(self) -> dict[Status, int]:
        """How many sittings stand where."""
        return self._store.tally()

    def report(self, sitting: str) -> ScoreReport | None:
        """A sitting's score report; None while there is none (see `standing`)."""
        standing = self._store.standing(sitting)
        if standing is None or standing.report is None:
            return None
        return ScoreReport.model_validate_json(standing.report)

    def opened(self, sitting: str) -> Opened:
        """What the envelope that speaks for a sitting says.

        Raises:
            NotFoundError: No sitting of that id is known.
            ObjectDamagedError: The file is gone, or not what it was.
            PocusError: `sitting.*`, where no key opens it any more.
        """
        standing = self._store.standing(sitting)
        if standing is None:
            raise NotFoundError
        return self._settling.opened(standing)

    def every(self, sitting: str) -> tuple[Opened, ...]:
        """What every envelope of a sitting says, those with the fewest events first.

        Raises:
            NotFoundError: No sitting of that id is known.
            ObjectDamagedError: A file is gone, or not what it was.
            PocusError: `sitting.*`, where no key opens one any more.
        """
        digests = self._store.envelopes(sitting)
        if not digests:
            raise NotFoundError
        found = []
        for digest in digests:
            opened = self._intake.open(digest)
            if opened is None:
                raise ObjectDamagedError(digest=digest)
            found.append(opened)
        return tuple(found)

    def material(self, bundle_id: str, bundle_version: int) -> Material | None:
        """The assessment of a bundle, as it stands on the shelf; None where it was never registered.

        Raises:
            ShelfDamagedError: What is kept of it cannot be read.
        """
        shelved = self._shelf.find(bundle_id, bundle_version)
        if shelved is None:
            return None
        return Material(
            bundle_id=bundle_id,
            bundle_version=bundle_version,
            manifest_digest=shelved.manifest_digest,
            assessment=shelved.assessment,
        )

    def register(
        self, *, bundle_id: str, bundle_version: int, assessment: Assessment, key: ScoringKey, manifest_digest: str = ""
    ) -> Registered:
        """Put an assessment and its scoring key on the shelf, and score what waited for it.

        Registering again with a corrected key scores every sitting of that version anew.

        Raises:
            BadScoringKeyError: The key does not fit the assessment.
            VersionTakenError: Another assessment is registered under that id and version.
            StoreUnavailableError: The disk does not take it.
        """
        return self._put(
            Shelved(
                bundle_id=bundle_id,
                bundle_version=bundle_version,
                manifest_digest=manifest_digest,
                assessment=assessment,
                key=key,
            )
        )

    def _put(self, shelved: Shelved) -> Registered:
        self._shelf.put(shelved)
        bundle = (shelved.bundle_id, shelved.bundle_version)
        settled = self._score_again(bundle)
        log.event("hub.registered", bundle=bundle[0], version=bundle[1], settled=len(settled))
        return Registered(bundle_id=bundle[0], bundle_version=bundle[1], settled=settled)

    def _score_again(self, bundle: tuple[str, int]) -> tuple[str, ...]:
        if self._store.is_scoring_later:
            return self._store.score_again(bundle)
        waiting = tuple(standing.sitting for standing in self._store.standings(bundle=bundle))
        for sitting in waiting:
            self.settle(sitting)
        return waiting

    def register_bundle(
        self,
        bundle: Path,
        *,
        scoring_key: bytes,
        policy: TrustPolicy,
        content_key: bytes | None = None,
        at_ms: int | None = None,
    ) -> Registered:
        """Register a bundle by its files.

        Args:
            bundle: The `.casebundle`.
            scoring_key: The bytes of its `.scoringkey`, sealed to one of the academy's keys.
            policy: Whose bundles and scoring keys count.
            content_key: For a sealed bundle.
            at_ms: The moment for which the bundle's validity is judged; now where omitted.

        Raises:
            BadScoringKeyError: The scoring key is sealed to no key of the academy, or does not fit.
            VersionTakenError: Another build is registered under that id and version.
            PocusError: `bundle.*`, `crypto.*`, `sitting.*`: bundle or scoring key are not sound.
        """
        shelved = read_bundle(
            bundle,
            scoring_key=scoring_key,
            openers=self.ring.openers,
            policy=policy,
            content_key=content_key,
            at_ms=self.clock.read().wall_ms if at_ms is None else at_ms,
        )
        return self._put(shelved)

    def settle(self, sitting: str) -> Status:
        """Score a sitting by the envelope that speaks for it, note what came of it, and tell it where it may be told.

        Raises:
            NotFoundError: No sitting of that id is known.
            StoreUnavailableError: The records do not take it; it is done at the next start.
        """
        status = self._settling.settle(sitting)
        if status is Status.SCORED:
            self.academy.releasing.release(sitting)
        return status

    def audit_log(self) -> Iterator[Finding]:
        """Everything that log, receipts and envelopes do not agree about (`hub.results_log.audit`)."""
        return audit_records(self._store, self.ring.verifiers, read=self._intake.bytes_of)

    def quarantined(self) -> tuple[Refused, ...]:
        """What was refused, oldest first."""
        return self._store.quarantine.all()

    def retry_quarantine(self) -> tuple[str, ...]:
        """Judge anew what was refused, after an update or a new key; the digests that are accepted now."""
        accepted: list[str] = []
        for refused in self._store.quarantine.all():
            try:
                data = self._quarantine.get(refused.digest)
                if data is None:
                    continue
                self.take(data, refused.digest)
            except HubError as error:
                log.failure(error)
                continue
            self._store.quarantine.release(refused.digest)
            self._quarantine.remove(refused.digest)
            accepted.append(refused.digest)
        return tuple(accepted)

    def public_keys(self) -> dict[str, Json]:
        """The academy's public keys, as published."""
        return self.ring.as_json()

    def check(self) -> None:
        """Whether the hub can take results now.

        Raises:
            StoreUnavailableError: It cannot.
            PlaceMissingError, PlaceOfAnotherError: Its place is not there.
        """
        self._store.check()
        if self._mark is not None:
            self._mark.require()

    def free_bytes(self) -> int | None:
        """How much more the place takes; None where it does not say.

        Raises:
            StoreUnavailableError: It does not answer.
        """
        return self._place.free_bytes()

    def _require_folder(self) -> None:
        """A folder can come loose between two envelopes; a bucket cannot, and asking it takes longer."""
        if self._mark is not None and isinstance(self._place, FolderPlace):
            self._mark.require()

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def _relived(self, sitting: str) -> Appeal:
        """A sitting as an appeal looks at it."""
        standing = self._store.standing(sitting)
        return relived(
            self.every(sitting),
            chosen="" if standing is None else standing.digest,
            ring=self.ring,
            receipt_of=self.receipt,
            material_of=self.material,
        )

    def _tell_of_certificate(self, rows: RegistryRows, document: CertificateHeld) -> None:
        """Into the portfolio of whoever has an account."""
        for account in rows.find(PORTFOLIO, folded_id=folded(document.candidate_id)):
            self.academy.portfolios.give(rows, account["account_id"], document, document.certificate_id)

    def _area_of(self, bundle_id: str, bundle_version: int) -> ContentArea | None:
        material = self.material(bundle_id, bundle_version)
        return None if material is None else material.assessment.area

    def _sat_at(self, standing: Standing) -> int | None:
        """When a sitting was last heard of by its own stamps; None where its envelope no longer opens."""
        try:
            return self._settling.opened(standing).events[-1].at.wall_ms
        except PocusError as error:
            log.failure(error)
            return None

    def _admission_of(self, digest: str) -> bytes | None:
        """The admission inside an accepted envelope; None where it no longer opens."""
        try:
            opened = self._intake.open(digest)
        except PocusError as error:
            log.failure(error)
            return None
        return None if opened is None else opened.admission
