"""Put the demo's catalog and staff in place."""

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import Group, User

from accounts.enums import ApiScope, StaffRole
from accounts.operations.issue_api_key import issue_api_key
from billing.models import Plan, Product
from billing.operations.add_plan import NewSeatType, add_plan
from billing.operations.publish_policy import publish_policy
from billing.operations.publish_price import publish_price
from desk.demo.catalog import CATALOG_FROM, ENTITIES, PLANS, PRODUCTS, DemoPlan, DemoSeat
from tax.models import BillingEntity

PUBLISHED_AT = datetime(2025, 1, 1, tzinfo=UTC)
STAFF = (
    ("alma", "Alma Reyes", StaffRole.ADMINISTRATOR),
    ("ben", "Ben Okoye", StaffRole.ANALYST),
    ("carla", "Carla Winter", StaffRole.APPROVER),
    ("sam", "Sam Lindgren", StaffRole.SUPPORT),
)
NEW_PRICES_FROM = date(2026, 4, 1)
NEW_PRICES_AT = datetime(2026, 2, 16, 10, 0, tzinfo=UTC)
NEW_PRICES = {"board-team": {"EUR": 850, "USD": 925, "GBP": 750, "JPY": 1300}}


def publish_catalog() -> None:
    """Billing entities, products, plans, prices and policies, as of the catalog's first day."""
    for entity in ENTITIES:
        BillingEntity.objects.create(**entity)
    products = {
        code: Product.objects.create(code=code, name=name) for code, name in PRODUCTS.items()
    }
    for demo in PLANS:
        plan = add_plan(
            product=products[demo.product],
            code=demo.code,
            name=demo.name,
            seat_types=[
                NewSeatType(seat.code, seat.name, seat.role, seat.features) for seat in demo.seats
            ],
        )
        unit, count = demo.interval
        publish_policy(
            plan=plan, interval_unit=unit, interval_count=count, settings=demo.policy,
            effective_from=CATALOG_FROM, at=PUBLISHED_AT, note=demo.note,
        )  # fmt: skip
        for seat in demo.seats:
            publish_seat(plan, demo, seat, seat.prices, CATALOG_FROM, PUBLISHED_AT)


def publish_new_prices() -> None:
    """Six weeks' notice of new prices; what was rated before stays as it was."""
    for demo in PLANS:
        if prices := NEW_PRICES.get(demo.code):
            plan = Plan.objects.get(code=demo.code)
            publish_seat(plan, demo, demo.seats[0], prices, NEW_PRICES_FROM, NEW_PRICES_AT)


def publish_seat(
    plan: Plan,
    demo: DemoPlan,
    seat: DemoSeat,
    prices: Mapping[str, Any],
    effective_from: date,
    at: datetime,
) -> None:
    unit, count = demo.interval
    seat_type = plan.seat_types.get(code=seat.code)
    for currency, price in prices.items():
        tiers = price if isinstance(price, tuple) else ((None, price),)
        publish_price(
            seat_type=seat_type, currency=currency, interval_unit=unit, interval_count=count,
            mode=seat.mode, tiers=[{"up_to": up_to, "price_minor": minor} for up_to, minor in tiers],
            ratio_of=seat.ratio_of, ratio_each=seat.ratio_each, billable=seat.billable,
            effective_from=effective_from, at=at,
        )  # fmt: skip


def hire_staff() -> str:
    """
    One person for each role, with passwords and second factors made now; returns what to print.

    Their phones do not exist, so the page that asks for a code shows it to them.
    """
    lines = ["Sign in at /sign-in/ as:"]
    for username, name, role in STAFF:
        password = secrets.token_urlsafe(9)
        first, last = name.split()
        user = User.objects.create_user(
            username, f"{username}@lumenreach.example", password,
            first_name=first, last_name=last, is_staff=True,
        )  # fmt: skip
        user.groups.add(Group.objects.get(name=role))
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
        lines.append(f"  {username:<6} {password}   ({role.label.lower()})")
    show_codes_to([username for username, _, _ in STAFF])
    lines.append("  The second factor asks for a code; in this demo its page shows the code.")
    return "\n".join(lines)


def show_codes_to(usernames: list[str]) -> None:
    """Leave the file that makes the sign-in page show codes; production refuses such a folder."""
    if settings.DEMO_CODES is not None:
        settings.DEMO_CODES.parent.mkdir(parents=True, exist_ok=True)
        settings.DEMO_CODES.write_text("\n".join(usernames))


def issue_demo_key() -> str:
    """An API key with every scope, in clear."""
    _, key = issue_api_key(name="Lumenreach product", scopes=ApiScope.values)
    return key
