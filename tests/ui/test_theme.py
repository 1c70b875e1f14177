"""The tokens keep their promises, and widgets take every colour and size from them."""

import re
from pathlib import Path

import pytest

import pocus_desktop.ui
from pocus_desktop.kernel import assets
from pocus_desktop.ui.theme import contrast
from pocus_desktop.ui.theme.icons import pixmap
from pocus_desktop.ui.theme.style_sheet import style_sheet
from pocus_desktop.ui.theme.tokens import THEMES, tokens

SOURCES = sorted(Path(pocus_desktop.ui.__file__).parent.rglob("*.py"))
DRAWS_A_PICTURE = {"tutorial_pictures.py", "tone.py", "picture.py"}


def test_black_on_white_is_21_to_1() -> None:
    assert contrast.ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast.ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_every_promised_contrast_is_kept(theme: str) -> None:
    colours = tokens().themes[theme]
    short = [
        f"{rule.of} on {ground}: {contrast.ratio(colours[rule.of], colours[ground]):.2f} < {rule.at_least}"
        for rule in tokens().contrast
        for ground in rule.on
        if contrast.ratio(colours[rule.of], colours[ground]) < rule.at_least
    ]
    assert short == []


def test_every_theme_has_every_role_and_text_roles_are_promised() -> None:
    assert set(tokens().themes) == set(THEMES)
    roles = {frozenset(colours) for colours in tokens().themes.values()}
    assert len(roles) == 1
    promised = {rule.of for rule in tokens().contrast}
    for role in ("text", "muted", "accent", "on_accent", "danger", "warning", "success", "control_line", "focus"):
        assert role in promised


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("percent", [100, 200])
def test_the_style_sheet_leaves_no_placeholder(theme: str, percent: int) -> None:
    sheet = style_sheet(tokens(), theme, percent)
    assert "@" not in sheet
    assert sheet.count("{") == sheet.count("}")
    size = round(tokens().type_px["body"] * percent / 100)
    assert f"font-size: {size}px" in sheet


def test_no_widget_knows_a_colour_or_a_size_of_text() -> None:
    guilty = []
    for source in SOURCES:
        if source.name in DRAWS_A_PICTURE or source.parent.name == "theme":
            continue
        text = source.read_text(encoding="utf-8")
        guilty += [f"{source.name}: {found}" for found in re.findall(r"#[0-9A-Fa-f]{6}|QColor\(\d|setPointSize", text)]
    assert guilty == []


def test_every_icon_that_is_named_is_shipped(dressed: object) -> None:
    shipped = {file.stem for file in assets.folder("icons").glob("*.svg")}
    pattern = re.compile(r'(?:icon_name=|IconLabel\(|show_icon\(|display\(|pixmap\()"([a-z0-9-]+)"')
    named = {name for source in SOURCES for name in pattern.findall(source.read_text(encoding="utf-8"))}
    assert named
    assert named <= shipped
    for name in sorted(named):
        image = pixmap(name, "#FFFFFF", 24).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), name


def test_licences_stand_beside_fonts_and_icons() -> None:
    assert "SIL OPEN FONT LICENSE" in assets.folder("fonts", "LICENSE-Inter-OFL.txt").read_text().upper()
    assert "ISC License" in assets.folder("icons", "LICENSE-Lucide-ISC.txt").read_text()
    size = sum(file.stat().st_size for file in assets.folder("fonts").iterdir())
    assert size < 2_000_000
