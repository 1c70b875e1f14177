"""Certificates: thousands issued with PDF at once, and their public page under load.

Issuing is the whole way of one: the hub's records are asked, the credential is signed, row and trail are durable, the
PDF is set and written. The reference for the PDF is a page of the same words that the bare library sets, without
credential, code and tags. How the time grows is told by the last tenth beside the first. The thousands have no
portfolio, so that making them does not take a day; what reading one takes is told by some who have: all of their way,
from the application to the evaluation, is looked at in the transaction that issues. All but the first of these claims
are in processor time, which other work on the machine disturbs less.

The page is asked for on PostgreSQL, beside a bare endpoint of the same framework (`benchmarks.bare`): two hundred
certificates in turn, which is what load means for a page that one gives to many; each read from its row. What the first
look at each costs, which checks its signature and renders its page, is told beside.
"""

import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typst
from sqlalchemy import insert

from benchmarks.bare import ROUNDS, Load, asked, beside_bare, get, middle, working
from benchmarks.claim import Claim, at_most
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records.store_tables import RESULT
from pocus_desktop.hub.web import certificates_door
from pocus_desktop.kernel import assets, canonical
from pocus_desktop.programme.certificate.document import Certificate
from pocus_desktop.programme.certificate.paper import to_pdf
from tests.hub.postgres import running_cluster, upgrade
from tests.hub.school import BUNDLE, VERSION, School
from tests.hub.test_certificates_due import Way

COUNT: Final = int(os.environ.get("POCUS_BENCH_CERTIFICATES", "10000"))
DUE: Final = 40
LOOKED_AT: Final = 200
LOOKS: Final = 5
"""At each certificate, in a round."""

GOAL_MS: Final = 50.0
_BARE: Final = 30

BARE_PAGE: Final = """#let said = json(bytes(sys.inputs.said))
#set text(font: "Inter", size: 11pt)
#set page(width: 297mm, height: 210mm)
#for line in said { par(line) }
"""


def run() -> list[Claim]:
    """Issuing on SQLite, the page on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="pocus-bench-certificates-") as folder:
        claims = _issuing(Path(folder))
    with tempfile.TemporaryDirectory(prefix="pocus-bench-certificates-") as folder:
        claims.append(_due(Path(folder)))
    with running_cluster() as cluster, tempfile.TemporaryDirectory(prefix="pocus-bench-certificates-") as folder:
        name = cluster.create()
        upgrade(cluster.url(name))
        school = School(folder=Path(folder), database_url=cluster.url(name))
        hub = _academy(school, LOOKED_AT)
        claims.append(_pages(hub, cluster.dsn(name), Path(folder)))
        hub.close()
    return claims


def _academy(school: School, count: int) -> Hub:
    """A hub with so many candidates, of whom each has passed."""
    sat = school.sit()
    hub = school.hub()
    hub.registry.enrolments.set_terms(hub_url="https://hub.example.org")
    hub.certificates.set_issuer("Academy of Example", who="dora", why="named")
    hub.take(sat.final)
    report = hub.report(sat.sitting)
    assert report is not None
    passed = report.model_dump_json()
    for number in range(count):
        hub.registry.candidates.add(candidate_id=f"C-{number}", name=f"Ana María Ruiz {number}", who="bench")
    rows = [
        {
            "sitting": f"sit_{number}",
            "digest": canonical.digest(str(number).encode()),
            "last_seq": 1,
            "is_partial": False,
            "admission_id": f"adm_of_{number}",
            "candidate_id": f"C-{number}",
            "attempt": 1,
            "mode": "live",
            "bundle_id": BUNDLE,
            "bundle_version": VERSION,
            "status": "scored",
            "problem": "",
            "has_fork": False,
            "report": passed,
            "settled_at_ms": 1,
        }
        for number in range(count)
    ]
    with hub._store.transaction() as connection:  # noqa: SLF001 - ten thousand sittings would take a day
        connection.execute(insert(RESULT), rows)
    return hub


def _issuing(folder: Path) -> list[Claim]:
    hub = _academy(School(folder=folder), COUNT)
    took_ms, paper_ms, processor_ms, busy_ms = [], [], [], []
    last: Certificate | None = None
    for number in range(COUNT):
        begun, busy_since = time.perf_counter(), time.process_time()
        record = hub.certificates.issue(f"C-{number}", f"sit_{number}", who="bench", why="", is_despite=True)
        issued, busy = time.perf_counter(), time.process_time()
        pdf = to_pdf(record.certificate, record.credential, language="en")
        set_at, busy_until = time.perf_counter(), time.process_time()
        (folder / "certificate.pdf").write_bytes(pdf)
        took_ms.append((time.perf_counter() - begun) * 1000)
        busy_ms.append((time.process_time() - busy_since) * 1000)
        paper_ms.append((set_at - issued) * 1000)
        processor_ms.append((busy_until - busy) * 1000)
        last = record.certificate
    hub.close()
    assert last is not None
    tenth = max(COUNT // 10, 1)
    return [
        at_most(
            f"{COUNT:,} certificates issued with PDF ({statistics.mean(took_ms):.1f} ms each in all): a PDF, against"
            f" the {GOAL_MS:.0f} ms that it may take",
            ours=round(statistics.median(paper_ms), 2),
            reference=GOAL_MS,
            unit="ms",
            goal=1.0,
        ),
        at_most(
            f"{COUNT:,} certificates issued with PDF: processor time of one of the last tenth, against the first",
            ours=round(statistics.median(busy_ms[-tenth:]), 2),
            reference=round(statistics.median(busy_ms[:tenth]), 2),
            unit="ms",
            goal=1.25,
        ),
        at_most(
            "PDF/A-3a of a certificate with credential, code and tags, against the same words set by the bare library",
            ours=round(statistics.median(processor_ms), 2),
            reference=round(_bare_ms(last, folder), 2),
            unit="ms",
            goal=10.0,
        ),
    ]


def _due(folder: Path) -> Claim:
    """Issued where all of the way is done, which is read from the portfolio; in turns with candidates without one."""
    school = School(folder=folder)
    hub = _academy(school, DUE)
    with_ms, without_ms = [], []
    for number in range(DUE):
        way = Way(school, hub).complete()
        begun = time.process_time()
        way.issue()
        read = time.process_time()
        hub.certificates.issue(f"C-{number}", f"sit_{number}", who="bench", why="", is_despite=True)
        with_ms.append((read - begun) * 1000)
        without_ms.append((time.process_time() - read) * 1000)
    hub.close()
    return at_most(
        "A certificate issued that is due by its candidate's portfolio (20 cases), against one without a portfolio",
        ours=round(statistics.median(with_ms), 2),
        reference=round(statistics.median(without_ms), 2),
        unit="ms",
        goal=2.0,
    )


def _bare_ms(certificate: Certificate, folder: Path) -> float:
    template = folder / "bare.typ"
    template.write_text(BARE_PAGE)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[assets.folder("fonts")])
    compiler = typst.Compiler(template, root=folder, font_paths=fonts)
    took = []
    for number in range(_BARE):
        words = [certificate.issuer, f"{certificate.holder} {number}", certificate.url, *map(str, certificate.areas)]
        begun = time.process_time()
        compiler.compile(sys_inputs={"said": json.dumps(words)}, pdf_tags=False)
        took.append((time.process_time() - begun) * 1000)
    return statistics.median(took)


def _pages(hub: Hub, dsn: str, folder: Path) -> Claim:
    """Looks at many certificates in turn; and, told beside, each of them for the first time."""
    records = [
        hub.certificates.issue(f"C-{at}", f"sit_{at}", who="bench", why="", is_despite=True) for at in range(LOOKED_AT)
    ]
    requests = [get(f"/certificates/{record.certificate.certificate_id}") for record in records]
    with working(hub, folder) as port:
        size = _answer_bytes(port, f"/certificates/{records[0].certificate.certificate_id}")
        beside = beside_bare(port, requests * LOOKS, size, dsn, folder)
        first = middle([_asked_first(port, requests, folder) for _ in range(ROUNDS)])
    return beside.claim(
        f"Public page of {LOOKED_AT} certificates ({size:,} bytes)",
        f"; the first look at each {1000 / first.wall_ms:.0f} a second, p99 {first.p99_ms:.0f} ms,"
        f" {first.busy_ms:.2f} ms",
    )


def _asked_first(port: int, requests: Sequence[bytes], folder: Path) -> Load:
    door = certificates_door
    for remembered in (door._signed, door._read, door._page):  # noqa: SLF001 - as a process that has just begun
        remembered.cache_clear()
    return asked(port, requests, folder)


def _answer_bytes(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Accept": "text/html"})
    size = len(connection.getresponse().read())
    connection.close()
    return size
