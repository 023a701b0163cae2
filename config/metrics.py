"""What Prometheus may ask: requests as they were answered, and what waits, counted when asked."""

import hmac
import os
from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from config.metrics_depths import Depth, depths
from config.metrics_folder import FOLDER

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = Counter("seatledger_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "seatledger_request_seconds", "Time to the answer", ["method", "route"], buckets=BUCKETS
)
METHODS = frozenset(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Labels are few: routes, not addresses, and no method somebody made up."""
    named = method if method in METHODS else "OTHER"
    REQUESTS.labels(named, route, str(status)).inc()
    SECONDS.labels(named, route).observe(seconds)


class Depths:
    """Gauges read from PostgreSQL at each scrape: true over all processes, and after a crash."""

    def __init__(self, ask: Callable[[datetime], Iterator[Depth]] = depths) -> None:
        self.ask = ask

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("seatledger_database_up", "1: the work lists could be read")
        families: dict[str, GaugeMetricFamily] = {}
        try:
            for depth in self.ask(timezone.now()):
                family = families.setdefault(
                    depth.name,
                    GaugeMetricFamily(depth.name, depth.words, labels=[*dict(depth.labels)]),
                )
                family.add_metric([*dict(depth.labels).values()], depth.value)
            up.add_metric([], 1)
        except DatabaseError:
            up.add_metric([], 0)
        yield up
        yield from families.values()


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whom sends `Authorization: Bearer METRICS_TOKEN`; without a token in the settings, no page."""
    token = settings.METRICS_TOKEN
    sent = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Depths())
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        content = generate_latest(registry)
    else:
        content = generate_latest(REGISTRY) + generate_latest(registry)
    return HttpResponse(content, content_type=CONTENT_TYPE_LATEST)
