"""Account numbers to begin with. Proposals after DATEV's charts; each seller changes its own."""

from collections.abc import Mapping
from typing import Literal

from billing.calc.books.types import Role

ChartName = Literal["SKR03", "SKR04", "generic"]

ROLES: tuple[Role, ...] = (
    "receivable", "cash_bank", "gateway_clearing", "deferred_revenue", "tax_payable",
    "customer_credit", "refunds_payable", "revenue", "fees", "bad_debt",
)  # fmt: skip
CHARTS: Mapping[ChartName, tuple[str, ...]] = {
    "SKR03": ("1410", "1200", "1360", "0990", "1770", "1701", "1702", "8200", "4970", "2400"),
    "SKR04": ("1210", "1800", "1460", "3900", "3800", "3501", "3502", "4200", "6855", "6930"),
    "generic": ("1100", "1000", "1050", "2100", "2200", "2300", "2310", "4000", "6100", "6200"),
}
TIME_ZONES: Mapping[str, str] = {
    "DE": "Europe/Berlin", "AT": "Europe/Vienna", "CH": "Europe/Zurich", "IE": "Europe/Dublin",
    "GB": "Europe/London", "FR": "Europe/Paris", "NL": "Europe/Amsterdam", "ES": "Europe/Madrid",
    "SE": "Europe/Stockholm", "NO": "Europe/Oslo", "IT": "Europe/Rome", "US": "America/New_York",
    "CA": "America/Toronto", "AU": "Australia/Sydney", "JP": "Asia/Tokyo",
}  # fmt: skip


def chart_of(country: str) -> ChartName:
    """German sellers begin with SKR03, all others with a generic chart."""
    return "SKR03" if country == "DE" else "generic"


def numbers(chart: ChartName) -> dict[Role, str]:
    """The account number of each role."""
    return dict(zip(ROLES, CHARTS[chart], strict=True))


def zone_of(country: str) -> str:
    """The zone a seller's days are in, by its country; UTC where we do not know better."""
    return TIME_ZONES.get(country, "UTC")
