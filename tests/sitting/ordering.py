"""A proctor at a console: numbers orders, signs them with the centre's keys, and gives them to sittings."""

from dataclasses import dataclass, field
from typing import Any

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.proctor_order import Kind, issue_order, make_order, new_order_id
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.sitting.orders import Obeyed
from pocus_desktop.sitting.session import Sitting
from tests.sitting.world import World


@dataclass
class Console:
    """One console of a centre; `number` is that of the last order."""

    station: StationKeys
    keys: StationKeys = field(default_factory=StationKeys.generate)
    name: str = "console-1"
    number: int = 0
    given: list[bytes] = field(default_factory=list)

    @property
    def centre(self) -> Centre:
        """As the stations know it."""
        return Centre(
            signing=self.keys.signing.public, sealing=self.keys.sealing.public, centre_id="north", name="North"
        )

    def make(
        self,
        sitting: Sitting,
        kind: Kind,
        *,
        reason: str = "Fire alarm",
        signer: SigningKey | None = None,
        changes: dict[str, Any] | None = None,
        **act: Any,
    ) -> bytes:
        """The next order of this console, not given yet."""
        self.number += 1
        opened = sitting.state.opened
        fields: dict[str, Any] = {
            "order_id": new_order_id(),
            "centre_id": "north",
            "console": self.name,
            "number": self.number,
            "after": self.number - 1,
            "admission_id": opened.admission_id,
            "sitting": opened.sitting,
            "station": self.station.signing.public.raw.hex(),
            "made_at_ms": 1_800_000_000_000,
            "who": "P. Roctor",
            "reason": reason,
            "act": {"kind": kind, **act},
            **(changes or {}),
        }
        envelope = issue_order(make_order(fields), signer or self.keys.signing)
        self.given.append(envelope)
        return envelope

    def give(self, sitting: Sitting, envelope: bytes) -> Obeyed | None:
        """Give an order; what came of it."""
        told: list[Obeyed | None] = []
        sitting.obey(envelope, centre=self.centre, take=told.append)
        (found,) = told
        return found

    def order(self, sitting: Sitting, kind: Kind, **changes: Any) -> str:
        """Make an order and give it; the code of why it was refused, empty where it was obeyed."""
        found = self.give(sitting, self.make(sitting, kind, **changes))
        assert found is not None
        return found.refused


def with_centre(world: World, **changes: Any) -> tuple[Sitting, Console]:
    """A sitting of a centre's admission, and the centre's console."""
    console = Console(station=world.station)
    return world.begin(centre=console.keys.sealing.public, **changes), console
