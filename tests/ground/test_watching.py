"""What operators and machines see of the product: health, metrics, log lines, names of requests."""

import json
import logging
import sys

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from accounts.operations.issue_api_key import issue_api_key
from config import health
from config.log_lines import JsonFormatter, LineFormatter, RequestNameFilter
from config.metrics_folder import empty_folder
from config.request_names import current
from tests.seatworld import SeatWorld, day

TOKEN = "a-token-of-this-test"


def test_the_process_says_that_it_lives_without_asking_anybody(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_ready_means_database_and_migrations(db):
    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready", "database": "ok", "migrations": "ok", "redis": "ok",
    }  # fmt: skip


def test_without_redis_we_are_degraded_and_still_ready(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_a_database_behind_the_code_is_not_ready(db):

    health.is_applied.cache_clear()
    MigrationRecorder.Migration.objects.filter(app="desk").delete()
    try:
        answer = Client().get("/readyz")
    finally:
        health.is_applied.cache_clear()

    assert (answer.status_code, answer.json()["migrations"]) == (503, "behind")


def scrape(token: str = TOKEN):
    return Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def test_metrics_need_the_token_and_are_hidden_without_one(db, settings):
    settings.METRICS_TOKEN = ""
    assert scrape("").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert scrape("wrong").status_code == 404
    assert scrape().status_code == 200


def test_metrics_count_requests_by_route_and_what_waits_by_stage(world: SeatWorld, settings):
    settings.METRICS_TOKEN = TOKEN
    world.send("grow", day(1, 20), quantity=2)
    Client().get("/api/v1/invoices/SW-404", headers={"Authorization": f"Bearer {world.key}"})

    said = scrape().content.decode()

    route = 'method="GET",route="/api/v1/invoices/<str:number>",status="404"'
    assert f"seatledger_requests_total{{{route}}}" in said
    assert 'seatledger_stage_waiting{stage="rate"} 1.0' in said
    assert 'seatledger_mail{box="billing.invoicedelivery",state="queued"} 0.0' in said
    assert "seatledger_database_up 1.0" in said
    assert "seatledger_event_last_seconds" in said
    assert "acme" not in said


def test_counts_of_processes_that_are_gone_are_not_added_up(tmp_path):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").write_bytes(b"")

    empty_folder(tmp_path / "metrics")

    assert list((tmp_path / "metrics").iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [("deal-4711-first", True), ("short", False), ("a b c d e f g", False), ("x" * 65, False)],
)
def test_a_machine_may_name_its_request(db, sent, is_kept):
    answer = Client().get("/api/v1/invoices", headers={"X-Request-Id": sent})

    assert (answer["X-Request-Id"] == sent) is is_kept
    assert len(answer["X-Request-Id"]) >= 8


def test_what_a_browser_claims_is_no_name(db):
    answer = Client().get("/healthz", headers={"X-Request-Id": "deal-4711-first"})

    assert len(answer["X-Request-Id"]) == 32


def test_an_unknown_address_of_the_api_is_told_in_json_with_a_name(db):
    answer = Client().get("/api/v1/nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["X-Request-Id"]


def line_of(formatter: logging.Formatter, message: str, *arguments: object, **extra: object) -> str:
    error = None
    if extra.pop("fails", False):
        try:
            raise ValueError("Bearer sl_0123456789abcdef")
        except ValueError:
            error = sys.exc_info()
    record = logging.LogRecord("billing", logging.INFO, "", 1, message, arguments, error)
    record.__dict__ |= extra
    RequestNameFilter().filter(record)
    return formatter.format(record)


def test_a_line_for_machines_is_one_object_masked_with_the_name_of_its_request():
    mark = current.set("deal-4711-first")
    try:
        line = line_of(
            JsonFormatter(),
            "Key %s\nrefused",
            "sl_0123456789abcdef",
            said={"status": 401},
            fails=True,
        )
    finally:
        current.reset(mark)

    said = json.loads(line)
    assert "\n" not in line
    assert said["message"] == "Key sl_…\nrefused"
    assert (said["request_id"], said["status"], said["level"]) == ("deal-4711-first", 401, "INFO")
    assert "ValueError" in said["traceback"]
    assert "0123456789" not in line


def test_a_line_for_people_ends_with_the_name_where_there_is_one():
    formatter = LineFormatter("{message}", style="{")
    assert line_of(formatter, "Started") == "Started"
    mark = current.set("deal-4711-first")
    try:
        assert line_of(formatter, "Refused") == "Refused [deal-4711-first]"
    finally:
        current.reset(mark)


def test_each_request_leaves_a_line_with_its_route_and_no_address(db, caplog):
    client, key = issue_api_key(name="reader", scopes=["billing:read"])
    with caplog.at_level(logging.INFO, logger="seatledger.requests"):
        Client().get("/api/v1/invoices/SECRET-1", headers={"Authorization": f"Bearer {key}"})

    (record,) = caplog.records
    assert record.said["route"] == "/api/v1/invoices/<str:number>"
    assert (record.said["status"], record.said["client"]) == (404, str(client.pk))
    assert "SECRET-1" not in record.getMessage()
