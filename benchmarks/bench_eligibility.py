"""Eligibility of 100 000 candidates: the programme's functions beside the same rules as one query of SQL.

Both are asked the same of the same candidates: foundation, cases of the area within its years by what counts, and every
attestation. Ours answers with evidence, sources, what is missing and until when; the query gives a number for each
requirement, and all must come out alike to the last candidate. Making the candidates, and loading them into the tables,
is not timed. What runs in this process is measured in seconds of its processor; PostgreSQL, where its programs are at
hand, by the best of three by the clock.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import psycopg

from benchmarks.claim import Claim, at_most
from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.answer import Answer
from pocus_desktop.programme.days import first_day_within
from pocus_desktop.programme.documents.candidate import Attestation, CaseEntry, Credential
from pocus_desktop.programme.eligibility import eligibility
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.values import Approach
from tests.hub.postgres import binaries, running_cluster

CANDIDATES: Final = 100_000
FEWER: Final = 10_000
CHUNK: Final = 1_000
ON: Final = date(2026, 11, 26)

_CREDENTIALS: Final = (("pocus-academy", "pocus-fundamentals"), ("other", "spi"), ("ardms", "rdms"), ("arrt", "rt-s"))
_STATEMENTS: Final = ("in-practice", "good-standing", "in-area", "experience")

_TABLES: Final = """
CREATE TABLE candidate (id INTEGER PRIMARY KEY, area TEXT NOT NULL);
CREATE TABLE credential (candidate INTEGER NOT NULL, body TEXT, name TEXT, issued DATE, expires DATE, status TEXT);
CREATE TABLE logged (candidate INTEGER NOT NULL, area TEXT, performed DATE, approach TEXT, both_done INTEGER);
CREATE TABLE attested (candidate INTEGER NOT NULL, rule TEXT, area TEXT, made DATE);
CREATE TABLE asked (area TEXT PRIMARY KEY, needed INTEGER, first DATE, by_approach INTEGER);
CREATE TABLE statement (rule TEXT PRIMARY KEY, of_area INTEGER, first DATE);
"""
_INDEXES: Final = """
CREATE INDEX credential_of ON credential (candidate);
CREATE INDEX logged_of ON logged (candidate, area, performed);
CREATE INDEX attested_of ON attested (candidate, rule);
"""
_QUERY: Final = """
SELECT c.id, EXISTS (
    SELECT 1 FROM credential h WHERE h.candidate = c.id AND h.issued <= :on AND (
        (h.name = 'pocus-fundamentals' AND h.status = 'active' AND COALESCE(h.expires, :on) >= :on)
        OR (h.name = 'spi' AND h.status <> 'revoked' AND h.issued >= :spi)
        OR (h.body IN ('apca', 'ardms') AND h.name <> 'spi' AND h.status = 'active' AND COALESCE(h.expires, :on) >= :on)
    )
), (
    SELECT COUNT(*) FROM logged l WHERE l.candidate = c.id AND l.area = c.area AND l.performed BETWEEN a.first AND :on
        AND l.both_done = 1 AND (a.by_approach = 0 OR l.approach IS NOT NULL)
), (
    SELECT COUNT(*) FROM statement s WHERE EXISTS (
        SELECT 1 FROM attested t WHERE t.candidate = c.id AND t.rule = s.rule AND t.made BETWEEN s.first AND :on
            AND ((s.of_area = 0 AND t.area IS NULL) OR (s.of_area = 1 AND t.area = c.area))
    )
)
FROM candidate c JOIN asked a ON a.area = c.area
"""

_Found = set[tuple[int, bool, int, int]]
"""By candidate: the foundation, how many cases count, how many attestations do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    number: int
    area: ContentArea
    papers: Portfolio


def run() -> list[Claim]:
    """Ask both, and compare what they say."""
    rules = shipped_rules()
    database = sqlite3.connect(":memory:")
    with closing(database):
        database.executescript(_TABLES)
        _load_rules(database, rules)
        fewer, ours, found = 0.0, 0.0, _Found()
        for at, chunk in enumerate(_chunks(CANDIDATES)):
            begun = time.process_time()
            answers = [(one.number, eligibility(one.papers, one.area, rules, ON)) for one in chunk]
            spent = time.process_time() - begun
            ours += spent
            fewer += spent if (at + 1) * CHUNK <= FEWER else 0
            found.update(_figures(number, answer) for number, answer in answers)
            for table, values in _rows(chunk):
                database.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(values[0]))})", values)
        database.executescript(_INDEXES + "ANALYZE;")
        given = {"on": ON.isoformat(), "spi": first_day_within(5, ON).isoformat()}
        sqlite = _timed(lambda: _rows_of(database.execute(_QUERY, given)), found, time.process_time)
        claims = [
            at_most(
                "eligibility: 100 000 candidates, beside ten times 10 000",
                ours=ours, reference=10 * fewer, unit="s", goal=1.2,
            ),
            at_most(
                "eligibility: 100 000 candidates with reasons, beside SQLite's numbers",
                ours=ours, reference=sqlite, unit="s", goal=20,
            ),
        ]  # fmt: skip
        if binaries() is not None:
            theirs = _in_postgresql(database, found)
            claims.append(
                at_most(
                    "eligibility: 100 000 candidates with reasons, beside PostgreSQL's numbers",
                    ours=ours, reference=theirs, unit="s", goal=20,
                )
            )  # fmt: skip
    return claims


def _in_postgresql(held: sqlite3.Connection, expected: _Found) -> float:
    """The same rows, carried over, and the same query."""
    with running_cluster() as cluster, psycopg.connect(cluster.dsn(cluster.create())) as connection:
        connection.execute(_TABLES)
        for table in ("candidate", "credential", "logged", "attested", "asked", "statement"):
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in held.execute(f"SELECT * FROM {table}"):
                    copy.write_row(row)
        connection.execute(_INDEXES + "ANALYZE;")
        query = _QUERY.replace(":on", f"DATE '{ON}'").replace(":spi", f"DATE '{first_day_within(5, ON)}'")
        return _timed(lambda: _rows_of(connection.execute(query).fetchall()), expected, time.perf_counter)


def _figures(number: int, answer: Answer) -> tuple[int, bool, int, int]:
    ground, cases, *attested = answer.findings
    return number, ground.is_met, cases.have, sum(finding.is_met for finding in attested)


def _rows_of(rows: Iterable[tuple[Any, ...]]) -> _Found:
    return {(number, bool(ground), cases, attested) for number, ground, cases, attested in rows}


def _timed(ask: Callable[[], _Found], expected: _Found, clock: Callable[[], float]) -> float:
    """Seconds of the best of three, whose answer must be the expected one."""
    best = float("inf")
    for _ in range(3):
        begun = clock()
        found = ask()
        best = min(best, clock() - begun)
        assert found == expected, f"{len(found ^ expected)} candidates come out otherwise"
    return best


def _chunks(count: int) -> Iterator[Sequence[_Candidate]]:
    chance = random.Random(7)
    for first in range(0, count, CHUNK):
        yield [_candidate(number, chance) for number in range(first, first + CHUNK)]


def _candidate(number: int, chance: random.Random) -> _Candidate:
    area = chance.choice(list(ContentArea))
    credentials = [_credential(number, at, chance) for at in range(chance.choice((0, 1, 1, 2)))]
    logged = [_case(number, at, area, chance) for at in range(chance.randint(5, 50))]
    made = [
        Attestation.model_construct(
            attestation_id=f"ats_{number}{at}",
            rule_id=f"{statement}-2020",
            area=area if statement in {"in-area", "experience"} else None,
            made_on=ON - timedelta(days=chance.randint(0, 370)),
            language="en",
        )
        for at, statement in enumerate(_STATEMENTS)
        if chance.random() > 0.03
    ]
    papers = Portfolio(credentials=tuple(credentials), cases=tuple(logged), attestations=tuple(made))
    return _Candidate(number=number, area=area, papers=papers)


def _credential(number: int, at: int, chance: random.Random) -> Credential:
    body, name = chance.choice(_CREDENTIALS)
    issued = ON - timedelta(days=chance.randint(-30, 3000))
    return Credential.model_construct(
        credential_id=f"crd_{number}{at}",
        body=body,
        credential=name,
        title=name,
        issued_on=issued,
        expires_on=issued + timedelta(days=chance.randint(300, 4000)) if chance.random() < 0.5 else None,
        status=chance.choice(("active", "active", "active", "lapsed", "revoked")),
    )


def _case(number: int, at: int, area: ContentArea, chance: random.Random) -> CaseEntry:
    return CaseEntry.model_construct(
        case_entry_id=f"log_{number}_{at}",
        performed_on=ON - timedelta(days=chance.randint(-10, 900)),
        area=area if chance.random() < 0.85 else chance.choice(list(ContentArea)),
        approach=chance.choice((*Approach, None)),
        did_perform=chance.random() < 0.97,
        did_interpret=chance.random() < 0.97,
        study=None,
    )


def _rows(chunk: Sequence[_Candidate]) -> list[tuple[str, list[tuple[Any, ...]]]]:
    found: dict[str, list[tuple[Any, ...]]] = {"candidate": [], "credential": [], "logged": [], "attested": []}
    for one in chunk:
        found["candidate"].append((one.number, str(one.area)))
        for held in one.papers.credentials:
            expires = held.expires_on.isoformat() if held.expires_on is not None else None
            issued = held.issued_on.isoformat()
            found["credential"].append((one.number, held.body, held.credential, issued, expires, held.status))
        for entry in one.papers.cases:
            both = int(entry.did_perform and entry.did_interpret)
            performed = entry.performed_on.isoformat()
            found["logged"].append((one.number, str(entry.area), performed, entry.approach, both))
        for made in one.papers.attestations:
            area = str(made.area) if made.area is not None else None
            found["attested"].append((one.number, made.rule_id, area, made.made_on.isoformat()))
    return list(found.items())


def _load_rules(database: sqlite3.Connection, rules: Rules) -> None:
    asked = [
        (str(area), row.count, first_day_within(row.within_years, ON).isoformat(), int(bool(row.approaches)))
        for area in ContentArea
        for row in [rules.cases(area, ON)]
    ]
    database.executemany("INSERT INTO asked VALUES (?,?,?,?)", asked)
    made = [
        (row.id, int(row.scope == "area"), (ON - timedelta(days=row.valid_days)).isoformat())
        for row in rules.attestations(ON, "application")
    ]
    database.executemany("INSERT INTO statement VALUES (?,?,?)", made)
