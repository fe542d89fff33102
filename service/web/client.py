"""client"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("client", __name__, url_prefix='/app/<company>')
