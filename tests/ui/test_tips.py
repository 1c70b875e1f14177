"""What others wrote is said in tips as it stands there."""

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.case.items.hotspot import Rectangle
from pocus_desktop.ui.items.region_pad import RegionPad
from pocus_desktop.ui.parts.phase_progress import PhaseProgress

WRITTEN = "<b>RV</b> > LV & more"


def shown(widget: QWidget) -> str:
    """A tip as Qt lays it out."""
    document = QTextDocument()
    document.setHtml(widget.toolTip())
    return document.toPlainText()


@pytest.mark.parametrize("written", [WRITTEN, "plain", "a < b"])
def test_a_label_of_a_case_is_not_obeyed_as_markup(qtbot: QtBot, written: str) -> None:
    progress = PhaseProgress()
    qtbot.addWidget(progress)
    progress.show_progress(count=3, index=0, told=written)
    assert shown(progress) == written
    assert progress.accessibleName() == written


def test_nor_is_the_name_of_a_region(qtbot: QtBot) -> None:
    pad = RegionPad("pad", [("r", WRITTEN, Rectangle(shape="rect", left=1, top=1, right=9, bottom=9))])
    qtbot.addWidget(pad)
    assert [shown(box) for box in pad.findChildren(QWidget) if box.objectName() == "region:r"] == [WRITTEN]
