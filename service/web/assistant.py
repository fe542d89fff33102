"""assistant"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("assistant", __name__, url_prefix='/work')
