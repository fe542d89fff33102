"""The WSGI application, for gunicorn and for `flask --app wsgi`."""

from service.app import create_app

app = create_app()
