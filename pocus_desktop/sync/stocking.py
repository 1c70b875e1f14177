"""Bring a station up to date from depots: its trust, then the bundles that it needs (formats/depot 5).

1. The academy's metadata is followed from every place given; what the station has is never made worse.
2. What coming admissions need is planned, the soonest first, then what was asked for by name.
3. Room is made by removing what is superseded or not needed, never what a sitting was begun with.
4. Each bundle is fetched and verified; one that fails does not keep the next from coming.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.bundle.carrier import Carrier, FolderCarrier
from pocus_desktop.bundle.depot.fetch import PART_PREFIX, Fetched, allocated_bytes, fetch, sweep
from pocus_desktop.bundle.depot.plan import Held, Need, Plan, plan
from pocus_desktop.bundle.errors import NoSpaceError, NotInLibraryError
from pocus_desktop.bundle.library import SPARE_BYTES, Library
from pocus_desktop.bundle.trust.client import Refreshed, TrustClient
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sync.url_carrier import UrlCarrier

_ADDRESSES: Final = ("http://", "https://")

Tell = Callable[[Listing, Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """What a station's bringing up to date came to.

    Attributes:
        plan: What was to be done.
        fetched: The bundles that came.
        removed: What was removed.
        failed: The bundles that did not come, and why.
    """

    plan: Plan
    fetched: tuple[Fetched, ...] = ()
    removed: tuple[Held, ...] = ()
    failed: tuple[tuple[Listing, PocusError], ...] = ()


@dataclass(kw_only=True)
class Stocker:
    """One station's library and trust.

    Attributes:
        home: The station's.
        app_version: Of this program.
        wall_ms: The clock's time, in milliseconds since the Unix epoch.
    """

    home: Home
    app_version: str
    wall_ms: int
    _latest: LatestTime = field(init=False)
    _client: TrustClient = field(init=False)
    _library: Library = field(init=False)

    def __post_init__(self) -> None:
        self._latest = LatestTime(self.home.latest_time)
        self._client = TrustClient(self.home.trust_state)
        self._library = Library(self.home.library)

    @property
    def now_ms(self) -> int:
        """The present, never earlier than the latest time seen here."""
        return max(self.wall_ms, self._latest.seen_ms())

    def state(self) -> TrustState:
        """What the station believes.

        Raises:
            PocusError: `trust.*`: nothing yet, or what is kept was damaged.
        """
        return self._client.state()

    def refresh(self, carriers: Sequence[Carrier]) -> Refreshed:
        """Follow the academy's metadata; the time of its signature is from then on the earliest that this clock has.

        Raises:
            PocusError: `trust.*` or `depot.*`: no carrier served.
        """
        found = self._client.refresh(carriers, now_ms=self.now_ms)
        self._latest.note(found.state.issued_ms)
        return found

    def plan(self, state: TrustState, wanted: Iterable[Need] = (), *, hubs: Iterable[PublicKey] = ()) -> Plan:
        """What to fetch and remove.

        Args:
            state: What the station believes.
            wanted: What is asked for beside what admissions need.
            hubs: Who signs admissions.

        Raises:
            PocusError: The library's record cannot be read.
        """
        begun = self._begun()
        programmes = state.policy().programmes
        entries = [entry for entry in self._library.entries() if entry.problem is None]
        held = [
            Held(bundle_id=entry.bundle_id, version=entry.version, size_bytes=entry.record.size_bytes)
            for entry in entries
        ]
        return plan(
            [*self.needs(hubs), *wanted],
            state.listings(),
            held,
            begun=begun if begun is not None else {(each.bundle_id, each.version) for each in held},
            withdrawn={
                (entry.bundle_id, entry.version)
                for entry in entries
                if entry.record.content_area in programmes
                and (entry.bundle_id, entry.version) in programmes[entry.record.content_area].withdrawn
            },
            partly=self._partly(),
            free_bytes=self._free_bytes(),
        )

    def needs(self, hubs: Iterable[PublicKey]) -> tuple[Need, ...]:
        """What the admissions here need; one that cannot be read needs nothing, and is told where it is used."""
        trusted = tuple(hubs)
        found: list[Need] = []
        for path in sorted(self.home.admissions.glob(f"*{ADMISSION_SUFFIX}")):
            try:
                admitted = admissions.verify(path.read_bytes(), trusted).admission
            except (PocusError, OSError) as problem:
                log.event("stocking.admission_unreadable", reason=getattr(problem, "code", type(problem).__name__))
                continue
            ended = admitted.window.not_after_ms
            if ended is None or ended >= self.now_ms:
                found.append(
                    Need(
                        bundle_id=admitted.bundle_id,
                        minimum_version=admitted.minimum_version,
                        at_ms=admitted.window.not_before_ms,
                    )
                )
        return tuple(found)

    def carry_out(
        self, todo: Plan, state: TrustState, carriers: Sequence[Carrier], *, tell: Tell | None = None
    ) -> Stocked:
        """Make room, fetch, and remove what is superseded then.

        Raises:
            NoSpaceError: Nothing of it fits, whatever may be removed; what does not fit beside what is more urgent is
                among the failed.
            PocusError: The library's record cannot be read, or a file not be removed.
        """
        failed = [(each, self._no_space(each)) for each in todo.postponed]
        if failed and not todo.fetch:
            raise failed[0][1]
        sweep(self._library, state.listings())
        removed = self._remove(todo.remove)
        fetched: list[Fetched] = []
        for listing in todo.fetch:
            try:
                fetched.append(self._fetch(listing, state, carriers, tell))
            except PocusError as problem:
                log.failure(problem)
                failed.append((listing, problem))
        came = {(each.entry.bundle_id, each.entry.version) for each in fetched}
        left = {each.bundle_id for each in todo.fetch if (each.bundle_id, each.version) not in came}
        removed += self._remove(each for each in todo.superseded if each.bundle_id not in left)
        return Stocked(plan=todo, fetched=tuple(fetched), removed=tuple(removed), failed=tuple(failed))

    def _no_space(self, listing: Listing) -> PocusError:
        return NoSpaceError(
            file=listing.bundle_id,
            needed_mb=-(-listing.size_bytes // 10**6),
            free_mb=self._free_bytes() // 10**6,
        )

    def _fetch(self, listing: Listing, state: TrustState, carriers: Sequence[Carrier], tell: Tell | None) -> Fetched:
        def show(progress: Progress) -> None:
            if tell is not None:
                tell(listing, progress)

        return fetch(
            listing,
            carriers,
            self._library,
            state.policy(),
            now_ms=self.now_ms,
            app_version=self.app_version,
            progress=show,
        )

    def _remove(self, planned: Iterable[Held]) -> list[Held]:
        """Remove what no sitting was begun with meanwhile: a fetch is long, and a candidate may come during it."""
        begun = self._begun()
        if begun is None:
            return []
        removed = [each for each in planned if (each.bundle_id, each.version) not in begun]
        for each in removed:
            with suppress(NotInLibraryError):  # another process was faster
                self._library.remove(each.bundle_id, each.version)
        return removed

    def _begun(self) -> set[tuple[str, int]] | None:
        """The versions that sittings under way were begun with; None where one cannot be read: then none is removed."""
        found: set[tuple[str, int]] = set()
        for path in sorted(self.home.sittings.glob("*")):
            folder = SittingFolder(path=path)
            try:
                if folder.has_journal and folder.closed() is None:
                    header = folder.header()
                    found.add((header.bundle_id, header.bundle_version))
            except PocusError:
                return None
        return found

    def _partly(self) -> dict[str, int]:
        parts = self._library.folder.glob(f"{PART_PREFIX}*.casebundle")
        return {
            part.name.removeprefix(PART_PREFIX).removesuffix(".casebundle"): allocated_bytes(part) for part in parts
        }

    def _free_bytes(self) -> int:
        folder = self._library.folder
        while not folder.exists():
            folder = folder.parent
        return max(0, shutil.disk_usage(folder).free - SPARE_BYTES)


def carrier_of(source: str) -> Carrier:
    """The carrier of an address or a folder.

    Raises:
        BadDepotAddressError: The address cannot be asked.
    """
    return UrlCarrier(source) if source.startswith(_ADDRESSES) else FolderCarrier(Path(source))
