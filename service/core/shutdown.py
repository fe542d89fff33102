"""The request to stop this process: code that waits for a slow vendor checks it, and leaves its
work in order."""

from __future__ import annotations

import threading

requested = threading.Event()
