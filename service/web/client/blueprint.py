"""The blueprint of the client's pages."""

from flask import Blueprint

pages = Blueprint("client", __name__, url_prefix="/app/<company>")
