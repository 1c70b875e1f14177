"""A small sound case source that tests then spoil in one place."""

import gc
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pocus_desktop.crypto import password
from pocus_desktop.kernel import log
from tests import stretching

# How fast a busy machine makes an example is no claim of any test; benchmarks are beside a reference.
settings.register_profile("pocus", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pocus")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

CASE = """\
format: 1
id: sore-leg
title: {en: Sore leg, es: Pierna dolorida}
area: lower-extremity-dvt
languages: [en, es]
time_limit: 20m
variables: {delay: 0}
patient:
  name: {en: A. Patient, es: A. Paciente}
  age_years: 46
  sex: female
  complaint: {en: A sore leg, es: Pierna dolorida}
  states:
    - id: stable
      title: {en: Stable, es: Estable}
      vitals: {heart_rate_bpm: 88, spo2_percent: 98}
      then: [{after: 30m, go: worse}]
    - id: worse
      title: {en: Worse, es: Peor}
      vitals: {heart_rate_bpm: 120, spo2_percent: 90}
phases:
  - id: presentation
    title: {en: Presentation, es: Presentación}
    steps:
      - id: arrival
        title: {en: Arrival, es: Llegada}
        clip:
          audio: media/arrival.ogg
          captions: {en: captions/a.en.vtt, es: captions/a.es.vtt}
          script: {en: scripts/a.en.md, es: scripts/a.es.md}
          plays: 2
        ask: [side]
        then:
          - {when: {response: side, includes: left}, go: decision, do: [{add: {delay: 1}}, {advance: 10m}]}
          - {go: decision}
  - id: integration
    title: {en: Integration, es: Integración}
    time_limit: 6m
    steps:
      - id: decision
        title: {en: Decision, es: Decisión}
        ask: [next-step]
        time_limit: 90s
references:
  - {id: guide, citation: A guideline}
items: items/*.yaml
scoring: scoring/*.yaml
"""
ITEMS = """\
- id: side
  type: choice
  prompt: {en: Which side?, es: ¿Qué lado?}
  choices:
    - {id: left, text: {en: Left, es: Izquierdo}}
    - {id: right, text: {en: Right, es: Derecho}}
- id: next-step
  type: text-entry
  kind: text
  prompt: {en: What next?, es: ¿Qué sigue?}
"""
SCORING = """\
- {item: side, correct: [left], cites: [guide], rationale: {en: It is., es: Lo es.}}
- {item: next-step, accept: [scan]}
"""
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Nurse>Good morning.</v>\n"

IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 1 << 30


def pytest_configure() -> None:
    """Prepare what tests are collected in."""
    setattr(password, "Argon2id", stretching.Quick)  # noqa: B010 - a class in a class's place, for what modules make
    _keep_files_in_memory()


def _keep_files_in_memory() -> None:
    """Keep the tests' files in memory where there is room: nearly all of them sync, cut and remove files all the time.

    What the program calls and what it is answered is the same. A `TMPDIR` that is given stays.
    """
    if sys.platform != "linux" or "TMPDIR" in os.environ or not IN_MEMORY.is_dir():
        return
    held = os.statvfs(IN_MEMORY)
    if held.f_bavail * held.f_frsize >= ROOM_BYTES and not held.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, then those with many, so that no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    many = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -many[item.path], item.path))


def pytest_collection_finish() -> None:
    """Spare the collector what lives as long as the run; else it looks through thousands of tests after each window."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stretch passphrases quickly, where nothing that was really stretched is shared (`tests.stretching`)."""
    is_real = item.get_closest_marker("argon2") is not None
    setattr(password, "Argon2id", stretching.Once if is_real else stretching.Quick)  # noqa: B010 - a class in a class's place


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """A log that a command began points into its test's folder; the next test must not write there."""
    log.stop()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The folder of a case that has no problems."""
    return small_source(tmp_path / "sore-leg")


def small_source(folder: Path) -> Path:
    """Write the case that has no problems, for who shares it between tests."""
    for name, text in {
        "case.yaml": CASE,
        "items/all.yaml": ITEMS,
        "scoring/all.yaml": SCORING,
        "captions/a.en.vtt": CAPTIONS,
        "captions/a.es.vtt": CAPTIONS.replace("Good morning.", "Buenos días."),
        "scripts/a.en.md": "**Nurse:** Good morning.\n",
        "scripts/a.es.md": "**Enfermera:** Buenos días.\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "media").mkdir()
    (folder / "media" / "arrival.ogg").write_bytes(b"not decoded by the loader")
    return folder


@pytest.fixture
def spoil(source: Path) -> Callable[[str, str, str], Path]:
    """Replace a text that stands once in a file of the source."""

    def replace(name: str, old: str, new: str) -> Path:
        path = source / name
        text = path.read_text()
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1))
        return source

    return replace


@pytest.fixture(autouse=True)
def _garbage_goes_on_the_main_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """As `ui.event_loop` does for the program: a worker that allocates must not collect a test's widgets."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _revisions_are_run_once() -> Iterator[None]:
    """Tests open hundreds of empty hubs (`tests.hub.tables`); where none of them is about a hub, there is none."""
    if "pocus_desktop.hub.records.store_schema" not in sys.modules:
        yield
        return
    from tests.hub.tables import made_once

    with made_once():
        yield
