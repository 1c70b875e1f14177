"""`pocus case preview`: the candidate's engine and screens in review mode, over a source folder."""

import tempfile
from pathlib import Path

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, Candidate, StationKeys
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.display import require_display
from pocus_desktop.app.hosted import HostedSitting
from pocus_desktop.app.rooms import findings_of
from pocus_desktop.authoring.preview import Preview, SourceContent, read_preview
from pocus_desktop.case.items.registry import problem_with
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.views import CaseView, View
from pocus_desktop.sitting.writer import InlineWriter
from pocus_desktop.ui import event_loop, qt_messages
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.launch import WINDOW_PX, make_application
from pocus_desktop.ui.preview.window import PreviewWindow, Reading
from pocus_desktop.ui.words import Words

_WIDER_PX = 360


class PreviewSitting(HostedSitting):
    """A review sitting over a source folder; what the candidate's window hosts.

    It is a real sitting with a real journal, in a folder that goes when the preview is closed.
    """

    def __init__(self, preview: Preview, folder: Path, clock: Clock) -> None:
        assert preview.assessment is not None  # noqa: S101 - only a sound source gets here
        hub, station = SigningKey.generate(), StationKeys.generate()
        admission = Admission(
            admission_id=admissions.new_admission_id(),
            candidate=Candidate(id="preview", display_name="Preview"),
            bundle_id=preview.assessment.id,
            mode=Mode.REVIEW,
            recipients=(station.sealing.public,),
        )
        self._content = preview.content
        self._steps = {step.id for case in preview.assessment.cases for phase in case.phases for step in phase.steps}
        sitting = Sitting.open(
            folder / admission.admission_id,
            admission=admissions.verify(admissions.issue(admission, [hub]), [hub.public]),
            material=Material.preview(preview.assessment, preview.key),
            station=station,
            clock=clock,
            writer=InlineWriter(),
        )
        super().__init__(sitting)

    @property
    def content(self) -> SourceContent:
        """The files of the source folder."""
        return self._content

    def go_on_from(self, earlier: View) -> None:
        """Take up where an earlier reading of the source was left: its step, and its answers there that still fit."""
        if not isinstance(earlier.screen, CaseView) or earlier.screen.step not in self._steps:
            return
        self.handle(intents.GoTo(step=earlier.screen.step))
        view = self.view()
        items = {one.item.id: one.item for one in view.screen.items} if isinstance(view.screen, CaseView) else {}
        for one in earlier.screen.items:
            item = items.get(one.item.id)
            if item is not None and one.response is not None and problem_with(item, one.response) is None:
                self.handle(intents.Answer(item=item.id, response=one.response))

    def close(self) -> None:
        """Let go of the journal."""
        self.sitting.close()


class Previews:
    """Makes the candidate's window of each reading, and lets go of the one before."""

    def __init__(self, folder: Path, engine: VlcEngine, clock: Clock) -> None:
        self._folder = folder
        self._engine = engine
        self._clock = clock
        self._sitting: PreviewSitting | None = None

    @property
    def sitting(self) -> PreviewSitting | None:
        """The sitting now shown."""
        return self._sitting

    def make_face(self, preview: Preview) -> CandidateWindow:
        """The candidate's window over what was read."""
        sitting = PreviewSitting(preview, self._folder, self._clock)
        if self._sitting is not None:
            sitting.go_on_from(self._sitting.view())
            self._sitting.close()
        self._sitting = sitting
        return CandidateWindow(
            sitting,
            clock=self._clock,
            make_player=self._engine.player,
            check_engine=lambda: findings_of(self._engine),
            folder=self._folder,
        )

    def close(self) -> None:
        """Let go of what is shown."""
        if self._sitting is not None:
            self._sitting.close()


def read(folder: Path) -> Reading[Preview]:
    """Read the folder, on whatever thread."""
    preview = read_preview(folder)
    is_sound = preview.assessment is not None
    return Reading(result=preview if is_sound else None, problems=preview.problems, files=preview.files)


def preview(folder: Path) -> int:
    """Show the preview until its window is closed; the exit status.

    Raises:
        NoDisplayError: There is no display.
    """
    require_display()
    qt_messages.route()
    application = make_application()
    engine = VlcEngine()
    with tempfile.TemporaryDirectory(prefix="pocus-preview-") as scratch:
        previews = Previews(Path(scratch), engine, SystemClock())
        window = PreviewWindow(folder, read=lambda: read(folder), make_face=previews.make_face, words=Words())
        window.resize(WINDOW_PX[0] + _WIDER_PX, WINDOW_PX[1])
        window.show()
        try:
            return event_loop.run(application)
        finally:
            previews.close()
            engine.close()
