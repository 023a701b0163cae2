"""A key's requests are counted over all processes; without Redis each process counts by itself."""

import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import uuid4

import pytest
import redis
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import ApiClient
from accounts.operations.issue_api_key import issue_api_key
from billing.api.rate_limit import (
    MOST_AT_ONCE,
    WINDOW_SECONDS,
    Meter,
    count_request,
    rate_headers,
    take_from_redis,
    taking,
)

INVOICES = reverse("api:invoices")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@override_settings(API_REQUESTS_PER_MINUTE=2)
def test_a_key_that_asks_too_often_is_told_when_to_come_back(db):
    _, key = issue_api_key(name="eager", scopes=["billing:read"])

    answers = [Client().get(INVOICES, headers=bearer(key)) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "throttled"
    assert 0 < int(answers[2]["Retry-After"]) <= WINDOW_SECONDS
    assert [one["RateLimit-Policy"] for one in answers] == ['"key";q=2;w=60'] * 3
    assert [one["RateLimit"].partition(";t=")[0] for one in answers] == [
        '"key";r=1', '"key";r=0', '"key";r=0',
    ]  # fmt: skip


@override_settings(API_REQUESTS_PER_MINUTE=1)
def test_a_key_may_have_a_limit_of_its_own_or_none(db):
    for name, limit in (("three", 3), ("endless", 0)):
        client, key = issue_api_key(name=name, scopes=["billing:read"])
        ApiClient.objects.filter(pk=client.pk).update(requests_per_minute=limit)
        answers = [Client().get(INVOICES, headers=bearer(key)) for _ in range(4)]

        assert [one.status_code for one in answers] == [200, 200, 200, 200 if not limit else 429]
        assert ("RateLimit" in answers[0].headers) is bool(limit)


def test_all_processes_together_let_in_as_many_as_the_limit_says():
    processes = [Meter(take_from_redis) for _ in range(4)]
    key, limit = uuid4().hex, 40

    with ThreadPoolExecutor(8) as threads:
        states = list(
            threads.map(lambda number: processes[number % 4].count(key, limit), range(80))
        )

    assert sum(state.is_allowed for state in states) == limit


def test_a_process_takes_many_permits_at_once_while_there_are_plenty():
    asked = count()

    def take(key: str, limit: int) -> tuple[int, int, float]:
        next(asked)
        return take_from_redis(key, limit)

    meter, key = Meter(take), uuid4().hex
    for _ in range(500):
        meter.count(key, 60_000)

    assert next(asked) == 500 / MOST_AT_ONCE


def test_each_key_has_a_minute_of_its_own_and_a_new_one_after_it():
    now = 0.0
    meter = Meter(lambda key, limit: (limit, 0, 60.0), clock=lambda: now)

    assert [meter.count(key, 1).is_allowed for key in "aab"] == [True, False, True]
    now = 60.0
    assert meter.count("a", 1).is_allowed


def test_without_redis_the_process_counts_by_itself_and_says_so(caplog):
    def away(key: str, limit: int) -> tuple[int, int, float]:
        raise redis.ConnectionError("refused")

    meter = Meter(away)
    with caplog.at_level(logging.WARNING):
        allowed = [meter.count("a", 2).is_allowed for _ in range(3)]

    assert allowed == [True, True, False]
    assert [record.message for record in caplog.records] == [
        "Redis is away; this process counts requests by itself: refused"
    ]


def test_a_redis_that_cannot_be_reached_never_makes_the_api_fail(db, settings):

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    taking.cache_clear()
    _, key = issue_api_key(name="steady", scopes=["billing:read"])
    try:
        answer = Client().get(INVOICES, headers=bearer(key))
    finally:
        taking.cache_clear()

    assert answer.status_code == 200
    assert answer["RateLimit"].startswith('"key";r=')


@pytest.mark.parametrize(("limit", "named"), [(0, {}), (5, {"RateLimit-Policy", "RateLimit"})])
def test_headers_are_there_where_a_limit_is(limit, named):
    assert set(rate_headers(count_request(uuid4(), limit))) == set(named)
