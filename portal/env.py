"""The settings that come from the environment, typed. Nonsense is refused at start, by the variable's name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """Every variable that the portal reads. Names are the field names in capitals."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    portal_mode: Literal["embedded", "production", "test"] = "embedded"
    portal_var: Path = Path("var")
    portal_moved_clock: Path | None = None
    port: int = Field(default=8000, ge=1, le=65535)
    base_domain: str = "localhost"

    secret_key: SecretStr = SecretStr("")
    encryption_key: SecretStr = SecretStr("")
    database_url: str = ""
    broker_url: str = ""
    cache_url: str = ""
    database_max_age: int = Field(default=60, ge=0)

    s3_endpoint_url: str = ""
    s3_bucket: str = ""
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    s3_region: str = "ap-northeast-1"
    s3_public_endpoint_url: str = ""
    clamav_url: str = ""

    mail_url: str = ""
    mail_from: str = "portal@localhost"
    mail_webhook_secret: SecretStr = SecretStr("")
    trusted_proxy_count: int = Field(default=0, ge=0, le=5)
    metrics_token: SecretStr = SecretStr("")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("clamav_url")
    @classmethod
    def _scanner(cls, value: str) -> str:
        if value and not value.startswith(("tcp://", "unix:///")):
            raise ValueError("must be tcp://host:port or unix:///path")
        return value

    @field_validator("base_domain")
    @classmethod
    def _host(cls, value: str) -> str:
        if not value or any(c in value for c in ":/ "):
            raise ValueError("must be a bare host name, without scheme, port or path")
        return value.lower()

    @model_validator(mode="after")
    def _production_is_complete(self) -> Environment:
        if self.portal_mode == "production":
            missing = [
                name.upper()
                for name in ("secret_key", "encryption_key", "database_url", "mail_url")
                if not _text(getattr(self, name))
            ]
            if missing:
                raise ValueError(f"in production these must be set: {', '.join(missing)}")
            if len(_text(self.secret_key)) < 50:
                raise ValueError("SECRET_KEY must have at least 50 characters")
            if self.portal_moved_clock is not None:
                raise ValueError("PORTAL_MOVED_CLOCK is for demonstrations and tests, not for production")
        return self


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def read() -> Environment:
    """The environment as it stands; ends the process with one line for each bad variable."""
    try:
        return Environment()
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper() or 'environment'}: {e['msg']}" for e in error.errors()]
        raise SystemExit("The settings from the environment cannot be used.\n" + "\n".join(lines)) from None
