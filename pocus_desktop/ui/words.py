"""Interface words in one language: a thin hand on the table of words (`assets/words/<language>/ui.toml`).

Two made-up languages find faults before a translator does: `qps-ploc` is English with accents and a third more length,
`qps-plocm` is the same laid out from right to left.
"""

from typing import Final

from PySide6.QtCore import Qt

from pocus_desktop.kernel import words as table
from pocus_desktop.kernel.words import Explanation

PSEUDO: Final = "qps-ploc"
PSEUDO_MIRRORED: Final = "qps-plocm"
_FILE: Final = "ui.toml"
_LONG_WORD: Final = 20
"""What makes a sentence longer breaks where a long word would."""
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", PSEUDO_MIRRORED})
_ACCENTS: Final = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")


class Words:
    """Says interface sentences in one language.

    Args:
        language: A language tag; a language without a row falls back to English row by row.
    """

    def __init__(self, language: str = table.SOURCE_LANGUAGE) -> None:
        self.language = language

    def __call__(self, key: str, /, **params: object) -> str:
        """The sentence for a key below `ui.`, with its parameters filled in.

        Raises:
            KeyError: There is no such row; a test holds keys and rows together.
        """
        row = f"ui.{key}"
        for language in (self.language, table.SOURCE_LANGUAGE):
            text = table.rows_of(language, _FILE).get(row)
            if text is not None:
                break
        else:  # a row of another face's file, such as `ui.preview.toml`
            text = table.table(self.language).get(row) or table.table(table.SOURCE_LANGUAGE)[row]
        said = table.fill(text, params)
        return _stretched(said) if self.is_pseudo else said

    def explain(self, code: str, **params: object) -> Explanation:
        """What an error code means and what to do next."""
        return table.explain(code, params, self.language)

    @property
    def is_pseudo(self) -> bool:
        """Whether this is one of the made-up languages of the tests."""
        return self.language in {PSEUDO, PSEUDO_MIRRORED}

    @property
    def direction(self) -> Qt.LayoutDirection:
        """Which way the language is laid out."""
        if self.language.partition("-")[0] in _RIGHT_TO_LEFT or self.language in _RIGHT_TO_LEFT:
            return Qt.LayoutDirection.RightToLeft
        return Qt.LayoutDirection.LeftToRight


def _stretched(text: str) -> str:
    longer = " ".join(["~" * _LONG_WORD] * (len(text) // 3 // _LONG_WORD) + ["~" * (len(text) // 3 % _LONG_WORD)])
    return f"[{text.translate(_ACCENTS)}{longer}]"
