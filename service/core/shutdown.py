"""Whether this process was asked to stop: code that waits for a slow vendor checks it, and leaves
its work in order."""

from __future__ import annotations

import threading

requested = threading.Event()
