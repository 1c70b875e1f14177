"""Speaks to screen readers: time warnings, refusals, and what was placed on a picture."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str, *, is_urgent: bool = False) -> None:
    """Have a screen reader say a sentence without moving the focus.

    Args:
        widget: On whose behalf; screen readers ignore widgets that cannot be seen.
        text: The sentence.
        is_urgent: Interrupt what is being said.
    """
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if is_urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)
