"""What the console's desk knows of its centre at one moment, and how the window's cards come of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.console_papers import Papers
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.proctoring import check_in
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.relay_view import HeldEnvelope
from pocus_desktop.proctoring.room_state import RoomState
from pocus_desktop.ui.proctor.desk import CentreCard, StationCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """An open room and how it is found.

    Attributes:
        addresses: `host:port`, the likeliest first; none where it is not served.
        pairing: The words that a station types.
        results: What stations brought of sealed results, and how far it is.
        stick: Writes to a folder what has no receipt, and says how many; None where this console holds none.
        silent_consoles: How many other consoles do not answer.
        reports: How many reports of incidents wait for the academy.
        reports_to: Writes those to a folder, and says how many.
        renew: Lets what stands beside the room believe others from now on.
    """

    room: LiveRoom
    addresses: tuple[str, ...] = ()
    pairing: Callable[[str], str] = lambda _language: ""
    qr: str = ""
    fingerprint: str = ""
    results: Callable[[], Iterable[HeldEnvelope]] = tuple
    stick: Callable[[Path], int] | None = None
    reports: Callable[[], int] = lambda: 0
    reports_to: Callable[[Path], int] = lambda _path: 0
    silent_consoles: Callable[[], int] = lambda: 0
    renew: Callable[[Trusting], None] = lambda _trusting: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was read of the centre's home, all at one moment."""

    hubs: tuple[PublicKey, ...] = ()
    grant: EnrolmentGrant | None = None
    hosted: Hosted | None = None
    papers: Papers
    stamp: tuple[int, ...] = ()


def centre_card(known: Known, language: str) -> CentreCard:
    """The centre, as the window shows it."""
    papers, grant, hosted = known.papers, known.grant, known.hosted
    centre = grant.centre if grant is not None else None
    return CentreCard(
        name="" if centre is None else centre.name,
        centre_id="" if centre is None else centre.centre_id,
        day=papers.day,
        expected=len(papers.admissions),
        walk_ins=max(0, papers.allowance_count - papers.walk_ins_used),
        walk_in_bundles=papers.walk_in_bundles,
        addresses=() if hosted is None else hosted.addresses,
        pairing="" if hosted is None else hosted.pairing(language),
        qr="" if hosted is None else hosted.qr,
        fingerprint="" if hosted is None else hosted.fingerprint,
    )


def station_cards(known: Known, state: RoomState, now_ms: int, language: str) -> tuple[StationCard, ...]:
    """The stations of the rosters and of the room, in the order in which people count."""
    names = {station_id: name for station_id, (name, _key) in known.papers.stations.items()}
    names |= {station.station_id: station.name for station in state.stations.values()}
    cards = []
    for station_id, name in sorted(names.items(), key=lambda item: check_in.as_counted(item[1])):
        station, report = state.stations.get(station_id), known.papers.reports.get(station_id)
        problems = (
            () if report is None else tuple(one.explain(language) for one in report.checks if one.level == "problem")
        )
        cards.append(
            StationCard(
                station_id=station_id,
                name=name,
                is_in=station.is_in if station is not None else True,
                is_known=station is not None,
                is_heard=station is not None and station.is_linked(now_ms),
                readiness="unknown" if report is None else "problems" if problems else "ready",
                checked_at_ms=None if report is None else report.made_at_ms,
                problems=problems,
            )
        )
    return tuple(cards)
