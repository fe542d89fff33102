"""Whether this process was asked to stop: what waits for a slow vendor looks at it, and leaves its
work in order."""

from __future__ import annotations

import threading

requested = threading.Event()
