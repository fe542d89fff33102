"""Real mail servers for tests of outgoing mail: with TLS and a certificate of their own, slow ones,
and ones that hang up."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
import threading
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Not one of the names that count as this very host, so that its rules are those of a server
# elsewhere.
ELSEWHERE = "127.0.0.9"


class Server:
    """Takes mail; `seen` are the commands as they came, each with whether the line was
    encrypted."""

    def __init__(
        self,
        host: str = ELSEWHERE,
        tls: ssl.SSLContext | None = None,
        *,
        from_the_start: bool = False,
        thinks: float = 0.0,
        then: str = "250 taken",
        hangs_up: bool = False,
    ) -> None:
        self.thinks, self.then, self.hangs_up = thinks, then, hangs_up
        self.taken: list[bytes] = []
        self.seen: list[tuple[str, bool]] = []
        outer = self

        class Spoken(SMTP):
            async def _call_handler_hook(self, command: str, *args: Any) -> Any:
                outer.seen.append((command, self.session.ssl is not None or from_the_start))
                return await super()._call_handler_hook(command, *args)

        self.from_the_start = from_the_start
        self.loop = asyncio.new_event_loop()
        opened = self.loop.create_server(
            lambda: Spoken(
                self,
                loop=self.loop,
                auth_require_tls=False,
                authenticator=self._let_in,
                tls_context=None if from_the_start else tls,
            ),
            host,
            0,
            ssl=tls if from_the_start else None,
        )
        self.server = self.loop.run_until_complete(opened)
        self.address = f"{host}:{self.server.sockets[0].getsockname()[1]}"
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def _let_in(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        self.seen.append(("AUTH", session.ssl is not None or self.from_the_start))
        return AuthResult(success=True)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.thinks)
        if self.hangs_up:
            server.transport.abort()
        if self.then.startswith("250"):
            self.taken.append(envelope.content)
        return self.then

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.server.close()


class Authority:
    """A certificate authority of one test; `file` is what a client trusts it by."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.file = folder / "authority.pem"
        self.file.write_bytes(
            self._signed(self.name, self.key, None).public_bytes(serialization.Encoding.PEM)
        )

    def context(self, host: str) -> ssl.SSLContext:
        """A server's side of TLS, with a certificate for this address."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        both = self.folder / f"{host}.pem"
        both.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self._signed(name, key, host).public_bytes(serialization.Encoding.PEM)
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(both)
        return made

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, host: str | None
    ) -> x509.Certificate:
        today = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=1))
            .not_valid_after(today + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host is not None:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
                critical=False,
            )
        return builder.sign(self.key, hashes.SHA256())
