"""What a console has to tell another one, out of its room (formats/room 7). Pure."""

from collections.abc import Iterable

from pocus_desktop.proctoring.room_state import RoomState
from pocus_desktop.proctoring.shared import (
    MOST_ARRIVALS,
    MOST_INCIDENTS,
    Shared,
    SharedArrival,
    SharedHand,
    SharedIncident,
    SharedSeat,
)


def shared_of(state: RoomState, *, centre_id: str, number: int, incidents: Iterable[SharedIncident]) -> Shared:
    """What was done at this console itself, and every incident that is here.

    Args:
        state: The room.
        centre_id: Whose it is.
        number: Of the last row of its journal.
        incidents: The latest report of each.
    """
    return Shared(
        centre_id=centre_id,
        console=state.console,
        number=number,
        arrivals=tuple(
            SharedArrival(
                candidate_id=one.candidate_id,
                admission_id=one.admission_id,
                who=one.who,
                how=one.how,
                wall_ms=one.wall_ms,
            )
            for one in state.present.values()
            if one.admission_id is not None and one.is_present
        )[-MOST_ARRIVALS:],
        seats=tuple(
            SharedSeat(
                candidate_id=one.candidate_id or one.admission_id,
                admission_id=one.admission_id,
                station_id=one.station_id,
            )
            for one in state.stations.values()
            if one.admission_id is not None
        ),
        incidents=tuple(incidents)[-MOST_INCIDENTS:],
        hands=tuple(
            SharedHand(station_id=one.station_id, who=one.hand_answered_by)
            for one in state.stations.values()
            if one.is_hand_answered_here
        ),
    )
