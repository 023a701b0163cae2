"""The fact tables as one book: a fixed number of queries, local rates only for codes asked for."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from tax.calc.fact_book import FactBook
from tax.calc.types import Rate, TaxableShare, Territory
from tax.models import Taxability, TaxRate, TaxTerritory

PPM_IN_A_PERCENT = 10_000


def ppm(percent: Decimal) -> int:
    """A percentage with up to four decimals as parts per million."""
    return int(percent * PPM_IN_A_PERCENT)


def percent(ppm_value: int) -> Decimal:
    return Decimal(ppm_value) / PPM_IN_A_PERCENT


def load_fact_book(*, postal_codes: Collection[str] = ()) -> FactBook:
    """Three queries. Local rates are read for these postal codes alone."""
    rates = defaultdict(list)
    for row in TaxRate.objects.filter(postal_code__in=["", *postal_codes]):
        rates[row.jurisdiction, row.postal_code].append(
            Rate(
                tax=row.tax,
                rate_ppm=ppm(row.percent),
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                source=row.source,
                buyer_kind=row.buyer_kind,
            )
        )
    taxability = defaultdict(list)
    for one in Taxability.objects.all():
        taxability[one.jurisdiction].append(
            TaxableShare(
                answer=one.answer,
                share_ppm=ppm(one.share_percent),
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                source=one.source,
                buyer_kind=one.buyer_kind,
                has_local_rates=one.has_local_rates,
            )
        )
    territories = defaultdict(list)
    for place in TaxTerritory.objects.order_by("country", "-postal_from"):
        territories[place.country].append(
            Territory(
                postal_from=place.postal_from,
                postal_to=place.postal_to,
                jurisdiction=place.jurisdiction,
                name=place.name,
                in_eu_vat_area=place.in_eu_vat_area,
            )
        )
    return FactBook(rates=rates, taxability=taxability, territories=territories)
