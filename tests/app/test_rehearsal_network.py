"""The rehearsal's LAN: computers reach each other by their cables, and by nothing else."""

import os
import subprocess
import sys

import pytest

from pocus_desktop.app.rehearsals.network import Lan, NoNamespacesError, lan

LISTEN = """
import socket, sys
server = socket.create_server((sys.argv[1], 8421))
print("listens", flush=True)
while True:
    server.accept()[0].close()
"""
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], 8421), timeout=0.5)"


def reaches(net: Lan, computer: str, address: str) -> bool:
    done = subprocess.run([*net.into(computer), sys.executable, "-c", CONNECT, address], capture_output=True)
    return done.returncode == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="networks of one's own take root")
def test_a_cable_that_is_pulled_cuts_one_computer_off_and_nobody_else() -> None:
    with lan() as net:
        address = net.attach("console")
        for desk in ("desk-1", "desk-2"):
            net.attach(desk)
        server = subprocess.Popen(
            [*net.into("console"), sys.executable, "-c", LISTEN, address], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "listens\n"
            assert reaches(net, "desk-1", address)
            net.pull("desk-1")
            assert not reaches(net, "desk-1", address)
            assert reaches(net, "desk-2", address)
            net.plug("desk-1")
            assert reaches(net, "desk-1", address)
            net.switch_off()
            assert not reaches(net, "desk-2", address)
            net.switch_on()
            assert reaches(net, "desk-2", address)
        finally:
            server.kill()
            server.communicate()
        names = [net.into(computer)[-1] for computer in ("console", "desk-1", "desk-2")]
    left = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert not [name for name in names if name in left]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="networks of one's own take root")
def test_a_console_knows_its_address_on_a_lan_that_leads_nowhere() -> None:
    ask = "from pocus_desktop.proctoring.discovery import own_addresses; print(own_addresses()[0])"
    with lan() as net:
        address = net.attach("console")
        done = subprocess.run(
            [*net.into("console"), sys.executable, "-c", ask], capture_output=True, text=True, check=True
        )
    assert done.stdout.strip() == address


def test_who_may_make_no_network_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    with pytest.raises(NoNamespacesError), lan():
        pytest.fail("there is no network")
