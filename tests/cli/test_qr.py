"""QR codes of signed documents: each holds its part to the letter, in the form that is read fastest."""

from pathlib import Path

import pytest
import segno
from PySide6.QtGui import QImage

from pocus_desktop.cli.main import run
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical


def test_each_part_has_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    envelope = dsse.sign(
        "application/x", canonical.encode({"long": "q" * 40, "list": list(range(600))}), [SigningKey.generate()]
    )
    file = tmp_path / "some.admission"
    file.write_bytes(envelope.to_bytes())
    assert run(["admission", "text", str(file), "--qr", str(tmp_path / "codes")]) == 0
    parts = capsys.readouterr().out.split()
    pictures = sorted((tmp_path / "codes").iterdir())
    assert len(pictures) == len(parts) > 1
    for part, picture in zip(parts, pictures, strict=True):
        code = segno.make_qr(part, error="m")
        assert code.mode == "alphanumeric", "a code of capitals is the smallest that holds it"
        image = QImage(str(picture))
        side = range(len(code.matrix))
        read = [[image.pixelColor(8 * (4 + x) + 3, 8 * (4 + y) + 3).lightness() < 128 for x in side] for y in side]
        assert read == [[bool(module) for module in row] for row in code.matrix]
