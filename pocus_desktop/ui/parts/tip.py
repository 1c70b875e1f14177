"""Tips that say what people wrote, as they wrote it."""

import html


def plain_tip(text: str) -> str:
    """A tip for text of others: Qt guesses whether a tip is markup, and would obey what stands in it."""
    return f"<qt>{html.escape(text)}</qt>" if text else ""
