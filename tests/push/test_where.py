"""A browser says where its notifications go, so that address is looked at twice: as it is written,
and where its name leads."""

from __future__ import annotations

import socket

import pytest

from service.channels.push import edge, endpoint_check
from service.channels.push.edge import Device, PushSubscriptionExpired
from tests.push.push_service import Browser

PUBLIC = [
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://web.push.apple.com/QA",
    "https://wns2-by3p.notify.windows.com/w/?token=a%3d",
    "https://push.example.com:443/x",
]
REFUSED = [
    "",
    "http://push.example.com/x",
    "https://localhost/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://10.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://push.example.com:8443/x",
    "https://user@push.example.com/x",
    "https://postgres/x",
    "https://valkey.internal/x",
    "https://a.localhost/",
    "ftp://push.example.com/",
    "https://push.example.com\n.evil/",
    "https://push.example.com/" + "x" * 1000,
    "https://пуш.example.com/",
    "https://169.254.169.254/latest",
    "https://push.example.com:x/",
    "https://.example.com/",
    "javascript:alert(1)",
]
INNER = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001:db8::1",
    "ff02::1",
]


@pytest.mark.parametrize("endpoint", PUBLIC)
def test_the_push_services_of_browsers_pass(endpoint):
    assert endpoint_check.may_be(endpoint)


@pytest.mark.parametrize("endpoint", REFUSED)
def test_what_is_no_public_https_address_does_not(endpoint):
    assert not endpoint_check.may_be(endpoint)


def leads_to(monkeypatch, *addresses):
    """What a name server of somebody else would answer."""
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **_: [(0, 0, 0, "", (address, port)) for address in addresses],
    )


@pytest.mark.parametrize("address", INNER)
def test_a_public_name_that_leads_inside_is_not_followed(monkeypatch, address):
    leads_to(monkeypatch, "93.184.215.14", address)
    assert endpoint_check.address_of("push.example.com", 443) is None
    opened = []
    monkeypatch.setattr(socket, "create_connection", lambda *args: opened.append(args))
    keys = Browser("x").subscription()["keys"]
    with pytest.raises(PushSubscriptionExpired):
        edge.send(Device("https://push.example.com/x", keys["p256dh"], keys["auth"]), b"x", "t")
    assert opened == []


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(monkeypatch):
    leads_to(monkeypatch, "93.184.215.14")
    opened = []

    def connect(to, _seconds):
        opened.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    keys = Browser("x").subscription()["keys"]
    with pytest.raises(edge.RetryLater):
        edge.send(Device("https://push.example.com/x", keys["p256dh"], keys["auth"]), b"x", "t")
    assert opened == [("93.184.215.14", 443)]


def test_without_the_setting_loopback_stays_closed():
    assert not endpoint_check.may_be("http://127.0.0.1:9999/x")
