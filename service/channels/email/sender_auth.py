"""Whether a mail's sender is to be believed: by the results of the receiving server that the
settings name, where it was the one that handed the mail on (MAIL_PEERS, or over loopback).

Without such a server nobody is believed, and every mail waits for an operator. The demo desk alone,
on loopback, takes mail that came over loopback for what it says.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from authres import AuthenticationResultsHeader
from authres.core import AuthenticationResult, AuthResError
from sqlalchemy import select

from service.channels.email.parse import ParsedEmail
from service.core.config import LOOPBACK, settings
from tenants.addresses import Address
from tenants.isolation import db

# The demo's people alone have such an address: nobody can own a name below .example.
DEMO_ADDRESS = "client@demo.example"


def is_authenticated(letter: ParsedEmail, peer: str) -> bool:
    """Return whether this letter is from whom it says. `peer` is the address that delivered it to
    us."""
    authserv = settings().mail_authserv
    if not authserv:
        return _loopback(peer) and not trusts_nobody()
    if not (_loopback(peer) or _within(peer, settings().mail_peers)):
        return False  # anybody else could write the results himself
    # The receiving server puts its own header on top; what a sender wrote himself stands below it.
    return bool(letter.results) and _passes(
        letter.results[0], authserv, letter.sender.rpartition("@")[2]
    )


def trusts_nobody() -> bool:
    """Return whether MAIL_AUTHSERV is missing on a desk that needs it: any but a demo desk that
    only this machine reaches."""
    return not settings().mail_authserv and not (
        urlsplit(settings().url).hostname in LOOPBACK and _has_demo()
    )


def _has_demo() -> bool:
    return (
        db.session.scalar(
            select(Address.id)
            .where(Address.kind == "email", Address.value == DEMO_ADDRESS)
            .limit(1)
        )
        is not None
    )


def _passes(header: str, authserv: str, domain: str) -> bool:
    """By DMARC where the server checked it; else by a DKIM signature of the very domain, which is
    aligned in DMARC's strict and relaxed mode alike."""
    try:
        found = AuthenticationResultsHeader.parse(f"Authentication-Results: {header}")
    except (AuthResError, ValueError, IndexError, RecursionError):
        return False
    if (found.authserv_id or "").lower() != authserv.lower() or not domain:
        return False
    checked = [
        result for result in found.results if result.method == "dmarc" and result.result != "none"
    ]
    if checked:
        return all(_agrees(result, "from", domain) for result in checked)
    return any(_agrees(result, "d", domain) for result in found.results if result.method == "dkim")


def _agrees(result: AuthenticationResult, name: str, domain: str) -> bool:
    """Whether a check passed for this very domain; one that names none has checked something else,
    for all we know."""
    named = {
        str(said.value).rpartition("@")[2].strip('"').lower()
        for said in result.properties
        if (said.type, said.name) == ("header", name)
    }
    return result.result == "pass" and named == {domain}


def _within(peer: str, networks: str) -> bool:
    try:
        return any(
            ipaddress.ip_address(peer) in ipaddress.ip_network(one.strip())
            for one in networks.split(",")
            if one.strip()
        )
    except ValueError:
        return False


def _loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
