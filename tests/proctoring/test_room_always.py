"""What must always hold of a room, whatever comes, twice, late or in another order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.proctoring import events, room, room_orders, room_state
from tests.proctoring.reports import STATION, order_came, sitting
from tests.proctoring.test_room import Story, begun

FINAL = {"obeyed", "refused"}

deeds = st.lists(
    st.tuples(
        st.sampled_from(["ask", "hand over", "report", "report obeyed", "report again", "withdraw", "wait", "reopen"]),
        st.integers(1, 6),
        st.integers(0, 150_000),
    ),
    max_size=40,
)


def do(story: Story, deed: str, number: int, ms: int, obeyed: set[int], sent: list[int]) -> None:
    """One deed; a station obeys only what went out to it."""
    last = story.state.stations[STATION].report
    assert last is not None
    after = last.number + 1
    told = tuple(order_came(order_id=f"ord_{each:020d}", number=each) for each in sorted(obeyed))
    if deed == "ask" and f"ord_{number:020d}" not in story.state.orders:
        story.asked(number)
    elif deed == "hand over":
        sent += story.going_out()
        story.handed_over()
    elif deed == "report":
        story.reported(number=after, sitting=sitting(orders=told))
    elif deed == "report obeyed" and sent:
        obeyed.add(sent[number % len(sent)])
        told = tuple(order_came(order_id=f"ord_{each:020d}", number=each) for each in sorted(obeyed))
        story.reported(number=after, sitting=sitting(orders=told))
    elif deed == "report again":
        story.reported(number=max(after - number, 1), sitting=sitting())
    elif deed == "withdraw":
        story.given(events.OrderWithdrawn(order_id=f"ord_{number:020d}", who="P.", **story.at()))
    elif deed == "wait":
        story.later(ms)
    elif deed == "reopen":
        story.now_ms = ms
        story.state = room.replay(story.kept)
        story.opened()


@settings(max_examples=150, deadline=None)
@given(deeds)
def test_whatever_happens(history: list[tuple[str, int, int]]) -> None:
    story, obeyed, sent = begun(), set[int](), list[int]()
    for deed, number, ms in history:
        final = {name: order.course for name, order in story.state.orders.items() if order.course in FINAL}
        do(story, deed, number, ms, obeyed, sent)
        now = story.state
        # what a station told of stays; nothing else is ever taken for obeyed
        assert all(now.orders[name].course == course for name, course in final.items())
        assert {order.asked.number for order in now.orders.values() if order.course in FINAL} <= obeyed
        # nothing goes out late, twice, or after it was answered
        out = room_orders.outstanding(now, STATION)
        assert all(now.now_ms - order.asked.at_ms <= room_state.GOOD_MS for order in out if order.good_ms >= 0)
        assert len({order.asked.order_id for order in out}) == len(out)
        assert all(order.course in room_state.OPEN for order in out)
        # what is under way is known without looking at all that ever was
        assert now.under_way == tuple(name for name, order in now.orders.items() if order.course in room_state.OPEN)
        # a replay of what is kept knows all that is final, and sends nothing by itself
        again = Story(state=room.replay(story.kept), now_ms=story.now_ms).opened().state
        assert {name: o.course for name, o in again.orders.items() if o.course in FINAL | {"withdrawn"}} == {
            name: o.course for name, o in now.orders.items() if o.course in FINAL | {"withdrawn"}
        }
        assert room_orders.outstanding(again, STATION) == ()
        assert again.orders.keys() == now.orders.keys()


@given(deeds)
@settings(max_examples=50, deadline=None)
def test_events_come_back_from_their_bytes(history: list[tuple[str, int, int]]) -> None:
    story = begun()
    for deed, number, ms in history:
        do(story, deed, number, ms, set(), [])
    assert [events.decode(events.encode(event)) for event in story.kept] == story.kept
