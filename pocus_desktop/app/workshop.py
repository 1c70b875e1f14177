"""A whole academy in one folder: keys, a hub, a station and one bundle, for demonstrations and tests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, StationKeys
from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.station import Station
from pocus_desktop.authoring.build.build import Built, build
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.bundle.library import Library
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.transport import Transport

HUB_URL: Final = "https://hub.invalid"
"""The address that the in-process hub answers at; it never leaves the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Everything of the way from a source to a score, on one machine, under fresh keys.

    Attributes:
        folder: `built/` (bundle and scoring key), `station/` (the home), `hub/`.
    """

    folder: Path
    academy: AcademyKeys
    publisher: PublisherKeys
    station_keys: StationKeys
    enrolment: Enrolment
    built: Built
    home: Home
    hub: Hub
    clock: Clock

    @classmethod
    def open(cls, folder: Path, *, source: Path, recipe: Recipe | None, clock: Clock) -> "Workshop":
        """Build and sign the source's bundle, put it into a station's library and its key on a hub's shelf.

        Raises:
            CaseRefusedError: The source has errors.
            PocusError: A part of the way refuses; its words say why.
        """
        academy, publisher = AcademyKeys.generate(), PublisherKeys.generate()
        built = build(source, out=folder / "built", keys=publisher, academy=academy.sealing.public, recipe=recipe)
        enrolment = Enrolment(publishers=(publisher.signing.public,), hubs=(academy.signing.public,), hub_url=HUB_URL)
        home = Home(folder=folder / "station")
        enrolment.save(home.trust)
        Library(home.library).import_bundle(
            built.bundle, enrolment.policy(), now_ms=clock.read().wall_ms, app_version=__version__
        )
        hub = Hub(folder / "hub", academy, clock=clock)
        hub.register_bundle(
            built.bundle,
            scoring_key=built.scoring_key.read_bytes(),
            policy=enrolment.policy(),
            content_key=built.content_key if built.manifest.mode == "sealed" else None,
        )
        return cls(
            folder=folder,
            academy=academy,
            publisher=publisher,
            station_keys=StationKeys.generate(),
            enrolment=enrolment,
            built=built,
            home=home,
            hub=hub,
            clock=clock,
        )

    def station(self, transport: Transport | None = None) -> Station:
        """The station's desk, sending to the hub within this process, or over a transport of one's own."""
        inside = InProcessTransport(create_app(self.hub))
        return Station(
            self.home,
            keys=self.station_keys,
            trusting=Trusting.by_hand(self.enrolment),
            transport=transport or HttpsTransport(HUB_URL, transport=inside),
            clock=self.clock,
        )

    def admission(
        self,
        *,
        candidate: Candidate,
        mode: Mode,
        start_code: str = "",
        accommodations: Accommodations | None = None,
    ) -> bytes:
        """A fresh admission to the bundle, signed by the academy."""
        admission_id = admissions.new_admission_id()
        is_sealed = self.built.manifest.mode == "sealed"
        return admissions.issue(
            Admission(
                admission_id=admission_id,
                candidate=candidate,
                bundle_id=self.built.manifest.bundle_id,
                minimum_version=self.built.manifest.version,
                mode=mode,
                accommodations=accommodations or Accommodations(),
                recipients=(self.academy.sealing.public,),
                content_keys=(
                    admissions.seal_content_key(
                        self.built.content_key, [self.station_keys.sealing.public], admission_id=admission_id
                    )
                    if is_sealed
                    else ()
                ),
                start_code=(
                    admissions.start_code_verifier(start_code, admission_id=admission_id) if start_code else None
                ),
            ),
            [self.academy.signing],
        )

    def close(self) -> None:
        """Let go of the hub."""
        self.hub.close()
