"""Practice before signing in: the tutorial that ships with the program, for anyone, kept nowhere (docs/adr/0082).

It needs no academy, admission or enrolment: the bundle is known by the digest below, which is part of this program, and
the sitting is admitted by keys that live only as long as it does. Nothing of it is sealed or sent.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, Candidate, StationKeys
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.hosted import BundleSitting
from pocus_desktop.bundle.content import BundleContent
from pocus_desktop.bundle.verifier import VerifiedBundle, open_known_bundle
from pocus_desktop.kernel import assets, log, words
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.session import Sitting

TUTORIAL_DIGEST: Final = "474b776b8ba3e9da9b939cf4d9888d2c9c3c771c7aad9de4d4feda3f455a4fdf"
"""SHA-256 of the manifest of the tutorial that ships; `case_bundles/tutorial/press.py` builds it and prints this."""

CANDIDATE_ID: Final = "practice"


class TutorialDamagedError(PocusError):
    """The tutorial that came with the program is not there, or is not what was shipped."""

    code = "app.tutorial_damaged"
    blame = Blame.ENVIRONMENT


class PracticeSitting(BundleSitting):
    """A sitting of the tutorial, with everything that goes when it is left."""

    def __init__(
        self,
        sitting: Sitting,
        bundle: VerifiedBundle,
        content: BundleContent,
        folder: Path,
        *,
        on_closed: Callable[[BundleSitting], None],
    ) -> None:
        super().__init__(sitting, bundle, content, on_closed=on_closed)
        self._folder = folder

    def close(self) -> None:
        """Let go of everything and delete what was written; doing it again does no harm."""
        try:
            super().close()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


class PracticeRoom:
    """Opens tutorials, and closes those that were not left.

    Args:
        clock: The machine's.
        bundle: The tutorial's file; the one that ships where omitted.
    """

    def __init__(self, clock: Clock, *, bundle: Path | None = None) -> None:
        self._clock = clock
        self._path = bundle or assets.folder("tutorial", "tutorial.casebundle")
        self._open: list[BundleSitting] = []

    def open(self, language: str) -> PracticeSitting:
        """A fresh sitting of the tutorial.

        Args:
            language: The one of the sign-in screen.

        Raises:
            TutorialDamagedError: What ships is missing or was changed.
            PocusError: The disk does not take a journal.
        """
        bundle, content, material = self._read()
        folder: Path | None = None
        try:
            folder = _fresh_folder()
            sitting = self._begin(folder / "sitting", material, language)
        except BaseException:
            bundle.close()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        opened = PracticeSitting(sitting, bundle, content, folder, on_closed=self._let_go)
        self._open.append(opened)
        log.event("practice.opened")
        return opened

    def close(self) -> None:
        """Let go of what is still open."""
        for opened in tuple(self._open):
            opened.close()

    def _let_go(self, opened: BundleSitting) -> None:
        if opened in self._open:
            self._open.remove(opened)

    def _read(self) -> tuple[VerifiedBundle, BundleContent, Material]:
        try:
            bundle = open_known_bundle(self._path, digest=TUTORIAL_DIGEST)
        except PocusError as problem:
            raise TutorialDamagedError(reason=problem.code) from problem
        try:
            bundle.verify_everything()  # it is small
            content = bundle.unlock()
            return bundle, content, Material.of(bundle, content)
        except PocusError as problem:
            bundle.close()
            raise TutorialDamagedError(reason=problem.code) from problem

    def _begin(self, folder: Path, material: Material, language: str) -> Sitting:
        keys = StationKeys.generate()
        envelope = admissions.issue(
            Admission(
                admission_id=admissions.new_admission_id(),
                candidate=Candidate(id=CANDIDATE_ID, display_name=words.say("app.practice_name", language)),
                bundle_id=material.bundle_id,
                minimum_version=material.bundle_version,
                mode=Mode.PRACTICE,
                recipients=(),
            ),
            [keys.signing],
        )
        sitting = Sitting.open(
            folder,
            admission=admissions.verify(envelope, [keys.signing.public]),
            material=material,
            station=keys,
            clock=self._clock,
            language=language,
        )
        sitting.handle(intents.ConfirmIdentity())  # nobody's identity is asked
        return sitting


def _fresh_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="pocus-practice-"))
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
