"""Sittings that stop at one station and go on at another: real journals, real permits, what both stations seal."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.move_permit import MovePermit, ToStation, sitting_key, told_by
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.hub.hub import Hub
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.folder import ADMISSION, MOVED, PERMIT
from pocus_desktop.sitting.journal import FILE_NAME, Journal
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.moving.move_stick import PackedSitting
from pocus_desktop.sitting.moving.packing import pack
from pocus_desktop.sitting.moving.permitting import MoveOrder, looked_into, permit
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.writer import InlineWriter
from tests.hub.school import BUNDLE, MANIFEST, VERSION, School
from tests.hub.test_admissions import enrol

BEGIN: tuple[intents.Intent, ...] = (
    intents.ConfirmIdentity(),
    intents.PassSystemCheck(),
    intents.AcceptAgreement(version="1"),
    intents.FinishComfort(),
    intents.FinishTutorial(),
    intents.StartCase(),
    intents.Answer(item="compressible", response=ChoiceResponse(choices=("no",))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a station sealed at the end, and every event of it."""

    sitting: str
    final: bytes
    recorded: tuple[Recorded, ...]


@dataclass
class Moving:
    """A hub that knows a centre and its stations, and one sitting between them."""

    school: School
    hub: Hub
    keys: dict[str, StationKeys] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        registry = self.hub.registry
        self.keys = {
            "north": enrol(registry, "North", kind="centre", centre_id="north"),
            "south": enrol(registry, "South", kind="centre", centre_id="south"),
            **{name: enrol(registry, name, centre_id="north") for name in ("desk-1", "desk-2", "desk-3")},
        }

    def material(self) -> Material:
        return Material(
            bundle_id=BUNDLE, bundle_version=VERSION, manifest_digest=MANIFEST, assessment=self.school.assessment
        )

    def begin(self, *, name: str = "desk-1") -> Path:
        """A sitting with one answer at a station that then stops; its folder."""
        centre = self.keys["north"].sealing.public
        envelope = self.school.admission(centre=centre, centre_id="north")
        folder = self.school.folder / f"{name}-{self.school.count}"
        sitting = Sitting.open(
            folder,
            admission=admissions.verify(envelope, [self.school.keys.signing.public]),
            material=self.material(),
            station=self.keys[name],
            clock=self.school.clock,
            writer=InlineWriter(),
        )
        for intent in BEGIN:
            sitting.handle(intent)
        sitting.close()
        return folder

    def packed(self, folder: Path) -> PackedSitting:
        """A copy on a stick of its own; the station goes on as if its disk had only been read."""
        self.count += 1
        stick = self.school.folder / f"stick-{self.count}"
        stick.mkdir()
        copied = self.school.folder / f"disk-{self.count}"
        shutil.copytree(folder, copied)
        return pack(copied, stick, now_ms=self.school.clock.read().wall_ms)

    def permitted(self, folder: Path, to: str, *, centre: str = "north", **changes: Any) -> PackedSitting:
        """The same with a permit to go on elsewhere."""
        packed, keys = self.packed(folder), self.keys[to]
        station = ToStation(name=to, signing=keys.signing.public, sealing=keys.sealing.public)
        with looked_into(packed, own=self.keys[centre], hubs=[self.school.keys.signing.public]) as looked:
            permit(
                looked,
                MoveOrder(to=station, who="Pat Lee", why="dead"),
                own=self.keys[centre],
                content_key=None,
                now_ms=self.school.clock.read().wall_ms,
                issued=self.school.folder / "issued",
                again=True,
                **changes,
            )
        return packed

    def moved_in(self, packed: PackedSitting, to: str) -> Path:
        """The folder of the sitting at its new station."""
        self.count += 1
        folder = self.school.folder / f"{to}-moved-{self.count}"
        folder.mkdir()
        for name in (FILE_NAME, ADMISSION, PERMIT):
            shutil.copyfile(packed.path / name, folder / name)
        told = self.permit_of(packed)
        keys = self.keys[to]
        journal, _ = Journal.open_by_key(folder, key=sitting_key(told, keys.sealing), signer=keys.signing)
        journal.hand_over(keys.sealing.public, keep=self.keys["north"].sealing.public)
        journal.close()
        return folder

    def permit_of(self, packed: PackedSitting) -> MovePermit:
        return told_by((packed.path / PERMIT).read_bytes())

    def go_on(self, folder: Path, name: str, plan: str = "treat", *, to_the_end: bool = True) -> Ended:
        """A station goes on with a folder that it has."""
        assert not (folder / MOVED).exists()
        sitting = Sitting.resume(
            folder,
            material=self.material(),
            station=self.keys[name],
            clock=self.school.clock,
            writer=InlineWriter(),
        )
        sitting.handle(intents.GoNext())
        sitting.handle(intents.Answer(item="treatment", response=ChoiceResponse(choices=(plan,))))
        recorded = sitting.recorded
        final = b""
        if to_the_end:
            sitting.handle(intents.GoNext())
            sitting.handle(intents.HandIn(is_confirmed=True))
            recorded = sitting.recorded
            assert sitting.sealed is not None
            final = Path(sitting.sealed.sealed_path).read_bytes()
        sitting.close()
        return Ended(sitting=sitting.state.opened.sitting, final=final, recorded=recorded)
