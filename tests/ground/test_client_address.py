"""Whose address a request has: that of the peer, or what our outermost proxy saw."""

import pytest
from django.test import RequestFactory

from config.audit.requests import client_address
from config.request_names import request_name


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),  # nobody in front: the header is anybody's word
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),  # the client wrote the first
        (2, "198.51.100.7, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),  # it did not come through both
        (1, "", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, header, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": header}, REMOTE_ADDR="192.0.2.1"
    )

    assert client_address(request) == address


def test_a_request_has_one_name_made_here():
    request = RequestFactory().get("/", headers={"X-Request-Id": "chosen-by-the-client"})

    assert request_name(request) == request_name(request) != "chosen-by-the-client"
