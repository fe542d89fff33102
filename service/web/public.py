"""public"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("public", __name__)
