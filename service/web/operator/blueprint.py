"""The blueprint that the operator's pages share, and who may open them."""

from flask import Blueprint

from service.web import doors

pages = Blueprint("operator", __name__)
desk_only = doors.staff(*doors.DESK)
