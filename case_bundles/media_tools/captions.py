"""Captions (WebVTT) and written scripts (Markdown) of a spoken dialogue, in each language."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from case_bundles.media_tools.speech import Line, Utterance

_LINE_CHARACTERS: Final = 42
_LINGER_S: Final = 0.22
_SHORTEST_GAP_S: Final = 0.2


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"00:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _balanced(words: str) -> str:
    """The words on one line, or on two lines of about the same length."""
    if len(words) <= _LINE_CHARACTERS:
        return words
    for width in range((len(words) + 1) // 2, len(words)):
        rows = textwrap.wrap(words, width)
        if len(rows) == 2:
            return "\n".join(rows)
    return words


def web_vtt(utterances: Sequence[Utterance], names: Mapping[str, Mapping[str, str]], language: str) -> str:
    """The captions: one cue a sentence, with its speaker as a voice.

    A sentence stays a moment after it was said; where the next follows closely it stays until then, so that nothing
    flickers.
    """
    blocks = ["WEBVTT"]
    for index, utterance in enumerate(utterances):
        end_s = utterance.end_s + _LINGER_S
        if index + 1 < len(utterances) and utterances[index + 1].start_s - end_s < _SHORTEST_GAP_S:
            end_s = utterances[index + 1].start_s
        voice = names[utterance.speaker][language]
        text = _balanced(utterance.words[language])
        blocks.append(f"{index + 1}\n{_stamp(utterance.start_s)} --> {_stamp(end_s)}\n<v {voice}>{text}")
    return "\n\n".join(blocks) + "\n"


def script(
    title: Mapping[str, str],
    setting: Mapping[str, str],
    lines: Sequence[Line],
    names: Mapping[str, Mapping[str, str]],
    language: str,
) -> str:
    """The written script: what is seen, then each turn with its speaker."""
    parts = [f"# {title[language]}", f"*{setting[language]}*"]
    for line in lines:
        words = " ".join(sentence[language] for sentence in line.sentences)
        parts.append(f"**{names[line.speaker][language]}:** {words}")
    return "\n\n".join(parts) + "\n"
