"""supervisord of `make run`, with logs that cannot stop it: on a full disk they drop lines.

supervisord as shipped prints a traceback where a log cannot be written; on a full disk that fails,
too, and ends it, and with it everything it runs. Only the application's own user may read the logs.
"""

from __future__ import annotations

import os
from typing import Any

from supervisor import loggers, supervisord

MODE = 0o600
LONGEST = 65_536  # bytes of a line that has not ended yet
# PostgreSQL logs the statement that it stopped at, whatever its settings; further lines of it begin
# with a tab.
STATEMENT = b"STATEMENT:  "


class BoundedLog(loggers.Handler):  # type: ignore[misc]
    """A log file of at most `most` bytes, with `copies` older ones beside it (name.1, name.2)."""

    def __init__(self, filename: str, _mode: str, most: int, copies: int) -> None:
        super().__init__()
        self.baseFilename, self.most, self.copies = filename, most, copies
        self.handle: int | None = None
        self.dropped = 0
        self.rest, self.in_statement = b"", False

    def emit(self, record: Any) -> None:
        """Write a record, or count it as dropped."""
        try:
            if self.dropped:
                self._write(
                    f"[{self.dropped} pieces of this log found no room and were dropped]\n".encode()
                )
                self.dropped = 0
            self._write(self._bytes(record))
        except OSError:
            self.dropped += 1
            self.close()

    def close(self) -> None:
        """Close the file; the next record opens it again."""
        if self.handle is not None:
            handle, self.handle = self.handle, None
            try:
                os.close(handle)
            except OSError:
                return  # buffered lines are lost on a full disk

    reopen = close

    def remove(self) -> None:
        """Close and remove the file, where there is one."""
        self.close()
        try:
            os.remove(self.baseFilename)
        except OSError:
            return

    def _bytes(self, record: Any) -> bytes:
        if isinstance(record.msg, bytes):
            return self._without_statements(record.msg)
        line: str = self.fmt % record.asdict()
        return line.encode(errors="replace")

    def _without_statements(self, piece: bytes) -> bytes:
        """Return whole lines of a program's output without statements, which contain values."""
        *lines, rest = (self.rest + piece).split(b"\n")
        told = [line + b"\n" for line in lines if self._may_stand(line)]
        if len(rest) > LONGEST:
            told += [rest] if self._may_stand(rest) else []
            rest = b"\t"  # the rest of a line that was too long to buffer
        self.rest = rest
        return b"".join(told)

    def _may_stand(self, line: bytes) -> bool:
        if not line.startswith(b"\t"):
            self.in_statement = STATEMENT in line
        return not self.in_statement

    def _write(self, text: bytes) -> None:
        if self.handle is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self.handle = os.open(self.baseFilename, flags, MODE)
        if os.write(self.handle, text) < len(text):
            self.dropped += 1
        if os.fstat(self.handle).st_size >= self.most:
            self._rotate()

    def _rotate(self) -> None:
        self.close()
        for number in range(self.copies, 0, -1):
            younger = f"{self.baseFilename}.{number - 1}" if number > 1 else self.baseFilename
            if os.path.exists(younger):
                os.replace(younger, f"{self.baseFilename}.{number}")


def main() -> None:
    """Run supervisord with these logs."""
    loggers.RotatingFileHandler = BoundedLog
    supervisord.main()


if __name__ == "__main__":
    main()
