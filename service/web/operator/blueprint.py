"""The blueprint that the operator's pages share, and who may open them."""

from flask import Blueprint

from service.access import auth

pages = Blueprint("operator", __name__)
desk_only = auth.staff(*auth.DESK)
