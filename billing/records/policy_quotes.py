"""The policy texts an invoice quotes: one for each plan and policy version behind its lines."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from billing.calc.policy_text import policy_text
from billing.calc.types import parse_policy
from billing.models import Invoice, Price, RatedSpan, SeatPolicy
from billing.records.catalog_book import interval_of, price_terms

cached_policy_text = lru_cache(maxsize=512)(policy_text)


def quote_policies(drafts: Sequence[Invoice]) -> dict[UUID, list[dict[str, Any]]]:
    """Texts by invoice, in its language, with an example in the price of its first line of the plan."""
    by_id = {draft.pk: draft for draft in drafts}
    quotes: dict[UUID, dict[UUID, dict[str, Any]]] = {key: {} for key in by_id}
    firsts = (
        RatedSpan.objects.filter(invoice_line__invoice__in=by_id)
        .order_by("invoice_line__invoice", "seat_policy", "invoice_line__position")
        .distinct("invoice_line__invoice", "seat_policy")
        .values_list("invoice_line__invoice", "seat_policy", "price")
    )
    rows = list(firsts)
    policies = SeatPolicy.objects.select_related("plan").in_bulk({row[1] for row in rows})
    prices = Price.objects.in_bulk({row[2] for row in rows})
    known: dict[tuple[UUID, UUID, str, str], dict[str, Any]] = {}
    for invoice_id, policy_id, price_id in rows:
        draft = by_id[invoice_id]
        key = (policy_id, price_id, draft.currency, draft.language)
        if key not in known:
            known[key] = quote(policies[policy_id], prices[price_id], draft)
        quotes[invoice_id][policy_id] = known[key]
    return {key: list(found.values()) for key, found in quotes.items()}


def quote(policy: SeatPolicy, price: Price, draft: Invoice) -> dict[str, Any]:
    text = cached_policy_text(
        parse_policy(policy.settings, draft.currency, key=str(policy.pk), version=policy.version),
        price=price_terms(price),
        interval=interval_of((price.interval_unit, price.interval_count)),
        currency=draft.currency,
        language=draft.language,
    )
    return {
        "plan": policy.plan.name,
        "version": policy.version,
        "title": policy.plan.name,
        "paragraphs": text.split("\n\n"),
    }
