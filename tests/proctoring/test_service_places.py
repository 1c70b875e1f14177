"""Who has a place at a room's service: a story of connections."""

from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.proctoring.service_places import MOST_OF_ONE, Places


class Story:
    """Connections by name, and which were cut."""

    def __init__(self, most: int) -> None:
        self.places = Places(most)
        self.cut: list[str] = []

    def came(self, name: str, address: str) -> bool:
        return self.places.came(name, address, lambda: self.cut.append(name))

    def come(self, count: int, address: str) -> int:
        """So many of one address; how many have a place."""
        return sum(self.came(f"{address}-{number}", address) for number in range(count))


def test_two_addresses_that_take_all_they_get_keep_no_station_out() -> None:
    story = Story(600)
    assert story.come(500, "10.0.0.1") == 200
    assert story.come(500, "10.0.0.2") == 100, "they take of the first until both have as many"
    assert story.came("new", "10.0.0.3")
    assert story.cut[-1] in {"10.0.0.1-100", "10.0.0.2-0"}, "the oldest of who has the most"
    story.places.known("new", "station")
    assert story.places.taken == 200, "who is known takes no place of the strangers"
    assert story.came("next", "10.0.0.3")


def test_a_school_behind_one_address_comes_in_as_fast_as_its_stations_are_known() -> None:
    story = Story(600)
    for number in range(200):
        for door in ("reports", "orders"):
            assert story.came(f"{number}-{door}", "10.0.0.1")
            story.places.known(f"{number}-{door}", f"station-{number}")
    assert (story.places.taken, story.cut) == (400, [])


def test_of_one_station_the_oldest_connection_gives_way() -> None:
    story = Story(60)
    for number in range(MOST_OF_ONE + 1):
        story.came(str(number), "10.0.0.1")
        story.places.known(str(number), "station")
        story.places.known(str(number), "station")
    assert story.cut == ["0"]


def test_where_all_places_are_taken_who_has_one_too_many_gives_it() -> None:
    story = Story(6)
    for name, who in (("a", "one"), ("b", "two"), ("c", "two"), ("d", "three"), ("e", "four")):
        story.came(name, "10.0.0.1")
        story.places.known(name, who)
    assert story.cut == ["b"]


def test_who_was_turned_away_is_not_known_and_a_place_that_is_given_up_is_free() -> None:
    story = Story(3)
    assert story.came("a", "10.0.0.1")
    assert not story.came("b", "10.0.0.1")
    story.places.known("b", "station")
    story.places.gone("b")
    story.places.gone("a")
    assert story.came("c", "10.0.0.1")
    assert story.cut == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["came", "known", "gone"]), st.integers(0, 40), st.integers(0, 4)), max_size=150
    ),
    st.integers(3, 12),
)
def test_there_are_never_more_than_there_are_places(deeds: list[tuple[str, int, int]], most: int) -> None:
    story = Story(most)
    held: set[str] = set()
    for deed, number, other in deeds:
        name = str(number)
        if deed == "came" and name not in held:
            held |= {name} if story.came(name, str(other)) else set()
        elif deed == "known":
            story.places.known(name, str(other))
        elif deed == "gone":
            story.places.gone(name)
            held.discard(name)
        held -= set(story.cut)
        story.cut.clear()
        assert story.places.taken == len(held) <= most
