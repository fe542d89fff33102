"""Stripe webhooks."""

from __future__ import annotations

from flask import Blueprint

hooks = Blueprint("stripe", __name__, url_prefix='/hooks')
