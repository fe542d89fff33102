"""Twilio's message routes: each request and each response is validated against the contract."""

from __future__ import annotations

import hmac
import socket
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.datastructures import MultiDict

from devdesk.standins import resources, rules
from devdesk.standins.contract import AnswerMismatch, InvalidRequest
from devdesk.standins.messages import Draft, Fault
from devdesk.standins.resources import API_VERSION
from devdesk.standins.rules import DomainError
from devdesk.standins.state import standin

api = Blueprint("api", __name__, url_prefix=f"/{API_VERSION}/Accounts/<account>")


@api.before_request
def authenticate() -> None:
    """Check basic auth by account SID and token. Raises DomainError 20003, or 20404 for another
    account's address."""
    here, given = standin(), request.authorization
    user, word = (given.username or "", given.password or "") if given else ("", "")
    right = hmac.compare_digest(user.encode(), here.account.encode())
    if not (hmac.compare_digest(word.encode(), here.token.encode()) and right):
        raise DomainError(20003)
    if (request.view_args or {}).get("account") != here.account:
        raise DomainError(20404, request.path)


@api.post("/Messages.json")
def create(account: str) -> Response:
    """Accept a message for sending; an ordered fault applies here."""
    form = _read("CreateMessage", {"AccountSid": account})
    rules.check_send(form)
    fault = standin().messages.take_fault()
    _strike_before(fault)
    message = standin().messages.keep(_draft(form), standin().callbacks.first)
    standin().callbacks.wake()
    if fault and fault.mode == "500_after_effect":
        raise DomainError(20500)
    return _answer("CreateMessage", 201, resources.message_document(message, account))


@api.get("/Messages.json")
def index(account: str) -> Response:
    """Return a page of messages, newest first."""
    page = resources.read_page(standin().messages, _read("ListMessage", {"AccountSid": account}))
    return _answer("ListMessage", 200, resources.page_document(page, account))


@api.get("/Messages/<sid>.json")
def fetch(account: str, sid: str) -> Response:
    """Return one message."""
    _read("FetchMessage", {"AccountSid": account, "Sid": sid})
    message = standin().messages.find(sid)
    if message is None:
        raise DomainError(20404, request.path)
    return _answer("FetchMessage", 200, resources.message_document(message, account))


def _read(operation: str, path: Mapping[str, str]) -> dict[str, Any]:
    """Return the request's fields as the contract types them. Raises DomainError where it does not
    allow them."""
    query, form = _lists(request.args), _lists(request.form)
    try:
        return standin().operations[operation].read(path, query, form)
    except InvalidRequest as error:
        value = (form if error.place == "form" else query).get(error.field, [""])[0]
        raise rules.refusal_of(error, value, request.path) from error


def _answer(operation: str, status: int, document: Mapping[str, Any]) -> Response:
    """Return the response, or 500 where Twilio would not give such a response."""
    try:
        standin().operations[operation].check_answer(status, document)
    except AnswerMismatch as error:
        standin().count_failure(operation, str(error))
        raise DomainError(20500) from error
    response = jsonify(document)
    response.status_code = status
    return response


def _draft(form: Mapping[str, Any]) -> Draft:
    return Draft(
        sender=form.get("From"),
        recipient=form["To"],
        body=form.get("Body", ""),
        service=form.get("MessagingServiceSid"),
        media=len(form.get("MediaUrl", ())),
        callback=form.get("StatusCallback"),
    )


def _strike_before(fault: Fault | None) -> None:
    """Apply the faults that come before anything is stored."""
    if fault is None:
        return
    if fault.mode == "slow":
        time.sleep(fault.seconds)
    if fault.mode == "429":
        raise DomainError(20429)
    if fault.mode == "drop":
        _hang_up()
        raise DomainError(20500)


def _hang_up() -> None:
    """Close the caller's connection, so that the response which follows reaches nobody."""
    wire = request.environ.get("werkzeug.socket") or request.environ.get("gunicorn.socket")
    if isinstance(wire, socket.socket):
        wire.shutdown(socket.SHUT_RDWR)


def _lists(given: MultiDict[str, str]) -> dict[str, list[str]]:
    return {name: given.getlist(name) for name in given}
