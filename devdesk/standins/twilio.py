"""A stateful stand-in for Twilio's Messages API, for use without API keys and for tests.

`python -m devdesk.standins.twilio --port P --state FILE --account AC… --token …`, or under gunicorn
`devdesk.standins.twilio:create_app(…)`. It calls loopback only.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import threading
from os import PathLike
from types import FrameType

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, make_server

from devdesk.standins import contract, extract
from devdesk.standins.api import api
from devdesk.standins.callbacks import Callbacks, Pace
from devdesk.standins.controls import controls
from devdesk.standins.messages import Messages
from devdesk.standins.rules import DomainError
from devdesk.standins.state import NAME, Standin

log = logging.getLogger(__name__)

ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
MAX_REQUEST = 1_000_000  # bytes
CODES = {401: 20003, 404: 20404, 405: 20004, 429: 20429}


def create_app(
    contract_path: str | PathLike[str],
    state_path: str | PathLike[str],
    account_sid: str,
    auth_token: str,
    webhook_url: str | None = None,
    pace: Pace | None = None,
) -> Flask:
    """Return the stand-in as a WSGI application, its callbacks running; inbound messages are posted
    to `webhook_url`.

    Raises ValueError for a wrong account SID, an empty token or a contract that cannot be used,
    OSError or sqlite3.Error for files that cannot be. `app.extensions["standin"].close()` ends it.
    """
    if not ACCOUNT_SID.fullmatch(account_sid) or not auth_token:
        raise ValueError(
            "account_sid must be AC and 32 hexadecimal digits, auth_token must not be empty"
        )
    operations, messages = contract.load(contract_path), Messages(state_path)
    pace = pace or Pace()
    callbacks = Callbacks(messages, state_path, account_sid, auth_token, pace)
    app = _app(Standin(account_sid, auth_token, webhook_url, pace, operations, messages, callbacks))
    callbacks.start()
    return app


def _app(standin: Standin) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    app.extensions[NAME] = standin
    app.register_blueprint(api)
    app.register_blueprint(controls)
    app.register_error_handler(DomainError, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    return app


def _refuse(refusal: DomainError) -> Response:
    response = jsonify(refusal.document())
    response.status_code = refusal.status
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response


def _refuse_http(error: HTTPException) -> Response:
    """Return Flask's own errors in Twilio's shape, with their own HTTP status."""
    status = error.code or 500
    if status >= 500:
        return _refuse(DomainError(20500))
    code = CODES.get(status, 20001)
    refusal = DomainError(code, request.path if code == 20404 else error.description or "")
    refusal.status = status
    return _refuse(refusal)


def serve(app: Flask, bind: str, port: int) -> BaseWSGIServer:
    """Return a threaded server that listens (port 0: any free one, see `server_port`); then call
    `serve_forever`."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    return make_server(bind, port, app, threaded=True)


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; print `ready http://…` on a line of its own when it
    listens."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = create_app(
        arguments.contract,
        arguments.state,
        arguments.account,
        arguments.token,
        arguments.webhook or None,
    )
    server = serve(app, arguments.bind, arguments.port)
    _stop_on_signals(server)
    print(f"ready http://{arguments.bind}:{server.server_port}", flush=True)
    server.serve_forever()
    app.extensions[NAME].close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="A stand-in for Twilio's Messages API on loopback."
    )
    parser.add_argument("--port", type=int, required=True, help="0 for any free one")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--state", required=True, help="SQLite file, made where missing")
    parser.add_argument(
        "--contract", default=extract.EXTRACT, help="OpenAPI file (default: the extract)"
    )
    parser.add_argument(
        "--account", default=os.environ.get("TWILIO_ACCOUNT_SID"), help="or TWILIO_ACCOUNT_SID"
    )
    parser.add_argument(
        "--token", default=os.environ.get("TWILIO_AUTH_TOKEN"), help="or TWILIO_AUTH_TOKEN"
    )
    parser.add_argument("--webhook", help="where incoming messages are told, on loopback")
    arguments = parser.parse_args()
    if not ACCOUNT_SID.fullmatch(arguments.account or "") or not arguments.token:
        parser.error("--account (AC and 32 hexadecimal digits) and --token are needed")
    return arguments


def _stop_on_signals(server: BaseWSGIServer) -> None:
    """Stop the server from another thread: `shutdown` waits for the loop that the signal
    interrupts."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    main()
