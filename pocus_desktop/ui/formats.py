"""Times and numbers as the candidate's language writes them."""

from datetime import UTC, datetime

from PySide6.QtCore import QDate, QLocale, QTime

from pocus_desktop.ui.words import Words


class Formats:
    """Writes clocks, numbers and sizes in one language.

    Args:
        words: The language's words, for units.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._locale = QLocale(words.language)

    def clock(self, ms: int) -> str:
        """A duration as a clock shows it: `4:05`, `1:04:05`; what is left of a second counts as a whole one."""
        seconds = max(0, -(-ms // 1000))
        hours, rest = divmod(seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    def position(self, ms: int) -> str:
        """A place in a recording: `0:04`; a second counts once it is over."""
        return self.clock(ms // 1000 * 1000)

    def spoken(self, ms: int) -> str:
        """A duration in words, for screen readers and sentences: `4 minutes 5 seconds`."""
        seconds = max(0, -(-ms // 1000))
        minutes, seconds = divmod(seconds, 60)
        parts = []
        if minutes:
            parts.append(self._words("format.minute" if minutes == 1 else "format.minutes", count=self.number(minutes)))
        if seconds or not minutes:
            parts.append(self._words("format.second" if seconds == 1 else "format.seconds", count=self.number(seconds)))
        return " ".join(parts)

    def number(self, value: float, *, decimals: int | None = None) -> str:
        """A number with the language's decimal sign and groups.

        Args:
            value: The number.
            decimals: Digits after the sign; as many as it needs where omitted.
        """
        if isinstance(value, int):
            return self._locale.toString(value)
        if decimals is None:
            return self._locale.toString(value, "g", 6)
        return self._locale.toString(value, "f", decimals)

    def percent(self, value: int) -> str:
        """A percentage."""
        return self._words("format.percent", value=self.number(value))

    def size(self, size_bytes: int) -> str:
        """An amount of storage."""
        return self._locale.formattedDataSize(size_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)

    def time_of_day(self, wall_ms: int) -> str:
        """A wall time as the person's own clock shows it."""
        local = datetime.fromtimestamp(wall_ms / 1000, tz=UTC).astimezone()
        return self._locale.toString(QTime(local.hour, local.minute, local.second), QLocale.FormatType.ShortFormat)

    def day_and_time(self, wall_ms: int) -> str:
        """A date and time as the person's own calendar and clock show them."""
        local = datetime.fromtimestamp(wall_ms / 1000, tz=UTC).astimezone()
        day = self._locale.toString(QDate(local.year, local.month, local.day), QLocale.FormatType.ShortFormat)
        return f"{day} {self.time_of_day(wall_ms)}"
