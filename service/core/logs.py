"""Logs without personal data: an exception is logged with its type and place, never its message.

What a message quotes (a value, a key, a line of a mail) belongs to a client. A fault is found by
the type, the database's error code and the lines of code that led there.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any


def install() -> None:
    """Leave exception messages out of every log record of this process, including those of
    libraries."""
    logging.setLogRecordFactory(record_of)


def record_of(*args: Any, **more: Any) -> logging.LogRecord:
    """Return a log record whose exception text has no message."""
    record = logging.LogRecord(*args, **more)
    if record.exc_info and record.exc_info[1]:
        record.exc_text = told(
            record.exc_info[1]
        )  # a formatter that finds this text does not format its own
    return record


def told(error: BaseException) -> str:
    """Return the lines of code that led to this error and its type, after those of its causes."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = "".join(traceback.format_tb(error.__traceback__))
    code = getattr(error, "sqlstate", None)
    kind = f"{type(error).__module__}.{type(error).__qualname__}{f' ({code})' if code else ''}"
    return f"{told(before) + chr(10) if before else ''}{lines}{kind}"
