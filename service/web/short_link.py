"""short_link"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("short_link", __name__, url_prefix='/t')
