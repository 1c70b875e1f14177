"""The portfolio's window: what next first, and each part of the way on a page of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QWidget,
)
from shiboken6 import isValid

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.ui.errand import Errands
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.chip import Chip
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.paged_window import PagedWindow
from pocus_desktop.ui.portfolio.account_page import AccountPage, ReadKeys
from pocus_desktop.ui.portfolio.appeal_sheet import Work
from pocus_desktop.ui.portfolio.apply_page import ApplyPage
from pocus_desktop.ui.portfolio.assess_page import AssessPage
from pocus_desktop.ui.portfolio.education_page import EducationPage
from pocus_desktop.ui.portfolio.eligibility_page import EligibilityPage
from pocus_desktop.ui.portfolio.form import Form
from pocus_desktop.ui.portfolio.log_page import LogPage
from pocus_desktop.ui.portfolio.next_page import NextPage
from pocus_desktop.ui.portfolio.page import PortfolioPage
from pocus_desktop.ui.words import Words

PAGES: Final = ("next", "eligibility", "log", "apply", "assess", "education", "account")
SYNC_EVERY_MS: Final = 5 * 60 * 1000
"""How often the academy is asked while the window is open."""

WATCH_EVERY_MS: Final = 1_000
"""How often it is looked at how far a file is that is being sent."""

SYNC_SOON_MS: Final = 2_000
"""How soon after something was written."""


def opened(path: Path) -> bool:
    """Open a file by the program that the computer has for it; whether there is one."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class PortfolioWindow(PagedWindow):
    """Renders what is kept, and has changes made on a worker.

    Args:
        desk: The portfolio.
        words: In the candidate's language.
        sync: Sends what waits and fetches what is there, on a worker.
        carry: Does the same by the folder of a stick; whether what waits is written to it.
        read_keys: Reads an academy's file of public keys.
        sit: Opens the candidate's window at an admission; called on a worker.
        show_file: Opens a file by the program that the computer has for it; whether there is one.
        parent: The owner.
    """

    def __init__(
        self,
        desk: PortfolioDesk,
        *,
        words: Words,
        sync: Callable[[], Explanation],
        carry: Callable[[Path, bool], Explanation],
        read_keys: ReadKeys,
        sit: Callable[[str], None],
        show_file: Callable[[Path], bool] = opened,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self._desk, self._sync, self._carry, self._show_file = desk, sync, carry, show_file
        self._errands = Errands(self)
        self._carrying = Errands(self)  # a network that hangs keeps nothing from being written
        self.view: PortfolioView | None = None
        account = AccountPage(words, read_keys)
        account.carried.connect(self.carry)
        self.pages: dict[str, PortfolioPage] = {
            "next": NextPage(words),
            "eligibility": EligibilityPage(words),
            "log": LogPage(words),
            "apply": ApplyPage(words),
            "assess": AssessPage(words, sit),
            "education": EducationPage(words),
            "account": account,
        }
        self._build()
        for page in self.pages.values():
            page.asked.connect(self._on_asked)
            page.went.connect(self.go_to)
        self._timer = QTimer(self)
        self._timer.setInterval(SYNC_EVERY_MS)
        self._timer.timeout.connect(lambda: self.synchronise(is_quiet=True))
        self._timer.start()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SYNC_SOON_MS)
        self._soon.timeout.connect(lambda: self.synchronise(is_quiet=True))
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_EVERY_MS)
        self._watch.timeout.connect(self._look_at_files)
        self.go_to("next")
        self.refresh()

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for is not done yet."""
        return self._errands.is_busy or self._carrying.is_busy

    def go_to(self, name: str) -> None:
        """Show a page; what stood above another is taken away."""
        if name != self.page:
            clear(self._notices)
        self._stack.setCurrentWidget(self.pages[name])
        self.tabs[name].setChecked(True)
        self.tabs[name].setFocus()
        if self.view is not None:
            self.pages[name].render_view(self.view)

    def refresh(self) -> None:
        """Read anew, on the worker, and show it."""
        self._errands.run(self._desk.view, self._on_view)

    def do(self, work: Work, form: Form | None = None) -> None:
        """Have something done, on the worker; what came of it, or why it is not done, is told in words."""
        self._errands.run(lambda: work(self._desk), lambda came: self._on_done(came, form))
        self.refresh()

    def synchronise(self, *, is_quiet: bool = False) -> None:
        """Send what waits, and fetch what is there.

        Args:
            is_quiet: Nobody asked: only what is new is told, and no failure.
        """
        if is_quiet and (self.view is None or not self.view.academy.url or self.view.portfolio.account is None):
            return
        if not is_quiet:
            self.notify(Explanation(what=self._words("portfolio.sync.under_way"), next=""), kind="info")
        self._watch.start()
        self._carrying.run(self._sync, lambda came: self._on_synced(came, is_quiet=is_quiet))

    def carry(self, stick: Path, is_writing: bool) -> None:  # noqa: FBT001 - a signal's
        """Write what waits to a stick, or read what it brings."""
        under_way = "portfolio.stick.writing" if is_writing else "portfolio.stick.reading"
        self.notify(Explanation(what=self._words(under_way), next=""), kind="info")
        self._carrying.run(lambda: self._carry(stick, is_writing), lambda came: self._on_synced(came, is_quiet=False))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Wait for what is being kept, out of sight."""
        self._timer.stop()
        self._soon.stop()
        self._watch.stop()
        self._desk.outgoing.stop()  # a large file goes on the next time
        self.hide()
        self._errands.close()
        self._carrying.close()
        super().closeEvent(event)

    def _build(self) -> None:
        words = self._words
        self._who = Label("", weight="strong", wraps=False)
        self._who.setObjectName("who")
        self._waiting = Chip(words("portfolio.sync.name"), icon_name="save")
        self.sync = Button(words("portfolio.sync.do"), icon_name="refresh-cw")
        self.sync.setObjectName("sync")
        self.sync.clicked.connect(lambda _on=False: self.synchronise())
        pages = {name: self.pages[name] for name in PAGES}
        self.lay_out(pages, words="portfolio", first=self._who, last=(self._waiting, self.sync))

    def _on_asked(self, work: object, about: object) -> None:
        if work is None:
            self.notify(Explanation(what=str(about), next=""), kind="info")
        else:
            self.do(work, about if isinstance(about, Form) else None)  # type: ignore[arg-type]  # a signal has no types

    def _on_view(self, came: PortfolioView | PocusError) -> None:
        if isinstance(came, PocusError):
            self._refuse(came, None)
            return
        self.view = came
        account = came.portfolio.account
        self._who.setText(account.name if account is not None else self._words("portfolio.nobody"))
        self._waiting.setVisible(account is not None)
        waits = self._words("portfolio.sync.waiting", count=came.waiting)
        if came.trouble is not None:
            self._waiting.tell(self._words("portfolio.sync.trouble"), icon_name="circle-x", kind="danger")
        elif came.not_taken:
            told = self._words("portfolio.sync.refused", count=came.not_taken)
            self._waiting.tell(told, icon_name="circle-x", kind="danger")
        elif came.waiting:
            self._waiting.tell(waits, icon_name="hourglass")
        elif came.files_waiting:
            told = self._words("portfolio.sync.files", count=came.files_waiting)
            self._waiting.tell(told, icon_name="hourglass")
        else:
            self._waiting.tell(self._words("portfolio.sync.all"), icon_name="check-check")
        self.pages[self.page].render_view(came)
        if self.isActiveWindow() and QApplication.focusWidget() is None:  # what had it is gone
            self.tabs[self.page].setFocus()

    def _on_done(self, came: Explanation | Path | PocusError | None, form: Form | None) -> None:
        if form is not None and not isValid(form):  # its page was made anew meanwhile
            form = None
        match came:
            case PocusError():
                self._refuse(came, form)
            case Path():
                self._open(came)
            case Explanation():
                if form is not None:
                    form.empty()
                self.notify(came, kind="success")
                self._soon.start()
        page = self.pages[self.page]
        if isinstance(page, LogPage | EducationPage):
            page.after_work()

    def _open(self, path: Path) -> None:
        words = self._words
        if self._show_file(path):
            self.notify(Explanation(what=words("portfolio.opened", file=path.name), next=""), kind="success")
        else:
            next_ = words("portfolio.no_program_next", file=path)
            self.notify(Explanation(what=words("portfolio.no_program"), next=next_), kind="info")

    def _look_at_files(self) -> None:
        """How far the file is that is being sent."""
        if self.page == "account" and self.view is not None and self.view.files_waiting:
            self.refresh()

    def _on_synced(self, came: Explanation | PocusError, *, is_quiet: bool) -> None:
        self._watch.stop()
        if isinstance(came, PocusError):
            if is_quiet:
                log.failure(came)
            else:
                self._refuse(came, None)
        elif not is_quiet:
            self.notify(came, kind="success")
        self.refresh()

    def _refuse(self, error: PocusError, form: Form | None) -> None:
        log.failure(error)
        told = error.explain(self._words.language)
        field = str(error.params.get("field", "")).partition(".")[0]
        if form is not None and field in form.fields:
            called = self._words(f"portfolio.field.{field}")
            told = Explanation(what=self._words("portfolio.bad_field", field=called), next=told.next)
            form.tell_fault(field, self._words("portfolio.look_here"))
        self.notify(told, kind="refused")
