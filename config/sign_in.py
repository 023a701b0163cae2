"""What an operator decides about signing in. docs/sign-in.md explains each."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from accounts.enums import StaffRole

DEMO_CODES = "demo-codes"


class SignInEnvironment(BaseSettings):
    """Factors, sessions, lock-out and the company's own issuer of identities."""

    staff_second_factor: Literal["required", "optional"] = "required"
    session_idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    step_up_minutes: int = Field(default=10, ge=1, le=120)
    sign_in_failures: int = Field(default=5, ge=2, le=100)
    sign_in_failures_per_address: int = Field(default=50, ge=2, le=10_000)
    sign_in_lock_minutes: int = Field(default=15, ge=1, le=24 * 60)
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    oidc_issuer: str = ""
    oidc_name: str = "Company account"
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_domains: Annotated[list[str], NoDecode] = Field(default_factory=list)
    oidc_group_claim: str = "groups"
    oidc_group_roles: Annotated[dict[str, StaffRole], NoDecode] = Field(default_factory=dict)
    oidc_second_factor_trusted: bool = False

    @model_validator(mode="after")
    def refuse_half_an_issuer(self) -> "SignInEnvironment":
        """The message repeats no value: one of them is a secret."""
        needed = {
            "OIDC_CLIENT_ID": self.oidc_client_id,
            "OIDC_CLIENT_SECRET": self.oidc_client_secret,
            "OIDC_DOMAINS": self.oidc_domains,
        }
        missing = [name for name, value in needed.items() if not value]
        if self.oidc_issuer and missing:
            raise ValueError("\n".join(f"{name}: OIDC_ISSUER needs it" for name in missing))
        return self


def providers(environment: SignInEnvironment) -> dict[str, dict[str, list[dict[str, object]]]]:
    """The company's issuer as allauth knows it; empty when none is configured."""
    if not environment.oidc_issuer:
        return {}
    company: dict[str, object] = {
        "provider_id": "company",
        "name": environment.oidc_name,
        "client_id": environment.oidc_client_id,
        "secret": environment.oidc_client_secret,
        "settings": {"server_url": environment.oidc_issuer.rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [company]}}
