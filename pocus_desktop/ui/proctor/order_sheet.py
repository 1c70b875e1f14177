"""The question before an order: what it does, to whom, what they see, and why; nothing goes out before an answer."""

from typing import Final

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from pocus_desktop.admission.proctor_order import (
    MAXIMUM_BREAK_MINUTES,
    MAXIMUM_EXTRA_MS,
    Act,
    AddTime,
    Authorise,
    Break,
    End,
    Kind,
    LowerHand,
    Message,
    Pause,
    RemoveTime,
    Resume,
    Void,
)
from pocus_desktop.proctoring.order_plan import OrderPlan
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor.intents import GiveOrder
from pocus_desktop.ui.words import Words

_MINUTES: Final[dict[str, tuple[int, int]]] = {
    "add-time": (5, MAXIMUM_EXTRA_MS // 60_000),
    "remove-time": (5, MAXIMUM_EXTRA_MS // 60_000),
    "break": (10, MAXIMUM_BREAK_MINUTES),
}
"""What stands there first, and the most that an order takes."""

_REASONS: Final = ("", "environment", "technical", "candidate", "staff")
_MOST_NAMES: Final = 12
LONGEST: Final = 500
GIVE: Final = "give"


class OrderSheet(Sheet):
    """Asks for one order.

    Args:
        owner: The window it covers.
        plan: What it would do.
        words: Of the window.
    """

    def __init__(self, owner: QWidget, plan: OrderPlan, words: Words) -> None:
        count = len(plan.targets)
        key = "one" if count == 1 else "many"
        name = plan.targets[0].name if count == 1 else ""
        title = words(
            f"console.order_title_{key}", action=words(f"console.action.{plan.kind}"), station=name, count=count
        )
        super().__init__(owner, title=title, text=plan.does(words.language))
        self._plan, self._words = plan, words
        self._fault = Label("", tone="danger", weight="medium")
        self._fault.hide()
        self._add_whom()
        self.body.addWidget(Label(words("console.they_see", seen=plan.is_seen(words.language))))
        self.minutes = self._add_minutes() if plan.kind in _MINUTES else None
        self.runs_on = self._add_clock() if plan.kind == "break" else None
        self.text = self._add_text() if plan.kind in {"message", "lower-hand"} else None
        self.kind_of_reason: DropDown | None = None
        self.reason: QLineEdit | None = None
        if plan.needs_reason:
            self.kind_of_reason, self.reason = self._add_reason()
        self.body.addWidget(self._fault)
        self.add_action("back", words("console.not_now"), icon_name="arrow-left")
        if count:
            give = self.add_action(
                GIVE,
                words(f"console.give_{key}", action=words(f"console.action.{plan.kind}"), station=name, count=count),
                kind="primary",
                icon_name="check",
                allows=self._is_whole,
            )
            give.setDefault(False)
        first = self.minutes or self.text or self.kind_of_reason
        if first is not None:
            first.setFocus()

    def order(self) -> GiveOrder:
        """What was asked for, once it was answered with `give`."""
        return GiveOrder(
            station_ids=tuple(target.station_id for target in self._plan.targets),
            act=self._act(),
            reason=self._reason(),
        )

    def _add_whom(self) -> None:
        plan, words = self._plan, self._words
        if not plan.targets:
            self.body.addWidget(Banner(kind="warning", what=words("console.reaches_nobody")))
        names = [
            words("console.station_and_candidate", station=one.name, candidate=one.candidate)
            if one.candidate
            else one.name
            for one in plan.targets
        ]
        if names:
            said = "; ".join(names[:_MOST_NAMES])
            if len(names) > _MOST_NAMES:
                said = words("console.names_many", names=said, count=len(names) - _MOST_NAMES)
            self.body.addWidget(Label(words("console.goes_to", count=len(names), names=said), weight="medium"))
        late = [one.name for one in plan.targets if one.is_late]
        if late:
            told = words("console.reaches_late", stations=", ".join(late[:_MOST_NAMES]))
            self.body.addWidget(Banner(kind="warning", what=told))
        if plan.left_out:
            lines = [one.told(words.language) for one in plan.left_out[:_MOST_NAMES]]
            said = words("console.left_out", count=len(plan.left_out), told=" ".join(lines))
            self.body.addWidget(Label(said, scale="fine", tone="muted"))

    def _add_minutes(self) -> QLineEdit:
        first, most = _MINUTES[self._plan.kind]
        name = self._words("console.minutes", most=most)
        self.body.addWidget(Label(name, weight="medium"))
        field = QLineEdit(str(first))
        field.setObjectName("minutes")
        field.setAccessibleName(name)
        field.setValidator(QIntValidator(1, most, field))
        field.selectAll()
        self.body.addWidget(field)
        return field

    def _add_clock(self) -> CheckCard:
        """Whether the candidate's time runs on; it does where the programme's rule or the policy says so."""
        card = CheckCard(self._words("console.break_runs"))
        card.setObjectName("runs-on")
        self.body.addWidget(card)
        return card

    def _add_text(self) -> QLineEdit:
        name = self._words("console.text" if self._plan.kind == "message" else "console.answer")
        self.body.addWidget(Label(name, weight="medium"))
        field = QLineEdit()
        field.setObjectName("text")
        field.setAccessibleName(name)
        field.setMaxLength(LONGEST)
        self.body.addWidget(field)
        return field

    def _add_reason(self) -> tuple[DropDown, QLineEdit]:
        words = self._words
        name = words("console.reason")
        self.body.addWidget(Label(name, weight="medium"))
        kinds = DropDown(name)
        kinds.setObjectName("reason-kind")
        for kind in _REASONS:
            kinds.addItem(words(f"console.reason_of.{kind or 'none'}"), kind)
        field = QLineEdit()
        field.setObjectName("reason")
        field.setPlaceholderText(words("console.reason_words"))
        field.setAccessibleName(words("console.reason_words"))
        field.setMaxLength(LONGEST - 80)
        self.body.addWidget(kinds)
        self.body.addWidget(field)
        self.body.addWidget(Label(words("console.reason_kept"), scale="fine", tone="muted"))
        return kinds, field

    def _is_whole(self) -> bool:
        """Nothing is missing; what is, is said beside the field."""
        if self.minutes is not None and not self.minutes.hasAcceptableInput():
            return self._miss("console.minutes_missing", self.minutes, most=_MINUTES[self._plan.kind][1])
        if self._plan.kind == "message" and self.text is not None and not self.text.text().strip():
            return self._miss("console.text_missing", self.text)
        if self.reason is not None and not self._reason():
            return self._miss("console.reason_missing", self.reason)
        return True

    def _miss(self, key: str, field: QLineEdit, **params: object) -> bool:
        said = self._words(key, **params)
        self._fault.setText(said)
        self._fault.show()
        field.setFocus()
        announce(self._fault, said, is_urgent=True)
        return False

    def _reason(self) -> str:
        if self.reason is None or self.kind_of_reason is None:
            return ""
        kind = self.kind_of_reason.currentText() if self.kind_of_reason.currentData() else ""
        return ": ".join(one for one in (kind, " ".join(self.reason.text().split())) if one)

    def _act(self) -> Act:
        minutes = int(self.minutes.text()) if self.minutes is not None else 0
        text = " ".join(self.text.text().split()) if self.text is not None else ""
        return _made(self._plan.kind, minutes, text, runs_on=self.runs_on is not None and self.runs_on.isChecked())


def _made(kind: Kind, minutes: int, text: str, *, runs_on: bool) -> Act:
    match kind:
        case "authorise":
            return Authorise()
        case "pause":
            return Pause()
        case "resume":
            return Resume()
        case "add-time":
            return AddTime(extra_ms=minutes * 60_000)
        case "remove-time":
            return RemoveTime(extra_ms=minutes * 60_000)
        case "message":
            return Message(text=text)
        case "lower-hand":
            return LowerHand(text=text)
        case "break":
            return Break(minutes=minutes, is_clock_held=not runs_on)
        case "end":
            return End()
        case "void":
            return Void()
