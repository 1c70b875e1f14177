"""mDNS on the loopback: a hint that comes, goes, and is never more than that."""

import socket

from pocus_desktop.proctoring.discovery import Announcement, Discovery, own_addresses
from pocus_desktop.proctoring.link import Address, read_address

CONSOLE = "con_" + "5" * 20


def test_a_console_that_is_announced_is_found() -> None:
    here = ["127.0.0.1"]
    with (
        Announcement(console=CONSOLE, name="Room 1", addresses=here, port=4711, interfaces=here),
        Discovery(interfaces=here) as discovery,
    ):
        found = {each.console: each for each in discovery.wait(10)}
    assert (found[CONSOLE].name, found[CONSOLE].address) == ("Room 1", Address("127.0.0.1", 4711))


def test_a_network_without_multicast_costs_only_the_hint() -> None:
    with Announcement(console=CONSOLE, name="Room 1", addresses=["room.example"], port=1):
        pass  # no number, so nothing is announced


def test_own_addresses_are_addresses() -> None:
    for text in own_addresses():
        assert read_address(text).host == text
        socket.inet_aton(text)
