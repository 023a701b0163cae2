"""Integrators register, test, look at and replay webhooks of their own key, and of no other."""

import pytest
from django.test import Client

from accounts.operations.issue_api_key import issue_api_key
from billing.models import WebhookDelivery, WebhookSecret
from billing.tasks import tell_products
from tests.billing.webhooks.receiver import receiving, reply

URL = "/api/v1/webhook-endpoints"


class Product:
    """A client with a key of its own."""

    def __init__(self, name: str) -> None:
        _client, key = issue_api_key(name=name, scopes=["webhooks:write"])
        self.http = Client(headers={"Authorization": f"Bearer {key}"})

    def post(self, path: str = "", **body: object):
        return self.http.post(URL + path, body, content_type="application/json")

    def get(self, path: str = "", **params: object):
        return self.http.get(URL + path, params)


@pytest.fixture
def product(world) -> Product:
    return Product("hooked")


def test_an_endpoint_is_registered_shown_and_removed(product):
    answer = product.post(
        url="https://hooks.example.com/in", kinds=["seat_changed"], description="Seats"
    )
    made = answer.json()
    one = f"/{made['id']}"
    shown = product.get().json()["endpoints"]
    rotated = product.post(f"{one}/secrets").json()
    removed = product.http.delete(URL + one)

    assert answer.status_code == 201
    assert made["secret"].startswith("whsec_")
    assert (made["kinds"], made["is_on"]) == (["seat_changed"], True)
    assert shown == [{name: value for name, value in made.items() if name != "secret"}]
    assert rotated["secret"] not in ("", made["secret"])
    assert not WebhookSecret.objects.filter(sealed__contains=made["secret"][6:]).exists()
    assert (removed.status_code, product.get(one).status_code) == (204, 404)
    assert product.http.delete(URL + one).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "url", "webhook_url_refused"),
        ({"url": "https://169.254.169.254/latest"}, "url", "webhook_url_refused"),
        ({"url": "https://hooks.example.com", "kinds": ["moon"]}, "kinds.0", "invalid_choice"),
        ({}, "url", "required"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused(product, body, field, code):
    answer = product.post(**body)

    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]


def test_the_same_address_is_registered_once(product):
    product.post(url="https://hooks.example.com/in")

    again = product.post(url="https://hooks.example.com/in")

    assert (again.status_code, again.json()["code"]) == (409, "webhook_endpoint_exists")


def test_a_test_arrives_and_the_log_tells_of_it(product, settings):
    settings.WEBHOOK_PRIVATE_TARGETS = True
    with receiving(lambda request: reply(request, 500, b"broken")) as receiver:
        one = f"/{product.post(url=receiver.url).json()['id']}"
        asked = product.post(f"{one}/tests")
        tell_products()
        receiver.answer = lambda request: reply(request, 204)
        replayed = product.post(f"{one}/replays", deliveries=[asked.json()["id"]])
        tell_products()
        since = product.post(f"{one}/replays", since="2026-01-01T00:00:00Z", only_undelivered=True)
        log = product.get(f"{one}/deliveries").json()

    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert (replayed.json(), since.json()) == ({"waiting": 1}, {"waiting": 0})
    assert receiver.ids == [asked.json()["webhook_id"]] * 2
    (delivery,) = log["deliveries"]
    assert (delivery["state"], delivery["customer"], log["next_cursor"]) == (
        "delivered",
        None,
        None,
    )
    assert [(a["number"], a["status"], a["answer_start"]) for a in delivery["attempts"]] == [
        (2, 204, ""),
        (1, 500, "broken"),
    ]


def test_the_log_comes_page_by_page(product, django_assert_num_queries):
    one = f"/{product.post(url='https://hooks.example.com/').json()['id']}"
    ids = [product.post(f"{one}/tests").json()["id"] for _ in range(3)]

    first = product.get(f"{one}/deliveries", limit=2).json()
    rest = product.get(f"{one}/deliveries", limit=2, cursor=first["next_cursor"]).json()
    parked = product.get(f"{one}/deliveries", state="parked").json()

    assert [one["id"] for one in first["deliveries"]] == [ids[2], ids[1]]
    assert [one["id"] for one in rest["deliveries"]] == [ids[0]]
    assert (rest["next_cursor"], parked["deliveries"]) == (None, [])
    for limit in (1, 3):
        with django_assert_num_queries(4):
            product.get(f"{one}/deliveries", limit=limit)


def test_what_to_replay_must_be_said(product):
    one = f"/{product.post(url='https://hooks.example.com/').json()['id']}"

    for body in ({}, {"since": "2026-01-01T00:00:00Z", "deliveries": [one[1:]]}):
        assert product.post(f"{one}/replays", **body).status_code == 400


def test_endpoints_of_another_key_do_not_exist(product):
    one = f"/{Product('other').post(url='https://hooks.example.com/').json()['id']}"

    answers = [
        product.get(one),
        product.get(f"{one}/deliveries"),
        product.http.delete(URL + one),
        product.post(f"{one}/secrets"),
        product.post(f"{one}/tests"),
        product.post(f"{one}/replays", since="2026-01-01T00:00:00Z"),
    ]

    assert [one.status_code for one in answers] == [404] * 6
    assert product.get().json() == {"endpoints": []}
    assert WebhookDelivery.objects.count() == 0


def test_a_key_needs_the_scope(world):
    client = Client(headers={"Authorization": f"Bearer {world.key}"})

    assert client.get(URL).status_code == 403
