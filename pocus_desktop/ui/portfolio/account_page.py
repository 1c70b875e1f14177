"""Who the portfolio is of, which academy it is for, what is held, and what waits, was refused or is in conflict."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation, has
from pocus_desktop.programme.documents.candidate import Credential
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.other_computer import take_all, write_all
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.portfolio import Conflict
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.portfolio.conflict import differences
from pocus_desktop.ui.portfolio.files_card import FilesCard
from pocus_desktop.ui.portfolio.form import Form
from pocus_desktop.ui.portfolio.page import PortfolioPage, moment_in
from pocus_desktop.ui.words import Words

_LANGUAGES = ("en", "es")

ReadKeys: TypeAlias = Callable[[Path, str], Academy]
"""Reads an academy's file of public keys, for an address."""


class AccountPage(PortfolioPage):
    """Account, academy, credentials, conflicts.

    Args:
        words: Of the window.
        read_keys: Reads an academy's file of public keys.
        parent: The owner.

    Signals:
        carried: A stick was named: its folder, and whether what waits is written to it.
    """

    carried = Signal(object, bool)
    name = "account"

    def __init__(self, words: Words, read_keys: ReadKeys, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._read_keys = read_keys
        self._shown: object = None
        self._filled: dict[str, object] = {}
        self._conflicts = QVBoxLayout()
        self.column.addLayout(self._conflicts)
        self._add_account()
        self._add_academy()
        self._add_credentials()
        self.files = FilesCard(words)
        self.files.asked.connect(lambda work: self.asked.emit(work, None))
        self.column.addWidget(self.files)
        self.column.addStretch(1)

    def _add_account(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.account.title"))
        self._number = Label("", weight="medium")
        card.body.addWidget(self._number)
        self.form = form = Form("account", words, keeps=("name", "email", "zone", "candidate_id"))
        form.line("name")
        form.line("email")
        form.line("zone", hint="America/Bogota")
        form.choice("language", [(one, words(f"portfolio.language.{one}")) for one in _LANGUAGES])
        form.line("candidate_id")
        form.action(words("portfolio.keep"), kind="primary", icon_name="save")
        form.given.connect(self._write)
        card.body.addWidget(form)

    def _add_academy(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.academy.title"))
        self._academy = QVBoxLayout()
        card.body.addLayout(self._academy)
        card.body.addWidget(Label(words("portfolio.academy.lead"), tone="muted"))
        self.academy = Form("academy", words, keeps=("url",))
        self.academy.line("url", hint="https://hub.example.org")
        card.body.addWidget(self.academy)
        keys = FileField(
            words("portfolio.academy.file"), words("portfolio.take_in"), words=words, object_name="academy-keys"
        )
        keys.given.connect(self._connect)
        card.body.addWidget(keys)
        self._add_stick()
        self._add_computer()

    def _add_stick(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.stick.title"))
        card.body.addWidget(Label(words("portfolio.stick.lead"), tone="muted"))
        stick = FileField(
            words("portfolio.stick.folder"),
            words("portfolio.stick.put"),
            words=words,
            object_name="stick",
            other_action=words("portfolio.stick.read"),
            is_folder=True,
        )
        stick.given.connect(lambda path: self.carried.emit(path, True))
        stick.given_other.connect(lambda path: self.carried.emit(path, False))
        card.body.addWidget(stick)

    def _add_computer(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.computer.title"))
        card.body.addWidget(Label(words("portfolio.computer.lead"), tone="muted"))
        folder = FileField(
            words("portfolio.computer.folder"),
            words("portfolio.computer.write"),
            words=words,
            object_name="computer",
            other_action=words("portfolio.computer.take"),
            is_folder=True,
        )
        folder.given.connect(self._write_all)
        folder.given_other.connect(self._take_all)
        card.body.addWidget(folder)

    def _add_credentials(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.credentials.title"))
        self._held = QVBoxLayout()
        card.body.addLayout(self._held)
        self.credential = form = Form("credential", words)
        form.line("title")
        form.line("body", hint=words("portfolio.credentials.body_hint"))
        form.line("credential", hint=words("portfolio.credentials.credential_hint"))
        form.line("level", hint=words("portfolio.credentials.level_hint"))
        form.line("number")
        form.day("issued_on")
        form.day("expires_on")
        form.day("cycle_from")
        form.file("file", hint=words("portfolio.education.file_hint"))
        form.action(words("portfolio.credentials.add"), icon_name="plus")
        form.given.connect(self._hold)
        card.body.addWidget(form)

    def render_view(self, view: PortfolioView) -> None:
        """Show what is known."""
        self.files.render_view(view)
        sent = (view.waiting, view.refused, view.synced_ms, view.trouble)
        shown = (view.portfolio, view.portfolio.conflicts, view.academy, *sent)
        if shown == self._shown:
            return
        self._shown = shown
        account = view.portfolio.account
        if account is None:
            self._number.setText(self.words("portfolio.account.none"))
        else:
            number = account.candidate_id
            known = self.words("portfolio.account.number", number=number or "")
            waits = self.words("portfolio.account.claimed" if view.claimed else "portfolio.account.no_number")
            self._number.setText(known if number else waits)
            said = account.model_dump(include={"name", "email", "zone", "language"})
            self._fill(self.form, **said, candidate_id=view.claimed)
            self.form.show_field("candidate_id", not number)
        self._show_academy(view)
        clear(self._held)
        for one in sorted(view.portfolio.credentials, key=lambda one: one.issued_on, reverse=True):
            self._held.addWidget(self._credential(one))
        if not view.portfolio.credentials:
            self._held.addWidget(Label(self.words("portfolio.credentials.none"), tone="muted"))
        clear(self._conflicts)
        for conflict in view.portfolio.conflicts:
            self._conflicts.addWidget(self._conflict(conflict))

    def _show_academy(self, view: PortfolioView) -> None:
        words = self.words
        clear(self._academy)
        is_known = bool(view.academy.keys)
        told = (
            words("portfolio.academy.known", url=view.academy.url or "-")
            if is_known
            else words("portfolio.academy.none")
        )
        more = [words("portfolio.academy.waiting", count=self.formats.number(view.waiting))]
        if view.synced_ms is not None:
            more.append(words("portfolio.academy.synced", time=moment_in(view.synced_ms, words)))
        self._academy.addWidget(self.fact("met" if is_known else "missing", told, more))
        if view.trouble is not None:
            trouble = view.trouble.explain(words.language)
            self._academy.addWidget(self.fact("refused", trouble.what, trouble.next))
        self._fill(self.academy, url=view.academy.url)
        for document, problem in view.refused:
            said = words("portfolio.academy.refused", kind=words(f"portfolio.kind.{document.kind}"))
            self._academy.addWidget(self.fact("refused", said, self.words.explain(problem).what))

    def _fill(self, form: Form, **known: object) -> None:
        """Show what is known anew; what was typed over the rest is not known here, and stays."""
        anew = {field: value for field, value in known.items() if (field, value) not in self._filled.items()}
        self._filled |= anew
        form.fill(**anew)

    def _credential(self, one: Credential) -> QWidget:
        words = self.words
        lines = [words("portfolio.credentials.since", body=self.body(one.body), day=self.day(one.issued_on))]
        if one.expires_on is not None:
            lines.append(words("portfolio.credentials.until", day=self.day(one.expires_on)))
        lines += [words("portfolio.credentials.file", name=file.name, digest=file.sha256[:16]) for file in one.evidence]
        return self.fact("plain" if one.status == "active" else "refused", one.title, lines)

    def _conflict(self, conflict: Conflict) -> Card:
        """Both writings beside each other, as far as they differ."""
        words = self.words
        card = Card()
        told = words("portfolio.conflict.title", kind=words(f"portfolio.kind.{conflict.key[0]}"))
        card.setAccessibleName(told)
        card.body.addWidget(self.fact("missing", told, words("portfolio.conflict.lead")))
        for at, (writing, said) in enumerate(zip(conflict.writings, differences(conflict.writings), strict=True)):
            card.body.addWidget(Label(words("portfolio.conflict.writing", number=at + 1), weight="strong"))
            lines = "\n".join(f"{self._named(name)}: {value}" for name, value in said)
            card.body.addWidget(Label(breakable(lines)))
            button = Button(words("portfolio.conflict.keep", number=at + 1), icon_name="check")
            button.setObjectName(f"keep:{at}")
            button.setEnabled(hasattr(writing, "revision"))
            button.clicked.connect(lambda _on=False, wanted=at: self._settle(conflict, wanted))
            row = FlowLayout(gap=0)
            row.addWidget(button)
            card.body.addLayout(row)
        return card

    def _named(self, field: str) -> str:
        """A field as people know it, where they do."""
        return self.words(f"portfolio.field.{field}") if has(f"ui.portfolio.field.{field}") else field

    def _settle(self, conflict: Conflict, choice: int) -> None:
        said = self.words("portfolio.conflict.done")

        def work(desk: PortfolioDesk) -> Explanation:
            desk.write(changes.settle(conflict.writings, choice))
            return Explanation(what=said, next="")

        self.asked.emit(work, None)

    def _write(self) -> None:
        values, said = self.form.values(), self.words("portfolio.account.kept")
        if self.form.fields["candidate_id"].isHidden():
            del values["candidate_id"]

        def work(desk: PortfolioDesk) -> Explanation:
            desk.write(changes.write_account(desk.portfolio(), now_ms=desk.now_ms, **values))
            return Explanation(what=said, next="")

        self.asked.emit(work, self.form)

    def _write_all(self, folder: Path) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            path, count = write_all(desk, folder)
            return Explanation(what=words("portfolio.computer.written", file=path, count=count), next="")

        self.asked.emit(work, None)

    def _take_all(self, folder: Path) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            found = take_all(desk, folder)
            told = words("portfolio.computer.taken", new=found.new, conflicts=found.conflicts)
            problems = found.problems
            if not problems:
                return Explanation(what=told, next="")
            unread = words("portfolio.computer.unread", count=len(problems), told=problems[0].what)
            return Explanation(what=told, next=unread)

        self.asked.emit(work, None)

    def _connect(self, path: Path) -> None:
        url, read, said = self.academy.values()["url"] or "", self._read_keys, self.words("portfolio.academy.taken")

        def work(desk: PortfolioDesk) -> Explanation:
            desk.connect(read(path, url))
            return Explanation(what=said, next="")

        self.asked.emit(work, self.academy)

    def _hold(self) -> None:
        values, said = self.credential.values(), self.words("portfolio.credentials.added")
        file = values.pop("file")
        for name in ("body", "credential", "level"):
            values[name] = (values[name] or "").strip().casefold().replace(" ", "-")
        values["level"] = values["level"] or None
        values["title"] = values["title"] or (values["credential"] or "").upper() or None

        def work(desk: PortfolioDesk) -> Explanation:
            held = [desk.files.keep(Path(file).expanduser()).model_dump()] if file else []
            desk.write(changes.write_credential(desk.portfolio(), **values, evidence=held))
            return Explanation(what=said, next="")

        self.asked.emit(work, self.credential)
