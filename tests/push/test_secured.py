"""The connection to a push service is secured for its name, although it goes to an address; and
settings that cannot be are named."""

from __future__ import annotations

import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service.channels.push import edge
from service.channels.push.edge import Device, RetryLater
from service.core.config import WrongSetting, read, settings
from tests.push.push_service import Browser, PushService


def certificate(folder, name):
    """A certificate for this name that signs itself, and its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        made.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return file


@pytest.mark.parametrize(("name", "arrives"), [("localhost", True), ("push.example.com", False)])
def test_only_who_shows_a_certificate_for_the_name_is_sent_to(monkeypatch, tmp_path, name, arrives):
    file = certificate(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("PUSH_ALLOW_LOOPBACK", "on")
    settings.cache_clear()
    service, context = PushService(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
    browser = Browser(f"https://localhost:{service.server.server_port}/x")
    keys = browser.subscription()["keys"]
    try:
        if arrives:
            edge.send(Device(browser.endpoint, keys["p256dh"], keys["auth"]), b"{}", "task-1")
        else:
            with pytest.raises(RetryLater, match="SSLCertVerificationError"):
                edge.send(Device(browser.endpoint, keys["p256dh"], keys["auth"]), b"{}", "task-1")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        service.stop()
    assert [browser.read(body) for _path, _headers, body in service.came] == (
        [b"{}"] if arrives else []
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VAPID_PRIVATE_KEY", "short"),
        ("VAPID_PRIVATE_KEY", "A" * 43),
        ("VAPID_PRIVATE_KEY", "_" * 43),
        ("VAPID_SUBJECT", "me"),
        ("PUSH_ALLOW_LOOPBACK", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=name):
        read()
