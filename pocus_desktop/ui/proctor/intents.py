"""What the proctor wants done; the desk does it, or says by an error why not."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pocus_desktop.admission.proctor_order import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOrder:
    """Order something at stations.

    Attributes:
        reason: Told to the candidate and kept; may be empty where none is needed.
    """

    station_ids: tuple[str, ...]
    act: Act
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderAgain:
    """Order anew what did not arrive in time."""

    order_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Let orders go out no more."""

    order_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoToHands:
    """Say that the proctor is on the way to these hands; the candidates' hands stay up until they are answered."""

    station_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetIn:
    """Let stations into the room that brought no grant of this centre."""

    station_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PutOut:
    """Take stations out of the room."""

    station_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The person is who the admission names.

    Attributes:
        how: What was compared.
    """

    admission_id: str
    how: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Give a candidate a station."""

    admission_id: str
    station_id: str


@dataclass(frozen=True, slots=True)
class MoveSeat:
    """Give a candidate who has a station another one."""

    admission_id: str
    station_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSitting:
    """Permit a station to go on with a sitting that was packed to a stick, and give its candidate that station.

    Attributes:
        stick: The folder that it was packed to.
        is_first_off: The first computer is off and stays off, says the proctor.
    """

    admission_id: str
    station_id: str
    stick: Path
    why: str
    is_first_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TellCode:
    """Answer what a station shows that no network reaches.

    Attributes:
        challenge: The eight digits on its screen.
        is_again: Tell a number again that was told before.
    """

    candidate_id: str
    challenge: str
    is_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitWalkIn:
    """Admit who came without an admission."""

    candidate_id: str
    name: str
    bundle_id: str | None = None


@dataclass(frozen=True, slots=True)
class NameProctor:
    """Who acts from now on."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskEnrolment:
    """Write the request with which the academy enrols this centre; makes its keys where there are none."""

    name: str
    centre_id: str
    path: Path


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Take a file in: a grant, a roster, a station's preflight report; which of them it is, it says itself."""

    path: Path


@dataclass(frozen=True, slots=True)
class WriteStick:
    """Write the sealed results that wait here to a folder, such as a stick's."""

    path: Path


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Run a small room of scripted candidates on this computer, with nothing of the real one."""


@dataclass(frozen=True, slots=True)
class StopRehearsal:
    """Let the rehearsal end now."""


Intent: TypeAlias = (
    GiveOrder
    | OrderAgain
    | GiveUp
    | GoToHands
    | LetIn
    | PutOut
    | CheckIn
    | Seat
    | MoveSeat
    | MoveSitting
    | TellCode
    | AdmitWalkIn
    | NameProctor
    | AskEnrolment
    | TakeIn
    | WriteStick
    | Rehearse
    | StopRehearsal
)
