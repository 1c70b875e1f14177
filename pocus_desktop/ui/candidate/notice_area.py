"""Notices under the top bar: refusals with their reason, warnings, credits of time; each can be put away."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.sitting.views import Notice
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

MOST = 3
"""How many are shown at once; the newest win."""


class NoticeArea(QWidget):
    """Shows the notices of a view and those of the window itself.

    Args:
        words: The candidate's language.
    """

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("notices")
        self._words = words
        self._put_away: set[Notice] = set()
        self._given: tuple[Notice, ...] = ()
        self._own: list[Notice] = []
        self._shown: tuple[Notice, ...] = ()
        worn = look.current()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(worn.space("wide"), worn.space("tight"), worn.space("wide"), 0)
        self._column.setSpacing(worn.space("tight"))
        self.hide()

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        """Show the notices of a view; one that went and came back is new again."""
        self._put_away &= set(notices)
        self._given = notices
        self._refresh()

    def add(self, notice: Notice) -> None:
        """Add a notice of the window's own; a newer one of the same code replaces it."""
        self._own = [own for own in self._own if own.code != notice.code]
        self._own.append(notice)
        self._refresh()

    @property
    def shown(self) -> tuple[Notice, ...]:
        """What is in sight."""
        return self._shown

    def _refresh(self) -> None:
        wanted = tuple([n for n in (*self._given, *self._own) if n not in self._put_away][-MOST:])
        if wanted == self._shown:
            return
        before, self._shown = self._shown, wanted
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for notice in wanted:
            banner = Banner(
                kind=notice.kind,
                what=notice.told.what,
                next_step=notice.told.next,
                dismiss=self._words("notice.dismiss"),
            )
            banner.setObjectName(f"notice:{notice.code}")
            banner.dismissed.connect(lambda at=notice: self._dismiss(at))
            self._column.addWidget(banner)
        self.setVisible(bool(wanted))
        for notice in wanted:
            if notice not in before:
                announce(self, f"{notice.told.what} {notice.told.next}".strip(), is_urgent=notice.kind != "info")

    def _dismiss(self, notice: Notice) -> None:
        if notice in self._own:
            self._own.remove(notice)
        else:
            self._put_away.add(notice)
        self._refresh()
