"""From events to paper: what happened in the product is what the customer reads."""

from datetime import UTC, date, datetime

import pytest

from accounts.operations.register_customer import register_customer
from billing.documents.archive import open_document
from billing.models import InvoiceDocument, Product
from billing.operations.add_plan import NewSeatType, add_plan
from billing.operations.publish_policy import publish_policy
from billing.operations.publish_price import publish_price
from billing.operations.push_flow import push_flow
from billing.operations.receive_events import receive_events
from billing.operations.start_subscription import start_subscription
from billing.pipeline import STAGES
from billing.records.incoming import IncomingEvent
from tax.models import BillingEntity
from tax.operations.assign_seller import assign_seller
from tests.billing.documents.reading import text_of
from tests.billing.documents.samples import SELLER

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 31, 23, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def team():
    product = Product.objects.create(code="works", name="Works")
    plan = add_plan(
        product=product, code="team", name="Team", seat_types=[NewSeatType("member", "Mitglied")]
    )
    publish_price(
        seat_type=plan.seat_types.get(),
        currency="EUR",
        interval_unit="month",
        interval_count=1,
        mode="per_unit",
        tiers=[{"up_to": None, "price_minor": 12_00}],
        effective_from=date(2025, 1, 1),
        at=START,
    )
    publish_policy(
        plan=plan,
        interval_unit="month",
        interval_count=1,
        settings={},
        effective_from=date(2025, 1, 1),
        at=START,
    )
    return plan


def test_a_seat_added_in_february_is_on_the_next_invoice_with_its_formula(team, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    customer = register_customer(
        external_id="cus-20331",
        legal_name="Brückner Maschinenbau GmbH & Co. KG",
        address_line1="Industriestraße 7",
        postal_code="70565",
        city="Stuttgart",
        country="DE",
        currency="EUR",
        language="de",
        time_zone="Europe/Berlin",
        billing_owner_name="Jürgen Weiß",
        billing_owner_email="jw@brueckner.example",
        at=START,
    )
    known = {key: value for key, value in SELLER.items() if hasattr(BillingEntity, key)}
    assign_seller(
        customer=customer,
        billing_entity=BillingEntity.objects.create(currency="EUR", tax_engine="none", **known),
    )
    start_subscription(
        customer=customer,
        plan=team,
        external_id="sub-1",
        currency="EUR",
        interval_unit="month",
        interval_count=1,
        starts_on=date(2026, 2, 1),
        seats={"member": 24},
        source="crm",
        source_event_id="start",
        at=START,
    )
    (answer,) = receive_events(
        events=[
            IncomingEvent(
                source="product",
                source_event_id="join-1",
                kind="seat_added",
                subscription="sub-1",
                seat_type="member",
                quantity=4,
                effective_at=datetime(2026, 2, 5, 9, tzinfo=UTC),
            )
        ],
        client=None,
        at=datetime(2026, 2, 5, 9, tzinfo=UTC),
    )

    push_flow(stages=STAGES, at=NEXT_MONTH)

    assert answer.code == ""
    documents = InvoiceDocument.objects.order_by("invoice__number")
    text = " ".join(text_of(open_document(document)) for document in documents)
    for words in (
        "Rechnung", "NWD-000001", "Brückner Maschinenbau GmbH & Co. KG", "Jürgen Weiß",
        "4 Plätze × 12,00 × 24/28 Tage", "41,14", "Keine Steuer berechnet",
        "So werden Ihre Plätze berechnet", "Team (Version 1)",
    ):  # fmt: skip
        assert words in text
