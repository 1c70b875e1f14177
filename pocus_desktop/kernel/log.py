"""Logging: one file for support, with an allow-list of what may stand in it.

Records carry a stable event name and safe parameters; anything else that a library logs is kept only from warnings up.
Answers, names of people and keys never enter a record: what is logged of an error is its code and its parameters, which
are safe by contract. Where strangers can make a library say something (a server), its words stay out altogether.
"""

import json
import logging
import logging.handlers
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType
from typing import TextIO

from pocus_desktop.kernel.errors import PocusError, Safe

_LOGGER = logging.getLogger("pocus_desktop")
_LOGGER.addHandler(logging.NullHandler())  # a command without a log tells in words, not by bare codes on its terminal
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_ABOUT: ContextVar[Mapping[str, Safe]] = ContextVar("pocus_log_about", default=MappingProxyType({}))


class _JsonLines(logging.Formatter):
    def __init__(self, *, is_strict: bool) -> None:
        super().__init__()
        self._is_strict = is_strict

    def format(self, record: logging.LogRecord) -> str:
        safe = getattr(record, "safe", None)
        is_hidden = self._is_strict and safe is None
        entry: dict[str, object] = {
            "at_ms": int(record.created * 1000),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": "log.library" if is_hidden else record.getMessage(),
            **getattr(record, "about", {}),
            **(safe or {}),
        }
        bug = record.exc_info[1] if record.exc_info else None
        if bug is not None and self._is_strict:
            entry.update(place_of(bug))
        elif record.exc_info and bug is not None:
            entry["exception"] = self.formatException(record.exc_info)
        return _ENCODER.encode(entry)


class _Turning(logging.handlers.RotatingFileHandler):
    """Begins the next file once one is full: a file ends with the line that filled it.

    The library's own writes each line down twice, to know its length first, and asks the disk what the file is.
    """

    def shouldRollover(self, record: logging.LogRecord) -> int:  # noqa: ARG002, N802 - the library's
        if self.stream is None:
            self.stream = self._open()
        return int(self.stream.seekable() and self.stream.seek(0, os.SEEK_END) >= self.maxBytes)


def start(file: Path, *, maximum_bytes: int = 1_000_000, older: int = 1, is_strict: bool = False) -> None:
    """Log to a file of bounded size; calling again changes the file.

    Args:
        file: Its folder is made where it is missing.
        maximum_bytes: Where the next file begins.
        older: How many full ones are kept.
        is_strict: Of what a library logs, only its name, level and the kind and place of an exception are kept.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    _use(
        _Turning(file, maxBytes=maximum_bytes, backupCount=older, encoding="utf-8"),
        is_strict=is_strict,
    )


def start_on(stream: TextIO, *, is_strict: bool = False) -> None:
    """Log to a stream: for containers, whose own log keeps and turns the lines."""
    _use(logging.StreamHandler(stream), is_strict=is_strict)


def stop() -> None:
    """Close what is logged to, and forget it; nothing where nothing was started."""
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler.formatter, _JsonLines)]:
        root.removeHandler(old)
        old.close()
        _LOGGER.setLevel(logging.NOTSET)


def _use(handler: logging.Handler, *, is_strict: bool) -> None:
    stop()
    handler.setFormatter(_JsonLines(is_strict=is_strict))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)


@contextmanager
def about(**safe: Safe) -> Iterator[None]:
    """What every record within says besides, on this task and the threads that work for it."""
    token = _ABOUT.set(MappingProxyType({**_ABOUT.get(), **safe}))
    try:
        yield
    finally:
        _ABOUT.reset(token)


def told_about() -> Mapping[str, Safe]:
    """What `about` says here."""
    return _ABOUT.get()


def event(name: str, **safe: Safe) -> None:
    """Record that something happened."""
    _record(logging.INFO, name, safe)


def failure(error: PocusError) -> None:
    """Record an error by its code and safe parameters."""
    _record(logging.WARNING, error.code, {"blame": str(error.blame), **error.params})


def bug(name: str, problem: BaseException) -> None:
    """Record a mistake of the program: of what kind and where; its text may carry what someone typed and stays out."""
    _record(logging.ERROR, name, place_of(problem))


def _record(level: int, name: str, safe: Mapping[str, Safe]) -> None:
    """A record of ours; who called is not looked for, since no line says it."""
    if _LOGGER.isEnabledFor(level):
        extra = {"safe": safe, "about": _ABOUT.get()}
        _LOGGER.handle(_LOGGER.makeRecord(_LOGGER.name, level, "", 0, name, (), None, extra=extra))


def place_of(problem: BaseException) -> dict[str, Safe]:
    """The kind of an exception and where it was raised."""
    trace = extract_tb(problem.__traceback__)
    kind = type(problem).__name__
    return (
        {"kind": kind, "file": Path(trace[-1].filename).name, "line": trace[-1].lineno or 0}
        if trace
        else {"kind": kind}
    )
