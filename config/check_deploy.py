"""Django's deployment checks under production settings; anything they find is a failure."""

import os
import sys

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "a-secret-only-for-this-check-" + "0123456789abcdef" * 4,
    "ALLOWED_HOSTS": '["billing.example.com"]',
    "BASE_URL": "https://billing.example.com",
    "DATABASE_URL": "postgresql://checked@localhost/checked",
    "REDIS_URL": "redis://localhost/0",
}


def check_deploy() -> None:
    """Replace this process by `manage.py check --deploy` under production settings."""
    environment = {**os.environ, **PRODUCTION}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    os.execve(sys.executable, command, environment)


if __name__ == "__main__":
    check_deploy()
