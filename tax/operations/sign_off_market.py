"""Sign a market checklist: from then on its customers are billed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from kernel.refusal import Refusal
from tax.calc.fact_book import EU_VAT_AREA, FEDERAL
from tax.enums import TaxDue
from tax.models import MarketChecklist, TaxRegistration

ONE_STOP_SHOP = "EU"


class MarketUnanswered(Refusal):
    code = "market_unanswered"


class MarketSigned(Refusal):
    code = "market_signed"


@transaction.atomic
def sign_off_market(*, checklist_id: UUID, by: User, at: datetime) -> MarketChecklist:
    """
    Record who vouches for the answers, and when. Held drafts follow with the next push.

    :raises MarketSigned: if somebody was faster
    :raises MarketUnanswered: naming every question that is still open
    """
    checklist = (
        MarketChecklist.objects.select_for_update(of=("self",))
        .select_related("billing_entity")
        .get(pk=checklist_id)
    )
    if checklist.signed_off_at is not None:
        raise MarketSigned(
            f"{checklist} is signed off already. Revoke the signature to change its answers."
        )
    if questions := open_questions(checklist, on=at.date()):
        raise MarketUnanswered(
            f"{checklist} cannot be signed off yet. Still open: {'; '.join(questions)}."
        )
    checklist.signed_off_by, checklist.signed_off_at = by, at
    version: Any = checklist  # what the history takes beside the fields
    version._change_reason = "Signed off"
    version._history_user, version._history_date = by, at
    checklist.save(update_fields=["signed_off_by", "signed_off_at"])
    return checklist


def open_questions(checklist: MarketChecklist, *, on: date) -> list[str]:
    """What nobody answered yet, in words; empty: it may be signed."""
    answers = {
        "where customers there are billed": bool(checklist.billed_where),
        "whether tax is due there": bool(checklist.tax_due),
        "the rate on record compared": checklist.rate_checked,
        "the mandatory invoice text compared": checklist.text_checked,
    }
    questions = [question for question, answered in answers.items() if not answered]
    if checklist.tax_due == TaxDue.DUE and not registrations_for(checklist, on=on):
        questions.append("a registration that is valid there, as tax is due")
    return questions


def registrations_for(checklist: MarketChecklist, *, on: date) -> list[TaxRegistration]:
    """Those of its billing entity that cover the market on a day: its own, a state's, or One Stop Shop."""
    country = checklist.market.split("-", maxsplit=1)[0]
    covers = Q(jurisdiction__in=[checklist.market, country])
    if country in EU_VAT_AREA:
        covers |= Q(jurisdiction=ONE_STOP_SHOP)
    if checklist.market in FEDERAL:
        covers |= Q(jurisdiction__startswith=f"{country}-")
    rows = TaxRegistration.objects.filter(
        covers, billing_entity=checklist.billing_entity_id, valid_from__lte=on
    )
    return list(rows.filter(Q(valid_to=None) | Q(valid_to__gte=on)))
