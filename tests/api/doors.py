"""Doors before Django's chain, asked as a server asks them."""

import io
import sys
from urllib.parse import urlencode

import time_machine

from config.wsgi import django_application
from tests.billing.entitlements.world import NOW


class Counted:
    """Django's chain, and how often it was needed."""

    def __init__(self):
        self.calls = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        return django_application(environ, start_response)


def call(application, key, said="", *, path, method="GET", at=NOW, **more):
    """What the application answers to a question in the query, or to `wsgi.input`."""
    query = said if isinstance(said, str) else urlencode(said)
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": query,
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "HTTP_HOST": "testserver",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr, "HTTP_AUTHORIZATION": f"Bearer {key}",
        "HTTP_X_REQUEST_ID": "asked-by-a-test", **more,
    }  # fmt: skip
    heard = []
    with time_machine.travel(at, tick=False):
        content = b"".join(application(environ, lambda *said: heard.append(said)))
    ((status, headers),) = heard
    return status, {name.lower(): value for name, value in headers}, content


def without(answer, names):
    status, headers, content = answer
    return status, {name: value for name, value in headers.items() if name not in names}, content
