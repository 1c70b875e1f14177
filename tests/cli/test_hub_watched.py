"""The served hub as an operator has it: figures, log and health while keys are exchanged under it."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.https import HttpsTransport
from tests.hub.school import Sat, School
from tests.ports import port_for_later

PROGRAM = "from pocus_desktop.app.main import main; main()"
WORDS = "correct horse"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the process is stopped by a signal")


def deliver(url: str, sat: Sat) -> bytes:
    transport = HttpsTransport(url)
    try:
        return transport.deliver(sat.final, hashlib.sha256(sat.final).hexdigest())
    finally:
        transport.close()


@pytest.mark.argon2
def test_a_served_hub_is_watched_and_its_keys_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCUS_PASSPHRASE", WORDS)
    school, store, port = School(folder=tmp_path), FileKeyStore(tmp_path / "keys", WORDS), port_for_later()
    school.keys.save(store)
    school.hub().close()
    where = ["--folder", str(tmp_path / "hub"), "--keys", str(tmp_path / "keys"), "--port", "0"]
    more = ["--log", "-", "--metrics-port", str(port)]
    command = [sys.executable, "-c", PROGRAM, "hub", "serve", *where, *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            url = process.stderr.readline().strip().removeprefix("The hub listens at ")
            early = school.sit()
            deliver(url, early)
            ring = AcademyRing.load(store).rotated(now_ms=0)
            ring.save(store)
            school.keys = ring.current
            late = school.sit()
            receipt = deliver(url, late)
            ready = httpx2.get(f"{url}/readyz", trust_env=False)
            figures = httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
            process.send_signal(signal.SIGTERM)
            told, wrong = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                process.kill()
    assert (process.returncode, wrong, ready.status_code) == (0, "", 200)
    verify_receipt(receipt, [ring.current.signing.public])
    assert "\npocus_hub_envelopes_accepted_total 2.0\n" in figures
    assert '\npocus_hub_sittings{status="scored"} 2.0\n' in figures
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "hub.request"] == [201, 201]
    assert "hub.keys_read_anew" in {line["event"] for line in lines}
    assert not (tmp_path / "hub" / "hub.log").exists()
    for person in ("Ana Roe", "C-1", "127.0.0.1"):
        assert person not in told
