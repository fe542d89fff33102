"""Settings from the environment, read once and validated at start; the error for a wrong setting
names it in one sentence."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

OWNER_FILE = "owner.env"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# The order of the curve that VAPID uses (P-256); a private key is a number below it.
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class WrongSetting(SystemExit):
    """A setting that cannot be used; the text says which one and how to correct it."""


class Settings(BaseSettings):
    """Every setting of the service; docs/settings.md describes each one."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = Field(
        "", description="PostgreSQL as the desk's login; empty: the embedded server"
    )
    owner_database_url: str = Field(
        "", description="PostgreSQL as the owner of the tables, for migrations only"
    )
    backup_database_url: str = Field(
        "", description="PostgreSQL as a login that may take the role `backup`; empty: as the owner"
    )
    redis_url: str = Field("", description="Valkey or Redis; empty: the embedded server")
    bind: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    mail_port: int = Field(8025, ge=0, le=65535)
    mail_domain: str = "desk.localhost"
    mail_authserv: str = ""
    mail_peers: str = ""
    data_dir: Path = Path("var")
    public_url: str = ""
    trusted_proxies: int = Field(0, ge=0, le=5)
    secret_key: str = ""
    demo_password: str = ""
    demo: Literal["", "on", "off"] = ""
    stripe_api_key: str = ""
    stripe_api_base: str = ""
    stripe_webhook_secret: str = ""
    stripe_publishable_key: str = Field("", pattern=r"^$|^pk_\w+$")
    stripe_js: str = Field("", pattern=r"^$|^https?://[\w.:-]+/[\w./-]*$")
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_api_base: str = ""
    twilio_from: str = ""
    smtp_url: str = Field("", pattern=r"^$|^smtps?://[^\s]+$")
    invoice_from: str = Field("", max_length=500)
    source_url: str = Field("", pattern=r"^$|^https?://[^\s\"<>]+$")
    outbound: Literal["on", "off"] = "on"
    web_workers: int = Field(2, ge=1, le=64)
    job_workers: int = Field(2, ge=1, le=64)
    sure_from: float = Field(0.71, ge=0, le=1)
    closes_after_days: int = Field(14, ge=1, le=365)
    currencies: str = "EUR,USD,RUB"
    undo_seconds: int = Field(15, ge=0, le=300)
    upload_mb: int = Field(20, ge=1, le=500)
    quiet_from: int = Field(21, ge=0, le=24)
    quiet_to: int = Field(8, ge=0, le=23)
    vapid_private_key: str = ""
    vapid_subject: str = Field("", pattern=r"^$|^mailto:[^@\s]+@[\w.-]+$|^https://[\w.-]+$")
    push_allow_loopback: bool = False
    pseudo_language: Literal["on", "off"] = "off"

    @field_validator("outbound", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url", "owner_database_url", "backup_database_url")
    @classmethod
    def _postgres(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _valkey(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://", "valkey://")):
            raise ValueError("must begin with redis:// or unix://")
        return value

    @field_validator("mail_peers")
    @classmethod
    def _networks(cls, value: str) -> str:
        for network in value.split(",") if value else []:
            ip_network(network.strip())
        return value

    @field_validator("vapid_private_key")
    @classmethod
    def _number(cls, value: str) -> str:
        try:
            raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except binascii.Error:
            raw = b""
        if value and not (len(raw) == 32 and 0 < int.from_bytes(raw, "big") < P256_ORDER):
            raise ValueError("must be a private key of P-256: 32 bytes in base64url")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.twilio_account_sid and not self.twilio_auth_token:
            raise ValueError(
                "TWILIO_AUTH_TOKEN is needed beside TWILIO_ACCOUNT_SID: webhooks are checked"
                " with it"
            )
        if self.stripe_api_key and not self.stripe_webhook_secret and not self.stripe_api_base:
            raise ValueError(
                "STRIPE_WEBHOOK_SECRET is needed beside STRIPE_API_KEY: webhooks are checked"
                " with it"
            )
        return self

    @model_validator(mode="after")
    def _for_us_alone(self) -> Self:
        if self.pseudo_language == "on" and not (
            self.bind in LOOPBACK and urlsplit(self.url).hostname in LOOPBACK
        ):
            raise ValueError(
                "PSEUDO_LANGUAGE is for loopback only; BIND or PUBLIC_URL says otherwise"
            )
        return self

    @property
    def url(self) -> str:
        """Return the public base URL, without a trailing slash."""
        return (self.public_url or f"http://{self.bind}:{self.port}").rstrip("/")

    @property
    def card_field(self) -> str:
        """Return the URL of Stripe's script with the card field; localstripe serves its own below
        its base address."""
        return self.stripe_js or (
            f"{self.stripe_api_base}/js.stripe.com/v3/"
            if self.stripe_api_base
            else "https://js.stripe.com/v3/"
        )

    @property
    def sqlalchemy_url(self) -> str:
        """Return the database URL for SQLAlchemy with psycopg 3."""
        return with_driver(self.database_url)


def with_driver(url: str) -> str:
    """Return a libpq URL in the form that SQLAlchemy expects."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


@lru_cache
def settings() -> Settings:
    """Return the settings of this process. Exits the process with one sentence when a setting is
    wrong."""
    return read(_running_desk())


def owner_address() -> str:
    """Return the database's address as its owner; empty where it is not known.

    Used only for migrations, backup and restore. Taken from OWNER_DATABASE_URL, else from
    DATA_DIR/owner.env, which a running desk writes for commands run beside it.
    """
    if (address := settings().owner_database_url) or not (desk := _running_desk()):
        return address
    return read(desk.with_name(OWNER_FILE)).owner_database_url


def read(file: Path | None = None) -> Settings:
    """Return the settings from the environment, and from a file for what is not set there."""
    try:
        found = Settings(_env_file=file)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else ""
        what = (
            f"The setting {name} is wrong: {first['msg']}"
            if name
            else first["msg"].removeprefix("Value error, ")
        )
        raise WrongSetting(f"{what}. docs/settings.md says what it takes.") from None
    if found.secret_key:
        return found
    return found.model_copy(update={"secret_key": kept(found.data_dir / "secret_key", _secret)})


def _running_desk() -> Path | None:
    """Return the settings file of a desk that runs in DATA_DIR, for commands run beside it; the
    environment takes precedence."""
    path = Path(os.environ.get("DATA_DIR", "var")) / "desk.env"
    return path if path.is_file() and not os.environ.get("DATABASE_URL") else None


def kept(path: Path, make: Callable[[], str]) -> str:
    """Return a secret of this installation, created once and stored in DATA_DIR, readable by its
    owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _written(path)
    with os.fdopen(handle, "w") as file:
        file.write(make())
    return _written(path)


def _written(path: Path) -> str:
    """Return the file's content; waits up to two seconds, because another process may have created
    the file and not written it yet."""
    for _try in range(100):
        if text := path.read_text().strip():
            return text
        time.sleep(0.02)
    raise WrongSetting(f"The file {path} is empty. Remove it; another secret is made then.")


def _secret() -> str:
    return secrets.token_urlsafe(48)
