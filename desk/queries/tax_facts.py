"""What the law says today and soon, with its sources, as the rates page shows it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel import Locale
from django.db.models import Count, Q

from tax.calc.fact_book import EU_VAT_AREA
from tax.models import ExchangeRate, Taxability, TaxRate, TaxTerritory

SOON = timedelta(days=90)
NAMES = Locale("en").territories
GROUPS = ("European Union", "Canada", "United States", "Elsewhere")


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate in percent for a whole jurisdiction; `local` counts postal codes that add to it."""

    jurisdiction: str
    place: str
    group: str
    tax: str
    buyer_kind: str
    percent: Decimal
    taxed: str
    local: int
    valid_from: date
    valid_to: date | None
    source: str
    grade: str
    grade_words: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A rate that begins or ends soon. Percent None: none follows or none was before."""

    day: date
    jurisdiction: str
    place: str
    tax: str
    before: Decimal | None
    after: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    base: str
    quote: str
    day: date
    rate: Decimal
    source: str


def place_name(jurisdiction: str) -> str:
    """ "Germany", "Texas" is written "United States, TX"."""
    country, _, region = jurisdiction.partition("-")
    name = str(NAMES.get(country, country))
    return f"{name}, {region}" if region else name


def group_of(jurisdiction: str) -> str:
    country = jurisdiction.partition("-")[0]
    if country in EU_VAT_AREA:
        return "European Union"
    return {"CA": "Canada", "US": "United States"}.get(country, "Elsewhere")


def on_day(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def rates_today(day: date, *, place: str = "") -> tuple[tuple[str, tuple[RateRow, ...]], ...]:
    """Rates of whole jurisdictions by group, of places that contain `place`. Four queries."""
    shares = {
        (one.jurisdiction, one.buyer_kind): one for one in Taxability.objects.filter(on_day(day))
    }
    local = Counter(
        dict(
            TaxRate.objects.filter(on_day(day))
            .exclude(postal_code="")
            .order_by()
            .values_list("jurisdiction")
            .annotate(Count("pk"))
        )
    )
    territories = dict(
        TaxTerritory.objects.filter(jurisdiction__contains="-").values_list("jurisdiction", "name")
    )
    rows = [
        rate_row(one, taxed=taxed_words(shares, one), local=local[one.jurisdiction], territories=territories)
        for one in TaxRate.objects.filter(on_day(day), postal_code="")
    ]  # fmt: skip
    wanted = place.strip().casefold()
    rows = [row for row in rows if wanted in f"{row.place} {row.jurisdiction}".casefold()]
    rows.sort(key=lambda row: (row.place, row.tax))
    grouped = ((name, tuple(row for row in rows if row.group == name)) for name in GROUPS)
    return tuple((name, members) for name, members in grouped if members)


def taxed_words(shares: dict[tuple[str, str], Taxability], rate: TaxRate) -> str:
    """Whether seats are taxed there, for each kind of buyer the table tells apart."""
    words = []
    for kind in ("any", "business", "consumer"):
        share = shares.get((rate.jurisdiction, kind))
        if share is None:
            continue
        part = f", {share.share_percent.normalize():f} % of it" if share.share_percent < 100 else ""
        who = "" if kind == "any" else f"{share.get_buyer_kind_display()}: "
        words.append(f"{who}{share.get_answer_display()}{part}")
    return "; ".join(words)


def rate_row(rate: TaxRate, *, taxed: str, local: int, territories: dict[str, str]) -> RateRow:
    return RateRow(
        jurisdiction=rate.jurisdiction,
        place=territories.get(rate.jurisdiction) or place_name(rate.jurisdiction),
        group=group_of(rate.jurisdiction),
        tax=rate.tax,
        buyer_kind="" if rate.buyer_kind == "any" else rate.get_buyer_kind_display(),
        percent=rate.percent.normalize(),
        taxed=taxed,
        local=local,
        valid_from=rate.valid_from,
        valid_to=rate.valid_to,
        source=rate.source,
        grade=rate.grade,
        grade_words=rate.get_grade_display(),
    )


def rate_changes(day: date) -> tuple[ChangeRow, ...]:
    """Rates that begin or end within 90 days, each change once. One query."""
    last = day + SOON
    near = TaxRate.objects.filter(
        Q(valid_from__gt=day, valid_from__lte=last) | Q(valid_to__gte=day, valid_to__lt=last)
    )
    changes: dict[tuple[str, str, str, str, date], list[TaxRate | None]] = {}
    for rate in near:
        key = (rate.jurisdiction, rate.tax, rate.postal_code, rate.buyer_kind)
        if day < rate.valid_from <= last:
            changes.setdefault((*key, rate.valid_from), [None, None])[1] = rate
        if rate.valid_to and day <= rate.valid_to < last:
            changes.setdefault((*key, rate.valid_to + timedelta(days=1)), [None, None])[0] = rate
    rows = [change_row(key, before=before, after=after) for key, (before, after) in changes.items()]
    return tuple(sorted(rows, key=lambda row: (row.day, row.jurisdiction)))


def change_row(
    key: tuple[str, str, str, str, date], *, before: TaxRate | None, after: TaxRate | None
) -> ChangeRow:
    jurisdiction, tax, postal_code, _kind, day = key
    source = after or before
    return ChangeRow(
        day=day,
        jurisdiction=f"{jurisdiction} {postal_code}".strip(),
        place=place_name(jurisdiction),
        tax=tax,
        before=before.percent.normalize() if before else None,
        after=after.percent.normalize() if after else None,
        source=source.source if source else "",
    )


def newest_exchange_rates() -> tuple[ExchangeRow, ...]:
    """The newest rate of each pair. One query."""
    rows = ExchangeRate.objects.order_by("base", "quote", "-day").distinct("base", "quote")
    return tuple(ExchangeRow(one.base, one.quote, one.day, one.rate, one.source) for one in rows)
