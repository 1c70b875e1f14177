"""Reports of incidents, as PDF; Qt draws them, display or not."""

from typing import Literal

from pocus_desktop.app.display import draw_without_one
from pocus_desktop.proctoring.incident_folder import Filed
from pocus_desktop.ui import qt_messages
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.proctor.incident_paper import incident_pdf
from pocus_desktop.ui.words import Words


def print_incident(filed: Filed, *, paper: Literal["a4", "letter"], language: str) -> bytes:
    """The bytes of the PDF."""
    draw_without_one()
    qt_messages.route()
    make_application()
    data, _ = incident_pdf(filed, words=Words(language), paper=paper)
    return data
