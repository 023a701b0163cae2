"""Chromium against a server that shares the test's transaction: nothing a test does outlives it."""

import os
from collections.abc import Iterator
from threading import Thread

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIServer
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, Page, sync_playwright

from config.celery import app as celery_app
from tests.desk import world

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the test's thread
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = "a-long-password-for-tests"

assert celery_app.main  # tasks a page starts go to the embedded Redis; nobody takes them here


class OneRequestAtATime(Thread):
    """A server on the test's own connection; requests take turns, so they do not interleave."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.server = WSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
        self.server.set_app(StaticFilesHandler(WSGIHandler()))
        self.shared = connections["default"]

    def run(self) -> None:
        connections["default"] = self.shared
        self.server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def address(db) -> Iterator[str]:
    """Where the server listens. Django would close the connection between requests; here it may not."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    connections["default"].inc_thread_sharing()
    server = OneRequestAtATime()
    server.start()
    yield f"http://127.0.0.1:{server.server.server_port}"
    server.stop()
    connections["default"].dec_thread_sharing()
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def analyst(db) -> User:
    user = User.objects.create_user("ana", password=PASSWORD, is_staff=True)
    user.groups.add(StaffRoleGroup.objects.get(name="analyst"))
    return user


@pytest.fixture
def page(browser, address, analyst) -> Iterator[Page]:
    """A page of a signed-in analyst; errors on its console fail the test."""
    client = Client()
    client.force_login(analyst)
    context = browser.new_context(base_url=address, accept_downloads=True)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def catalog(db):
    return world.make_catalog()


@pytest.fixture
def subscription(catalog):
    return world.make_customer(catalog)
