"""The world of a scenario before its clock starts: seller, customer and catalog, by the operations."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from accounts.models import Customer
from accounts.operations.register_customer import register_customer
from billing.calc.scenario.story import PlanStory, RegistrationStory, SellerStory, Story
from billing.models import Plan, Product
from billing.operations.add_plan import NewSeatType, add_plan
from billing.operations.publish_policy import publish_policy
from billing.operations.publish_price import publish_price
from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.types import Place
from tax.enums import FilingFrequency, MissingLocalRate, TaxDue, TaxEngine
from tax.models import BillingEntity, MarketChecklist, TaxRegistration
from tax.operations.assign_seller import assign_seller
from tax.operations.record_evidence import declare_place, record_evidence, record_gst_statement
from tax.operations.record_tax_id_answer import record_tax_id_answer
from tax.records.fact_rows import load_fact_book

SINCE = date(2000, 1, 1)
TAX_IS_DUE = frozenset(
    {"GB", "CH", "NO", "AU", "CA"}
)  # and the EU: the others have no rule of ours


def set_up_customer(story: Story, *, key: str, at: datetime) -> Customer:
    """The customer, invoiced by the story's seller; without one no tax is determined."""
    customer = register_customer(
        external_id=key, legal_name=f"Scenario {story.id}"[:200], country=story.customer.country,
        region=story.customer.region, postal_code=story.customer.postal_code,
        tax_number=story.customer.tax_number, is_business=story.customer.is_business,
        currency=story.currency, time_zone=story.timezone, at=at,
    )  # fmt: skip
    assign_seller(customer=customer, billing_entity=set_up_seller(story, at=at))
    if story.seller:
        set_up_evidence(customer, story, at=at)
    return customer


def set_up_seller(story: Story, *, at: datetime) -> BillingEntity:
    """A file cannot tell local US rates or exchange rates, so its seller goes without them."""
    said = story.seller or SellerStory(country="DE")
    entity, _ = BillingEntity.objects.update_or_create(
        code="SCENARIO",
        defaults={
            "legal_name": "Scenario seller", "address_line1": "–", "city": "–",
            "country": said.country, "region": said.region, "vat_id": said.vat_id,
            "currency": story.currency, "languages": ["en"],
            "tax_engine": TaxEngine.BUILTIN if story.seller else TaxEngine.NONE,
            "missing_local_rate": MissingLocalRate.STATE_ONLY,
            "shows_tax_in_local_currency": False,
        },
    )  # fmt: skip
    TaxRegistration.objects.bulk_create(
        [registration_of(one, entity, said) for one in said.registrations]
    )
    if story.seller:
        sign_markets(entity, story, at=at)
    return entity


def registration_of(
    said: RegistrationStory, entity: BillingEntity, seller: SellerStory
) -> TaxRegistration:
    own = seller.vat_id if said.jurisdiction == seller.country else ""
    return TaxRegistration(
        billing_entity=entity,
        jurisdiction=said.jurisdiction,
        scheme=said.scheme,
        number=said.number or own or f"{said.jurisdiction} registered",
        valid_from=said.valid_from or SINCE,
        valid_to=said.valid_to,
        currency=entity.currency,
        filing_frequency=FilingFrequency.QUARTERLY,
    )


def sign_markets(entity: BillingEntity, story: Story, *, at: datetime) -> None:
    """Every market of the story counts as signed; tax is due where this product knows the rules."""
    book = load_fact_book()
    place = Place(story.customer.country, story.customer.region, story.customer.postal_code)
    country = book.jurisdiction_of(place).country
    is_due = country in TAX_IS_DUE | EU_VAT_AREA
    MarketChecklist.objects.update_or_create(
        billing_entity=entity,
        market=country,
        defaults={
            "billed_where": "scenario", "tax_due": TaxDue.DUE if is_due else TaxDue.NOT_DUE,
            "tax_due_reason": "scenario", "rate_checked": True, "text_checked": True,
            "signed_off_at": at,
        },
    )  # fmt: skip


def set_up_evidence(customer: Customer, story: Story, *, at: datetime) -> None:
    """Address and declared place agree; the register has said what the story says it has."""
    said = story.customer
    record_evidence(customers=[customer], source="scenario", at=at)
    declare_place(
        customer=customer, country=said.country, region=said.region,
        postal_code=said.postal_code, source="scenario", at=at,
    )  # fmt: skip
    if said.tax_number and said.tax_number_state != "pending":
        is_valid = said.tax_number_state == "valid"
        record_tax_id_answer(
            customer=customer, number=said.tax_number, is_valid=is_valid, by=None,
            consultation_number="scenario", at=at,
        )  # fmt: skip
        if is_valid and said.country == "AU":
            record_gst_statement(customer=customer, source="scenario", at=at)


def set_up_catalog(story: Story, *, key: str, at: datetime) -> Plan:
    """All plans of the story, on sale since its start; the one that is bought comes back."""
    product = Product.objects.create(code=key[:50], name=f"Scenario {story.id}"[:100])
    plans = [set_up_plan(one, story, product=product, key=key, at=at) for one in story.plans]
    return plans[0]


def set_up_plan(said: PlanStory, story: Story, *, product: Product, key: str, at: datetime) -> Plan:
    plan = add_plan(
        product=product,
        code=plan_code(said.code, key),
        name=said.code,
        seat_types=[
            NewSeatType(
                code=one.code, name=one.code.replace("_", " ").capitalize(), seat_limit=one.limit
            )
            for one in said.seat_types
        ],
    )
    since = min(story.subscription.starts_on, at.date())
    unit, count = said.interval.unit, said.interval.count
    publish_policy(
        plan=plan,
        settings=story.policy,
        effective_from=since,
        at=at,
        interval_unit=unit,
        interval_count=count,
    )
    prices = {one.code: one.price for one in said.seat_types}
    for seat_type in plan.seat_types.all():
        price = prices[seat_type.code]
        publish_price(
            seat_type=seat_type, currency=story.currency, mode=price.mode,
            tiers=[{"up_to": t.up_to, "price_minor": t.price_minor} for t in price.tiers],
            included=price.included, ratio_of=price.ratio_of or "", ratio_each=price.ratio_each,
            billable=price.billable, effective_from=since, at=at,
            interval_unit=unit, interval_count=count,
        )  # fmt: skip
    return plan


def plan_code(code: str, key: str) -> str:
    return f"{key}-{code}"


def midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
