"""Whether a mail's sender is to be believed: by the results of the receiving server that the settings name, where it was
the one that handed the mail on (MAIL_PEERS, or over loopback).

Without such a server only mail that came over loopback is trusted; every other mail waits for a person.
"""

from __future__ import annotations

import ipaddress

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

from service.channels.email.parse import Letter
from service.config import settings


def believed(letter: Letter, peer: str) -> bool:
    """Whether this letter is from whom it says. `peer` is the address that delivered it to us."""
    authserv = settings().mail_authserv
    if not authserv:
        return _loopback(peer)
    if not (_loopback(peer) or _within(peer, settings().mail_peers)):
        return False  # anybody else could write the results himself
    # The receiving server puts its own header on top; what a sender wrote himself stands below it.
    return bool(letter.results) and _passes(letter.results[0], authserv, letter.sender.rpartition("@")[2])


def _passes(header: str, authserv: str, domain: str) -> bool:
    try:
        results = AuthenticationResultsHeader.parse(f"Authentication-Results: {header}")
    except (AuthResError, ValueError, IndexError):
        return False
    if (results.authserv_id or "").lower() != authserv.lower():
        return False
    verdicts = {(result.method, result.result, _domain(result)) for result in results.results}
    return any(method == "dmarc" and verdict == "pass" and said in ("", domain) for method, verdict, said in verdicts) or any(
        method == "dkim" and verdict == "pass" and said == domain for method, verdict, said in verdicts)


def _domain(result: object) -> str:
    for name in ("header_from", "header_d", "smtp_mailfrom"):
        if value := getattr(result, name, None):
            return str(value).rpartition("@")[2].lower()
    return ""


def _within(peer: str, networks: str) -> bool:
    try:
        return any(ipaddress.ip_address(peer) in ipaddress.ip_network(one.strip()) for one in networks.split(",") if one.strip())
    except ValueError:
        return False


def _loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
