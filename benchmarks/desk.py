"""`python -m benchmarks.desk`: server time and queries of every staff page with 100,000 customers."""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

os.environ["VAR_DIR"] = os.environ.get("BENCH_DIR") or tempfile.mkdtemp(prefix="seatledger-desk-")
os.environ["STAFF_SECOND_FACTOR"] = "optional"  # a signed-in session is made, not lived through

import django

from config.embedded import ensure_services, stop_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ensure_services()
django.setup()

from django.contrib import admin  # noqa: E402 - Django must be set up first
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from accounts.models import Customer, ExceptionRequest, Grantee  # noqa: E402
from benchmarks.desk_company import fill  # noqa: E402
from billing.models import (  # noqa: E402
    EntitlementEvent,
    Invoice,
    InvoiceLine,
    InvoiceRun,
    Payment,
    Plan,
)
from config.celery import app as celery_app  # noqa: E402
from desk.urls import urlpatterns  # noqa: E402
from dunning.models import Campaign, DunningCase  # noqa: E402
from tax.models import BillingEntity, MarketChecklist, TaxRegistration  # noqa: E402

assert celery_app.main  # home reads its calendar
TARGET_MS = 200
TIMES = 3
FILES = (".csv", ".pdf", ".xml", ".zip", ".json")
PARTS = {
    "home, its money": ("/desk/", "home-money"),
    "suggestions": ("/desk/search/?q=aurora 1", "dk-suggestions"),
}
SEARCHES = (
    "Aurora 777",
    "aurora",
    "granite gmbh",
    "bench-good-5000",
    "IE1005000F",
    "user-5000@bench.example",
    "pi_none",
    "joined-bench-good",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One page: the quickest of some requests in milliseconds, and how many queries it takes."""

    name: str
    status: int
    milliseconds: float
    queries: int


def samples() -> dict[str, str]:
    """A row for each name in an address: the first with something on its page."""
    invoice = Invoice.objects.exclude(number="").order_by("-pk").first()
    rows: dict[str, object] = {
        "customer_id": Customer.objects.order_by("pk")[Customer.objects.count() // 2].pk,
        "invoice_id": invoice and invoice.pk,
        "key": invoice and invoice.number,
        "line_id": InvoiceLine.objects.values_list("pk", flat=True).first(),
        "payment_id": Payment.objects.values_list("pk", flat=True).first(),
        "event_id": EntitlementEvent.objects.order_by().values_list("pk", flat=True).first(),
        "case_id": DunningCase.objects.order_by().values_list("pk", flat=True).first(),
        "campaign_id": Campaign.objects.values_list("pk", flat=True).first(),
        "run_id": InvoiceRun.objects.values_list("pk", flat=True).first(),
        "checklist_id": MarketChecklist.objects.values_list("pk", flat=True).first(),
        "registration_id": TaxRegistration.objects.values_list("pk", flat=True).first(),
        "number": ExceptionRequest.objects.values_list("number", flat=True).first(),
        "entity": BillingEntity.objects.values_list("code", flat=True).first(),
        "entity_id": BillingEntity.objects.values_list("pk", flat=True).first(),
        "plan_id": Plan.objects.values_list("pk", flat=True).first(),
    }
    return {name: str(value) for name, value in rows.items() if value}


def addresses() -> Iterator[tuple[str, str]]:
    """Every page of the desk that an address can be made for, and every list of the admin."""
    known = samples()
    for pattern in urlpatterns:
        names = set(pattern.pattern.converters)
        if pattern.name and names <= set(known):
            try:
                address = reverse(f"desk:{pattern.name}", kwargs={one: known[one] for one in names})
            except NoReverseMatch:
                continue
            if not address.endswith(FILES):
                yield pattern.name, address
    yield "packet of an invoice", reverse("desk:packet", args=["invoice", known["key"]])
    yield "month end, a month", f"/desk/close/{known['entity']}/{timezone.now():%Y-%m}/"
    for term in SEARCHES:
        yield f"search “{term}”", f"{reverse('desk:search')}?all=1&q={term}"
    yield "invoices, overdue", f"{reverse('desk:invoices')}?paid=overdue"
    yield "customers, page 200", f"{reverse('desk:customers')}?page=200"
    yield "customers, searched", f"{reverse('desk:customers')}?search=aurora"
    yield (
        "a grantee",
        reverse("admin:accounts_grantee_change", args=[Grantee.objects.order_by("pk")[9].pk]),
    )
    for model in admin.site._registry:
        meta = model._meta
        yield (
            f"list of {meta.verbose_name_plural}",
            reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
        )


def measure(client: Client, name: str, address: str, target: str = "") -> Figure:
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, headers=headers)
    queries = len(asked)
    took = []
    if answer.status_code == 200:
        for _ in range(TIMES):
            began = time.perf_counter()
            client.get(address, headers=headers)
            took.append((time.perf_counter() - began) * 1000)
    return Figure(name, answer.status_code, min(took, default=0.0), queries)


def figures(client: Client) -> Iterator[Figure]:
    for name, address in addresses():
        yield measure(client, name, address)
    for name, (address, target) in PARTS.items():
        yield measure(client, name, address, target)


def signed_in() -> Client:
    person, _ = User.objects.get_or_create(username="bench-alma", is_staff=True)
    person.groups.add(Group.objects.get(name="administrator"))
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(person)
    return client


def report(found: list[Figure], console: Console, *, customers: int) -> None:
    table = Table(
        "page",
        "ms",
        "queries",
        title=f"Staff pages with {customers:,} customers, slowest first",
    )
    pages = sorted((one for one in found if one.status == 200), key=lambda one: -one.milliseconds)
    for one in pages:
        style = "bold red" if one.milliseconds > TARGET_MS else ""
        table.add_row(one.name, f"{one.milliseconds:.0f}", str(one.queries), style=style)
    console.print(table)
    slow = sum(1 for one in pages if one.milliseconds > TARGET_MS)
    console.print(f"{len(pages)} pages, {slow} slower than {TARGET_MS} ms.")
    others = [f"{one.name} ({one.status})" for one in found if one.status not in (200, 302, 405)]
    if others:
        console.print("Not shown: " + ", ".join(others))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--keep", action="store_true", help="leave the database for another look")
    options = parser.parse_args()
    console = Console(width=110)
    call_command("migrate", verbosity=0)
    if not Customer.objects.exists():
        began = time.perf_counter()
        fill(options.customers, now=timezone.now())
        console.print(f"filled in {time.perf_counter() - began:.0f} s")
    report(list(figures(signed_in())), console, customers=Customer.objects.count())
    if not options.keep:
        stop_services()


if __name__ == "__main__":
    main()
