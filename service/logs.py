"""Logs without people's words: an exception is told by its kind and by where it happened, never by its message.

What a message of an exception quotes (a value, a key, a line of a mail) belongs to a client; the kind, the code of the
database and the lines that led there are what a fault is found by.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any


def install() -> None:
    """Let every log record of this process tell exceptions that way, whichever library writes it and wherever it goes."""
    logging.setLogRecordFactory(record_of)


def record_of(*args: Any, **more: Any) -> logging.LogRecord:
    """Return a log record whose exception is told without its message."""
    record = logging.LogRecord(*args, **more)
    if record.exc_info and record.exc_info[1]:
        record.exc_text = told(record.exc_info[1])  # a formatter that finds it there makes none of its own
    return record


def told(error: BaseException) -> str:
    """Return the lines that led to this error, its kind, and the same of the errors that it came from."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = "".join(traceback.format_tb(error.__traceback__))
    code = getattr(error, "sqlstate", None)
    kind = f"{type(error).__module__}.{type(error).__qualname__}{f' ({code})' if code else ''}"
    return f"{told(before) + chr(10) if before else ''}{lines}{kind}"
