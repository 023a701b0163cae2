"""Every judge can fail: each is shown a database broken in the way it looks for, past all constraints."""

from pathlib import Path

import pytest
from django.db import connection

from billing.models import Invoice
from billing.operations.push_flow import push_flow
from billing.operations.record_payment import record_payment
from billing.pipeline import STAGES
from kernel.money import Money
from tests.chaos.company import Promise
from tests.chaos.judges import Scene
from tests.seatworld import START, SeatWorld, day

AT = day(2, 20)


def scene_of(world: SeatWorld, **known) -> Scene:
    """February's scene: what the world was told is the promise."""
    promise = Promise(
        customer="acme",
        subscription="acme-team",
        starts_on=START.date(),
        seats={"member": 25, "viewer": 0},
        events={"acme-team-start", "e1"},
    )
    return Scene(promises=[promise], at=AT, files=Path(known.pop("files", ".")), **known)


@pytest.fixture
def told(world, settings, tmp_path) -> SeatWorld:
    """Two invoices on paper, one of them paid by transfer."""
    settings.MEDIA_ROOT = tmp_path
    world.send("e1", day(1, 20))
    for at in (START, AT):
        push_flow(stages=STAGES, at=at)
    invoice = Invoice.objects.order_by("number").first()
    record_payment(
        customer=world.customer, billing_entity=world.entity, method="bank_transfer",
        money=Money(invoice.total_minor + 500, "USD"), paid_on=AT.date(), at=AT,
        invoices=[invoice.pk],
    )  # fmt: skip
    return world


def break_it(*statements: str) -> None:
    """As no product code could: without triggers, foreign keys and the constraints in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")
