"""An appeal with the bundle itself: known by its digest, whatever became of it since; any other is refused."""

from pathlib import Path

import pytest

from pocus_desktop.app.appeals import opened
from pocus_desktop.appeals.appeal import NotTheBundleError
from pocus_desktop.bundle.errors import ContentLockedError
from pocus_desktop.cli.replay_face import ReplayRequest
from pocus_desktop.crypto.keystore import FileKeyStore
from tests.e2e.academy import LEFT, Academy, answer, delivered, hand_in


def test_the_bundle_that_was_sat_gives_texts_and_pictures_and_no_other_does(academy: Academy, tmp_path: Path) -> None:
    workshop = academy.workshop
    workshop.academy.save(FileKeyStore(tmp_path / "keys", "pw"))
    _, sitting = academy.begin()
    answer(sitting, LEFT)
    hand_in(sitting)
    delivered(sitting, "received")
    (standing,) = workshop.hub.standings()
    key = workshop.built.content_key.hex()

    def asked(bundle: Path | None, content_key: str = key) -> ReplayRequest:
        return ReplayRequest(
            sitting=standing.sitting,
            hub=tmp_path / "hub",
            keys=tmp_path / "keys",
            passphrase="pw",
            bundle=bundle,
            content_key=content_key,
        )

    with opened(asked(workshop.built.bundle)) as found:
        assert found.content is not None
        assert found.content.read("media/arrival.ogg")
        assert found.appeal.timeline.has_content
        assert found.appeal.identity.receipt is not None
        assert found.appeal.timeline.doubts == ()
    with opened(asked(None)) as from_shelf:
        assert from_shelf.content is None
        assert from_shelf.appeal.timeline == found.appeal.timeline
    with pytest.raises(NotTheBundleError), opened(asked(academy.build(version=2).bundle)):
        pass
    with pytest.raises(ContentLockedError), opened(asked(workshop.built.bundle, "")):
        pass
