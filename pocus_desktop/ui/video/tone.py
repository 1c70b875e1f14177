"""Brightness and contrast of a grey-level picture, as one table of 256 levels applied to its bytes."""

from functools import lru_cache

from PySide6.QtGui import QImage


@lru_cache(maxsize=64)
def levels(brightness: int, contrast: int) -> bytes:
    """The table.

    Args:
        brightness: -100 to 100; added, in percent of the full range.
        contrast: -100 to 100; slope around the middle grey, 100 is four times, -100 a quarter.
    """
    slope = 4.0 ** (contrast / 100)
    shift = brightness * 2.55
    return bytes(min(max(round((level - 127.5) * slope + 127.5 + shift), 0), 255) for level in range(256))


def toned(image: QImage, brightness: int, contrast: int) -> QImage:
    """The picture at another brightness and contrast; the same object when both are 0."""
    if not brightness and not contrast:
        return image
    table = levels(brightness, contrast)
    data = bytes(image.constBits()).translate(table)
    changed = QImage(data, image.width(), image.height(), image.bytesPerLine(), image.format())
    return changed.copy()  # the copy owns its bytes; `data` ends here
