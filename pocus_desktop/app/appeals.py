"""`pocus sitting replay` and `pocus hub replay`: open what was sealed, and print it, write it or show it."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.app.display import draw_without_one, require_display
from pocus_desktop.appeals.appeal import Appeal, NotTheBundleError, appeal
from pocus_desktop.appeals.document import document
from pocus_desktop.appeals.several import speaking
from pocus_desktop.bundle.content import BundleContent
from pocus_desktop.bundle.errors import ContentDamagedError
from pocus_desktop.bundle.verifier import open_known_bundle
from pocus_desktop.bundle.zip_records import MANIFEST_NAME
from pocus_desktop.cli.hub_options import OBJECTS
from pocus_desktop.cli.replay_face import ReplayRequest
from pocus_desktop.crypto.encoding import from_hex
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.sitting.errors import OtherReceiptError
from pocus_desktop.sitting.events import Opened as OpenedEvent
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.receipt import Receipt, verify_receipt
from pocus_desktop.sitting.sealed import Opened, open_sealed_result
from pocus_desktop.ui import event_loop, qt_messages
from pocus_desktop.ui.appeals.report import write_report
from pocus_desktop.ui.appeals.window import AppealWindow
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

WINDOW_PX: Final = (1600, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAppeal:
    """An appeal's file, and the pictures of its bundle where they are at hand."""

    appeal: Appeal
    content: BundleContent | None


def replay(request: ReplayRequest) -> int:
    """Print, write or show; the exit status.

    Raises:
        PocusError: A file is not what it should be, the keys do not open it, or there is no display for a window.
    """
    with opened(request) as found:
        if request.as_json:
            told = document(found.appeal, is_blind=request.is_blind, language=request.language)
            print(json.dumps(told, indent=2))  # noqa: T201 - what was asked for; nothing in it steers a terminal
        if request.pdf is not None:
            _write(found.appeal, request, request.pdf)
        if request.as_json or request.pdf is not None:
            return 0
        return _show(found, request)


def _show(found: OpenedAppeal, request: ReplayRequest) -> int:
    """The window, until it is closed."""
    require_display()
    qt_messages.route()
    application = make_application()
    look.wear(look.current()._replace(theme=request.theme))
    engine = VlcEngine()
    window = AppealWindow(
        found.appeal,
        content=found.content,
        make_player=engine.player,
        words=Words(request.language),
        is_blind=request.is_blind,
    )
    window.resize(*WINDOW_PX)
    window.show()
    try:
        return event_loop.run(application)
    finally:
        engine.close()


def _write(appeal: Appeal, request: ReplayRequest, path: Path) -> None:
    """The report; Qt draws it, display or not."""
    draw_without_one()
    qt_messages.route()
    make_application()
    write_report(
        appeal,
        path,
        words=Words(request.language),
        paper=request.paper,
        is_blind=request.is_blind,
        made_at_ms=SystemClock().read().wall_ms,
    )


@contextmanager
def opened(request: ReplayRequest) -> Iterator[OpenedAppeal]:
    """What is to be looked at, open as long as the context lasts.

    Raises:
        PocusError: As `replay`.
    """
    ring = AcademyRing.load(FileKeyStore(request.keys, request.passphrase))
    with ExitStack() as held:
        hub = None
        if request.hub is not None:
            hub = Hub(request.hub, ring, request.database_url, objects=os.environ.get(OBJECTS))
            held.callback(hub.close)
        if request.sitting and hub is not None:
            results = hub.every(request.sitting)
        else:
            results = tuple(open_sealed_result(path.read_bytes(), ring.openers) for path in request.results)
        standing = None if hub is None else hub.standing(results[0].header.sitting)
        chosen = "" if standing is None else standing.digest
        speaks, _ = speaking(results, chosen=chosen)
        first = speaks.events[0].event
        assert isinstance(first, OpenedEvent)  # noqa: S101 - opening a sealed result proves it (sealed-result 5.4)
        content, material = None, None
        if request.bundle is not None:
            content, material = _bundle(held, request.bundle, first, request.content_key)
        elif hub is not None:
            material = hub.material(first.bundle_id, first.bundle_version)
        receipt = _receipt(request, ring, hub, speaks, results)
        hubs = hub.ring.verifiers if hub is not None else ring.verifiers
        found = appeal(results, material=material, hubs=hubs, receipt=receipt, chosen=chosen)
        yield OpenedAppeal(appeal=found, content=content)


def _bundle(held: ExitStack, path: Path, first: OpenedEvent, content_key: str) -> tuple[BundleContent, Material]:
    """The bundle by the digest that the sitting names: whatever was revoked or is over since, it is what was sat."""
    try:
        verified = held.enter_context(open_known_bundle(path, digest=first.manifest_digest))
    except ContentDamagedError as problem:
        if problem.params.get("member") != MANIFEST_NAME:
            raise
        raise NotTheBundleError.of(first, found=path.name) from problem
    content = verified.unlock(from_hex(content_key, field="content key") if content_key else None)
    return content, Material.of(verified, content)


def _receipt(
    request: ReplayRequest, ring: AcademyRing, hub: Hub | None, speaks: Opened, results: Sequence[Opened]
) -> Receipt | None:
    """That of the result that speaks; one that was given for another of them is verified, and says nothing of it."""
    keys = hub.ring.verifiers if hub is not None else ring.verifiers
    if request.receipt is not None:
        given = verify_receipt(request.receipt.read_bytes(), keys)
        if given.sealed_digest not in {one.digest for one in results}:
            raise OtherReceiptError
        if given.sealed_digest == speaks.digest:
            return given
    envelope = hub.receipt(speaks.digest) if hub is not None else None
    return None if envelope is None else verify_receipt(envelope, keys, sealed_digest=speaks.digest)
