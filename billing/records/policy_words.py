"""What customers read about a policy, with the worked example in the plan's own price."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from billing.calc.policy import parse_policy
from billing.calc.policy_text import policy_text
from billing.models import Price
from billing.records.catalog_book import interval_of, price_terms


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """The text in a language, paragraphs separated by empty lines."""

    language: str
    text: str


def policy_words(
    *,
    plan_id: UUID,
    interval_unit: str,
    interval_count: int,
    settings: Mapping[str, object],
    languages: tuple[str, ...] = ("en", "de"),
) -> tuple[PolicyWords, ...]:
    """
    The text in each language; empty while the plan has no price for the interval.

    The example uses the newest catalog price of the plan's first billable seat type.

    :raises PolicyInvalid: if a setting is unknown or cannot have its value
    """
    price = (
        Price.objects.filter(
            seat_type__plan=plan_id,
            interval_unit=interval_unit,
            interval_count=interval_count,
            subscription=None,
            billable=True,
        )
        .order_by("seat_type__display_order", "seat_type__code", "currency", "-version")
        .first()
    )
    if price is None:
        return ()
    policy = parse_policy(settings, price.currency)
    return tuple(
        PolicyWords(
            language,
            policy_text(
                policy,
                price=price_terms(price),
                interval=interval_of((interval_unit, interval_count)),
                currency=price.currency,
                language=language,
            ),
        )
        for language in languages
    )
