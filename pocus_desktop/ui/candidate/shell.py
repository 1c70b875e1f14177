"""The candidate's program: sign in, sit, and back to sign in for the next one."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.ui.candidate.desk import WORDS_NEEDED, Desk, MoveOffer
from pocus_desktop.ui.candidate.host import SittingHost
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.candidate.screens.sign_in import Practise, SignIn, TakeIn
from pocus_desktop.ui.candidate.sign_in_window import SignInWindow
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.theme import look

_ACTIVATE_MS: Final = 50
"""After one window made way for the other, since hiding one takes the focus from both on some platforms."""
_LINK_MS: Final = 2_000
"""How often the desk is asked for the link, and for what waits to be sent."""


class CandidateShell(QObject):
    """Joins the sign-in window, the desk and the window of a sitting.

    Args:
        sign_in: The window that is already on the screen.
        rooms: What stands behind it.

    Signals:
        opened: The `CandidateWindow` of a sitting, just shown.
        left: The candidate left; the sitting's host, for whoever closes it.
    """

    opened = Signal(object)
    left = Signal(object)

    def __init__(self, sign_in: SignInWindow, rooms: Rooms) -> None:
        super().__init__(sign_in)
        self._sign_in = sign_in
        self._rooms = rooms
        self._window: CandidateWindow | None = None
        self._host: SittingHost | None = None
        self._activate = QTimer(self)
        self._activate.setSingleShot(True)
        self._activate.setInterval(_ACTIVATE_MS)
        self._activate.timeout.connect(self._activate_front)
        self._link = QTimer(self)
        self._link.setInterval(_LINK_MS)
        self._link.timeout.connect(self._tell_link)
        self._link.start()
        sign_in.asked.connect(self._open)
        if rooms.practise is not None:
            sign_in.offer_practice()
        sign_in.language_chosen.connect(self._list)
        sign_in.language_chosen.connect(self._tell_link)
        self._list()
        self._tell_link()

    @property
    def window(self) -> CandidateWindow | None:
        """The window of the sitting under way."""
        return self._window

    @property
    def sign_in(self) -> SignInWindow:
        """The window it began with."""
        return self._sign_in

    @property
    def desk(self) -> Desk:
        """Where sittings are opened."""
        return self._rooms.desk

    def _list(self) -> None:
        try:
            self._sign_in.show_choices(tuple(self._rooms.desk.choices(self._sign_in.language)))
        except PocusError as error:
            self._sign_in.show_choices(())
            self._sign_in.refuse(error.explain(self._sign_in.language))

    def _host_of(self, asked: SignIn | Practise) -> SittingHost:
        if isinstance(asked, Practise):
            assert self._rooms.practise is not None  # noqa: S101 - else it was not offered
            return self._rooms.practise(self._sign_in.language)
        return self._rooms.desk.open(
            candidate_id=asked.candidate_id,
            admission_id=asked.admission_id,
            language=self._sign_in.language,
            code=asked.code,
            words=asked.words,
            room_code=asked.room_code,
        )

    def _open(self, asked: SignIn | TakeIn | Practise) -> None:
        if isinstance(asked, TakeIn):
            self._take_in(asked.offer)
            return
        try:
            host = self._host_of(asked)
        except PocusError as error:
            told = error.explain(self._sign_in.language)
            self._sign_in.refuse(told, needs_words=error.code == WORDS_NEEDED)
            return
        self._host = host
        self._window = open_window(host, self._rooms)
        self._window.finished.connect(self._leave)
        if isinstance(asked, SignIn):
            self._window.packing_asked.connect(lambda admission_id=asked.admission_id: self._pack_out(admission_id))
        self._window.delivery_changed.connect(self._tell_link)
        self._tell_link()
        self._window.resize(self._sign_in.size())
        if self._sign_in.isFullScreen() or self._window.is_counted:
            self._window.showFullScreen()
        else:
            self._window.show()
        self._sign_in.hide()
        self._activate.start()
        self.opened.emit(self._window)

    def _take_in(self, offer: MoveOffer) -> None:
        assert self._rooms.moves is not None  # noqa: S101 - else it was not offered
        try:
            self._rooms.moves.take_in(offer)
        except PocusError as error:
            self._sign_in.refuse(error.explain(self._sign_in.language))
            return
        self._sign_in.took_in()
        self._list()
        self._tell_moves()

    def _pack_out(self, admission_id: str) -> None:
        """Close the sitting and write it to the stick; the sign-in says what came of it."""
        self._leave()
        assert self._rooms.moves is not None  # noqa: S101 - no code is taken where no centre could permit a move
        try:
            self._rooms.moves.pack_out(admission_id)
        except PocusError as error:
            log.failure(error)
            self._sign_in.refuse(error.explain(self._sign_in.language))
            return
        self._sign_in.packed()
        self._list()

    def _tell_moves(self) -> None:
        """Which sittings were moved here and wait on a stick."""
        if self._rooms.moves is None or self._window is not None:
            return
        try:
            offers = tuple(self._rooms.moves.offers(self._sign_in.language))
        except PocusError as error:  # asked again in a moment; whoever signs in is not kept from it
            log.failure(error)
            offers = ()
        self._sign_in.show_moves(offers)

    def _activate_front(self) -> None:
        front = self._window if self._window is not None else self._sign_in
        front.activateWindow()

    def _tell_link(self) -> None:
        """How it stands with the academy, and what waits to be sent."""
        desk = self._rooms.desk
        self._tell_moves()
        if self._window is None:
            self._sign_in.show_waiting(desk.waiting(self._sign_in.language))
        else:
            self._window.show_link(desk.link())
            self._window.show_room(desk.room_link())
            self._window.show_waiting(desk.waiting(self._window.language))

    def _leave(self) -> None:
        window, host = self._window, self._host
        self._window = self._host = None
        look.wear(look.Look())
        self._sign_in.start_over()
        self._list()
        self._sign_in.show()
        self._activate.start()
        if window is not None:
            window.close()
            window.deleteLater()
        self.left.emit(host)
        self._tell_link()  # last: whatever a stick says, the sitting is closed


def open_window(host: SittingHost, rooms: Rooms) -> CandidateWindow:
    """The window of a sitting, not yet shown."""
    return CandidateWindow(
        host,
        clock=rooms.clock,
        make_player=rooms.make_player,
        check_engine=rooms.check_engine,
        folder=rooms.folder,
        probe=rooms.probe,
    )
