"""The demo's tax: where its sellers are registered, which markets are signed, who has which number."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.models import User

from tax.enums import FilingFrequency, TaxDue, TaxScheme
from tax.models import BillingEntity, ExchangeRate, MarketChecklist, TaxRate, TaxRegistration
from tax.records.tax_id_form import TaxIdMalformed, check_form

SINCE = date(2024, 1, 1)
SIGNED_AT = datetime(2025, 8, 18, 9, 30, tzinfo=UTC)
UNSIGNED = ("LRIE", "NO")  # a market somebody sold into too early: its drafts are held
QUARTERLY, MONTHLY = FilingFrequency.QUARTERLY, FilingFrequency.MONTHLY
Filing = tuple[str, int, int, int]  # frequency, months after, day, days after

REGISTRATIONS: Sequence[tuple[str, str, str, str, str, Filing]] = (
    ("LRIE", "IE", TaxScheme.LOCAL, "IE4519987H", "EUR", (FilingFrequency.TWO_MONTHLY, 1, 19, 0)),
    ("LRIE", "EU", TaxScheme.OSS_UNION, "IE4519987H", "EUR", (QUARTERLY, 1, 0, 0)),
    ("LRUK", "GB", TaxScheme.LOCAL, "GB412903677", "GBP", (QUARTERLY, 2, 7, 0)),
    ("LRUS", "US-TX", TaxScheme.LOCAL, "3-20814-5521-7", "USD", (MONTHLY, 1, 20, 0)),
    ("LRUS", "US-MA", TaxScheme.LOCAL, "MA-11840277", "USD", (MONTHLY, 1, 20, 0)),
    ("LRUS", "US-OH", TaxScheme.LOCAL, "99-482213", "USD", (MONTHLY, 1, 23, 0)),
    ("LRUS", "CA", TaxScheme.SIMPLIFIED, "9912 44120 RT9999", "CAD", (QUARTERLY, 1, 0, 0)),
)
MARKETS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "LRIE": {
        **dict.fromkeys(
            ["IE", "DE", "FR", "NL", "ES", "SE"],
            (TaxDue.DUE, "Irish registration for Ireland and businesses, One Stop Shop for others"),
        ),
        "CH": (TaxDue.BUSINESSES_ONLY, "Businesses pay acquisition tax; others are held"),
        "NO": (TaxDue.DUE, "VOEC registration under way"),
    },
    "LRUK": {"GB": (TaxDue.DUE, "Domestic")},
    "LRUS": {
        "US": (TaxDue.DUE, "Registered in every state with customers"),
        "CA": (TaxDue.DUE, "Simplified scheme"),
        "AU": (TaxDue.BUSINESSES_ONLY, "Only businesses with ABN and statement"),
        "JP": (TaxDue.NOT_DUE, "Business customers account for consumption tax"),
    },
}
LOCAL_RATES = (("US-TX", "78664", 2), ("US-OH", "43017", Decimal("1.75")))
EUROS: Mapping[str, str] = {
    "USD": "1.08", "GBP": "0.85", "CHF": "0.95", "SEK": "11.3", "NOK": "11.7", "CAD": "1.49",
    "AUD": "1.64", "JPY": "168", "DKK": "7.46", "PLN": "4.28",
}  # fmt: skip
SHAPES: Mapping[str, tuple[str, int, str]] = {  # prefix, digits, suffix
    "AU": ("", 11, ""), "CA": ("", 9, "RT0001"), "CH": ("CHE", 9, "MWST"), "DE": ("DE", 9, ""),
    "ES": ("ESB", 8, ""), "FR": ("FR", 11, ""), "GB": ("GB", 9, ""), "IE": ("IE", 7, ""),
    "NL": ("NL", 9, "B01"), "SE": ("SE", 10, "01"), "NO": ("", 9, ""),
}  # fmt: skip
IRISH_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"


def register_sellers() -> None:
    """Registrations, local rates and a year and a half of exchange rates, marked as the demo's."""
    entities = {one.code: one for one in BillingEntity.objects.all()}
    owner = User.objects.get(username="ben")
    for code, jurisdiction, scheme, number, currency, filing in REGISTRATIONS:
        frequency, months, day, days = filing
        TaxRegistration.objects.create(
            billing_entity=entities[code], jurisdiction=jurisdiction, scheme=scheme, number=number,
            valid_from=SINCE, currency=currency, filing_frequency=frequency,
            due_months_after=months, due_day=day, due_days_after=days, owner=owner,
        )  # fmt: skip
    TaxRate.objects.bulk_create(
        TaxRate(
            jurisdiction=state, tax="Local sales tax", postal_code=zip_code, percent=percent,
            valid_from=SINCE, source="demo data", grade="C",
        )
        for state, zip_code, percent in LOCAL_RATES
    )  # fmt: skip
    sign_markets(entities)


def sign_markets(entities: Mapping[str, BillingEntity]) -> None:
    """All but one are signed by the approver before the first sale."""
    approver = User.objects.get(username="carla")
    for code, markets in MARKETS.items():
        for market, (tax_due, reason) in markets.items():
            is_signed = (code, market) != UNSIGNED
            MarketChecklist.objects.create(
                billing_entity=entities[code], market=market, tax_due=tax_due,
                tax_due_reason=reason, rate_checked=is_signed, text_checked=is_signed,
                billed_where="Online, by invoice and transfer",
                signed_off_by=approver if is_signed else None,
                signed_off_at=SIGNED_AT if is_signed else None,
            )  # fmt: skip


def publish_exchange_rates(random: Random, *, first: date, last: date) -> None:
    """A walk around a plausible rate, a value each day."""
    rates = {currency: Decimal(euro) for currency, euro in EUROS.items()}
    rows = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        at = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
        for currency, rate in rates.items():
            step = Decimal(random.randrange(-30, 31)) / 10_000
            rates[currency] = (rate * (1 + step)).quantize(Decimal("0.0001"))
            rows.append(
                ExchangeRate(
                    day=day,
                    quote=currency,
                    rate=rates[currency],
                    source="demo data",
                    recorded_at=at,
                )
            )
    ExchangeRate.objects.bulk_create(rows)


def tax_number(random: Random, country: str) -> str:
    """A made-up number whose check digits are right; empty where this demo knows no form."""
    if country not in SHAPES:
        return ""
    prefix, digits, suffix = SHAPES[country]
    while True:
        number = "".join(random.choice("0123456789") for _ in range(digits))
        letter = random.choice(IRISH_LETTERS) if country == "IE" else ""
        try:
            return check_form(country=country, number=f"{prefix}{number}{letter}{suffix}")
        except TaxIdMalformed:
            continue
