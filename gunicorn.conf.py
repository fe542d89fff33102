"""gunicorn's settings, for the image, for compose and for `make run`: `gunicorn wsgi:app`.

Read from the environment alone: whatever is imported here is loaded before gevent has patched the
standard library. A wrong number is named when the application reads its settings.
"""

import os


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isdecimal() else default


bind = f"{os.environ.get('BIND', '127.0.0.1')}:{_number('PORT', 8000)}"
workers = _number("WEB_WORKERS", 2)
worker_class = "gevent"
# A page keeps one stream open for what changes.
worker_connections = 1200
keepalive = 15
graceful_timeout = 8
control_socket_disable = True
