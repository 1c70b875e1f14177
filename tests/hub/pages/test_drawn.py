"""A sitting drawn to scale: all has its place, and a night in which nothing happened leaves room for the rest."""

from pathlib import Path

from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.hub.pages.drawn import WIDTH, drawn
from tests.appeals.eventful import eventful, with_grant
from tests.appeals.sealed import appeal_of
from tests.sitting.world import World


def test_everything_has_its_place_and_a_long_gap_leaves_room_for_the_rest(tmp_path: Path) -> None:
    world = World(folder=tmp_path)
    found = appeal_of(world, with_grant(eventful(world)))
    told = found.timeline
    made = drawn(told, Telling(Names(found.course, "es")))
    lanes = {lane.name: lane.pieces for lane in made.lanes}
    assert list(lanes) == ["Reloj", "Pantallas", "Medios", "Respuestas", "Sucesos"]
    clock = lanes["Reloj"]
    assert [piece.x for piece in clock] == sorted(piece.x for piece in clock)
    assert clock[-1].x + clock[-1].width == WIDTH
    gap = next(piece for piece in clock if piece.tone == "gap")
    assert gap.width < WIDTH / 4, "eleven hours"
    assert len(lanes["Respuestas"]) == len(told.answers)
    assert {piece.tone for piece in lanes["Respuestas"]} == {"good", "mark", "bad"}
    assert all(0 <= x <= WIDTH for x, _, _ in made.rules)
    assert all(0 <= piece.x <= WIDTH for pieces in lanes.values() for piece in pieces)
    assert any("Arrival" in piece.told for piece in lanes["Medios"])
    world.close()


def test_a_sitting_of_no_length_is_drawn(tmp_path: Path) -> None:
    world = World(folder=tmp_path)
    sitting = world.begin()
    found = appeal_of(world, sitting.recorded[:1], has_bundle=False)
    assert drawn(found.timeline, Telling(Names(None, "en"))).rules
    world.close()
