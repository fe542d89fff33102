"""The WSGI application, for gunicorn and for `flask --app wsgi`."""

from importlib.util import find_spec

from service.app import create_app
from service.core.config import settings

app = create_app()
if find_spec("devdesk"):  # the production image is built without it
    from devdesk import extend

    extend(app, settings())
