"""Settings from the environment, typed. A wrong value stops the process and names its variable."""

import json
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode

from config.sign_in import DEMO_CODES, SignInEnvironment

BASE_DIR = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "development-only-secret-not-for-production-0123456789"  # noqa: S105 - production refuses it
SHORTEST_SECRET = 50
VIES = "https://ec.europa.eu/taxation_customs/vies/rest-api"


class Environment(SignInEnvironment):
    """Every variable the product reads. docs/deploy.md explains each."""

    environment: Literal["development", "production"] = "development"
    secret_key: str = DEVELOPMENT_SECRET
    secret_key_fallbacks: Annotated[list[str], NoDecode] = Field(default_factory=list)
    debug: bool = False
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: ["localhost", "127.0.0.1", "[::1]"]
    )
    base_url: str = "http://127.0.0.1:8000"
    port: int = Field(default=8000, ge=1, le=65535)
    database_url: str = ""
    redis_url: str = ""
    var_dir: Path = BASE_DIR / "var"
    sandbox_database: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$", max_length=63)
    time_zone: str = "UTC"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["", "line", "json"] = ""
    metrics_token: str = Field(default="", pattern=r"^(\S{16,})?$")
    security_contact: str = Field(default="", pattern=r"^((mailto:|https://)\S+)?$")
    api_requests_per_minute: int = Field(default=60_000, ge=0)
    draft_grace_hours: int = Field(default=0, ge=0, le=24 * 14)
    stripe_api_key: str = ""
    stripe_api_base: str = ""
    stripe_checkout_origin: str = Field(
        default="https://checkout.stripe.com", pattern=r"^https?://[^/\s;,]+$"
    )
    stripe_webhook_secrets: Annotated[list[str], NoDecode] = Field(default_factory=list)
    stripe_timeout_seconds: float = Field(default=20.0, gt=0, le=80)
    vies_url: str | None = None
    vies_timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    webhook_private_targets: bool = False
    webhook_timeout_seconds: float = Field(default=10.0, gt=0, le=30)
    email_backend: str = ""
    email_from: str = ""
    email_host: str = "localhost"
    email_port: int = Field(default=25, ge=1, le=65535)
    email_user: str = ""
    email_password: str = ""
    email_security: Literal["none", "starttls", "tls"] = "none"
    email_timeout_seconds: float = Field(default=20.0, gt=0, le=80)
    anymail: Annotated[dict[str, str], NoDecode] = Field(default_factory=dict)

    @field_validator(
        "allowed_hosts",
        "stripe_webhook_secrets",
        "oidc_domains",
        "secret_key_fallbacks",
        mode="before",
    )
    @classmethod
    def read_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise ValueError('write a JSON list: ["one", "another"]') from None

    @field_validator("anymail", mode="before")
    @classmethod
    def read_object(cls, value: object) -> object:
        """The message repeats nothing: the object holds keys."""
        try:
            return json.loads(value or "{}") if isinstance(value, str) else value
        except json.JSONDecodeError:
            raise ValueError('write a JSON object: {"POSTMARK_SERVER_TOKEN": "…"}') from None

    @field_validator("oidc_group_roles", mode="before")
    @classmethod
    def read_roles(cls, value: object) -> object:
        try:
            return json.loads(value or "{}") if isinstance(value, str) else value
        except json.JSONDecodeError:
            raise ValueError('write a JSON object: {"finance-leads": "approver"}') from None

    @field_validator("time_zone")
    @classmethod
    def refuse_unknown_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("write a zone of the tz database, as Europe/Berlin") from None

    @field_validator("var_dir", mode="before")
    @classmethod
    def refuse_no_folder(cls, value: object) -> object:
        if value == "":
            raise ValueError("write a folder, or leave the variable out")
        return value

    @field_validator("var_dir")
    @classmethod
    def make_absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @model_validator(mode="after")
    def refuse_unknown_schemes(self) -> "Environment":
        """Checked here and not field by field, so that no message repeats a password."""
        problems = [
            f"{name}: must start with {' or '.join(schemes)}"
            for name, schemes in SCHEMES.items()
            if (value := getattr(self, name.lower())) and not value.startswith(schemes)
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def has_sandbox(self) -> bool:
        """In production only where an operator names its database."""
        return bool(self.sandbox_database) or not self.is_production

    @property
    def log_lines(self) -> str:
        """People read the log in development, machines in production."""
        return self.log_format or ("json" if self.is_production else "line")

    @property
    def mail_backend(self) -> str:
        """Development keeps mail as files; production hands it to a server unless a provider is named."""
        usual = "smtp" if self.is_production else "filebased"
        return self.email_backend or f"django.core.mail.backends.{usual}.EmailBackend"

    @property
    def mail_from(self) -> str:
        return self.email_from or f"billing@{urlsplit(self.base_url).hostname or 'localhost'}"

    @property
    def vies_base(self) -> str:
        """Empty: nobody asks VIES. Made-up numbers of a demo must never reach the real register."""
        official = VIES if self.is_production else ""
        return official if self.vies_url is None else self.vies_url.rstrip("/")

    @model_validator(mode="after")
    def refuse_unsafe_production(self) -> "Environment":
        if not self.is_production:
            return self
        wrong = {
            "SECRET_KEY": self.secret_key == DEVELOPMENT_SECRET
            or len(self.secret_key) < SHORTEST_SECRET,
            "DEBUG": self.debug,
            "ALLOWED_HOSTS": "allowed_hosts" not in self.model_fields_set or not self.allowed_hosts,
            "DATABASE_URL": not self.database_url,
            "REDIS_URL": not self.redis_url,
            "BASE_URL": not self.base_url.startswith("https://"),
            "STAFF_SECOND_FACTOR": self.staff_second_factor != "required",
            "VAR_DIR": (self.var_dir / DEMO_CODES).exists(),
            "OIDC_ISSUER": self.oidc_issuer.startswith("http://"),
            "WEBHOOK_PRIVATE_TARGETS": self.webhook_private_targets,
        }
        problems = [f"{name}: {PRODUCTION_NEEDS[name]}" for name, bad in wrong.items() if bad]
        if problems:
            raise ValueError("\n".join(problems))
        return self


PRODUCTION_NEEDS = {
    "SECRET_KEY": f"must be a secret of its own of at least {SHORTEST_SECRET} characters",
    "DEBUG": "must be off",
    "ALLOWED_HOSTS": 'must list the host names served, as JSON: ["billing.example.com"]',
    "DATABASE_URL": "must name a PostgreSQL server; the embedded one is for development",
    "REDIS_URL": "must name a Redis server; the embedded one is for development",
    "BASE_URL": "must be the public https:// address",
    "STAFF_SECOND_FACTOR": "must be required",
    "VAR_DIR": f"holds a demo that shows its codes ({DEMO_CODES}); use another folder",
    "OIDC_ISSUER": "must be an https:// address",
    "WEBHOOK_PRIVATE_TARGETS": "must be off: webhooks go to the public internet alone",
}


SCHEMES = {
    "DATABASE_URL": ("postgresql://", "postgres://"),
    "REDIS_URL": ("redis://", "rediss://", "unix://"),
    "BASE_URL": ("http://", "https://"),
    "STRIPE_API_BASE": ("http://", "https://"),
    "STRIPE_API_KEY": ("sk_", "rk_"),
    "VIES_URL": ("http://", "https://"),
    "OIDC_ISSUER": ("http://", "https://"),
}


UNREPEATED = frozenset(
    {"ANYMAIL", "EMAIL_PASSWORD", "METRICS_TOKEN", "OIDC_CLIENT_SECRET", "SECRET_KEY_FALLBACKS"}
)


class EnvironmentInvalid(SystemExit):
    """The process stops with one line a variable."""


def read_environment() -> Environment:
    """
    The environment as typed values.

    :raises EnvironmentInvalid: naming each variable that is wrong, and why
    """
    try:
        return Environment()
    except ValidationError as error:
        raise EnvironmentInvalid(explain(error)) from None


def explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        message = problem["msg"].removeprefix("Value error, ")
        name = "_".join(str(part) for part in problem["loc"][:1]).upper()
        shown = "" if name in UNREPEATED else f" (it is {problem['input']!r})"
        lines.append(f"{name}: {message}{shown}" if name else message)
    return "\n".join(lines)
