"""The blueprint of the operator's pages, and which roles may open them."""

from flask import Blueprint

from service.access import auth

pages = Blueprint("operator", __name__)
requires_desk = auth.requires_staff(*auth.DESK)
