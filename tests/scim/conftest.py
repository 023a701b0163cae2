"""A company whose directory speaks SCIM: Acme, a token, and a client that calls the application."""

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from scim2_client.engines.wsgi import WSGISCIMClient

from accounts.models import Customer
from accounts.operations.issue_directory_token import issue_directory_token
from tests.seatworld import START, make_customer

BASE_URL = "http://localhost/scim/v2"


def client_of(customer: Customer, **settings) -> WSGISCIMClient:
    _, text = issue_directory_token(customer_id=customer.pk, name="Okta", at=START)
    headers = {"Authorization": f"Bearer {text}"}
    return WSGISCIMClient(WSGIHandler(), base_url=BASE_URL, headers=headers, **settings)


@pytest.fixture(autouse=True)
def one_connection():
    """The application answers in the test's transaction: its connection stays open."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def acme(db) -> Customer:
    return make_customer(None, "acme")
