"""What production sets that development does not: read by a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from config.environment import BASE_DIR
from tests.ground.test_environment import PRODUCTION

NAMES = [
    "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE", "CSRF_COOKIE_DOMAIN",
    "CSRF_COOKIE_PATH", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_SSL_REDIRECT", "SECURE_CONTENT_TYPE_NOSNIFF", "DEBUG",
]  # fmt: skip
READ = f"""
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES!r}}}))
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    environment = {**os.environ, **PRODUCTION, "VAR_DIR": str(tmp_path_factory.mktemp("var"))}
    command = [sys.executable, "-c", READ]
    said = subprocess.run(
        command, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    return json.loads(said.stdout)


@pytest.mark.parametrize("cookie", ["SESSION_COOKIE", "CSRF_COOKIE"])
def test_cookies_belong_to_this_host_alone_and_no_script_reads_them(production, cookie):
    assert production[f"{cookie}_NAME"].startswith("__Host-")
    assert {
        name: production[f"{cookie}_{name}"] for name in ("SECURE", "HTTPONLY", "SAMESITE")
    } == {
        "SECURE": True,
        "HTTPONLY": True,
        "SAMESITE": "Lax",
    }
    # without these two a browser refuses the prefix
    assert (production[f"{cookie}_DOMAIN"], production[f"{cookie}_PATH"]) == (None, "/")


def test_https_is_kept_for_a_year_with_subdomains(production):
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert production["SECURE_SSL_REDIRECT"]
    assert production["SECURE_CONTENT_TYPE_NOSNIFF"]
    assert not production["DEBUG"]
