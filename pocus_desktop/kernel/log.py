"""Logging: one file for support, with an allow-list of what may stand in it.

Records carry a stable event name and safe parameters; anything else that a library logs is kept only from warnings up.
Answers, names of people and keys never enter a record: what is logged of an error is its code and its parameters, which
are safe by contract.
"""

import json
import logging
import logging.handlers
from pathlib import Path

from pocus_desktop.kernel.errors import PocusError, Safe

_LOGGER = logging.getLogger("pocus_desktop")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at_ms": int(record.created * 1000),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
            **getattr(record, "safe", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def start(file: Path) -> None:
    """Log to a file of at most 1 MB (and one older); calling again changes the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old.formatter, _JsonLines):
            root.removeHandler(old)
            old.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)


def event(name: str, **safe: Safe) -> None:
    """Record that something happened."""
    _LOGGER.info(name, extra={"safe": safe})


def failure(error: PocusError) -> None:
    """Record an error by its code and safe parameters."""
    _LOGGER.warning(error.code, extra={"safe": {"blame": str(error.blame), **error.params}})
