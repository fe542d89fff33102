"""Twilio webhooks."""

from __future__ import annotations

from flask import Blueprint

hooks = Blueprint("sms", __name__, url_prefix='/hooks/twilio')
