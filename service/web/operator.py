"""operator"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("operator", __name__, url_prefix='/desk')
