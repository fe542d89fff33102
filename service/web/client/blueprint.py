"""The blueprint that the client's pages share."""

from flask import Blueprint

pages = Blueprint("client", __name__, url_prefix="/app/<company>")
