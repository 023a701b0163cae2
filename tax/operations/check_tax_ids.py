"""Ask the register about tax ids that wait, outside any transaction, and keep its answers."""

from datetime import datetime

from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.tax_number import number_country
from tax.enums import TaxIdCheckState, TaxIdRegister
from tax.gateways.vies import RegisterAnswer, RegisterUnavailable, VatId, ask_vies
from tax.models import SellerAssignment, TaxIdCheck
from tax.operations.claim_questions import claim_questions, put_off

LONGEST_PAUSE_MINUTES = 360


def check_tax_ids(*, url: str, timeout_seconds: float, at: datetime, limit: int = 20) -> int:
    """
    Ask about up to `limit` numbers of the EU; returns how many were answered.

    Numbers of other countries have no register to ask: they wait for a person. A hand that dies
    between asking and storing loses nothing: the claim runs out and the question is asked again.
    """
    answered = 0
    rows = TaxIdCheck.objects.filter(country__in=EU_VAT_AREA)
    for check in claim_questions(rows=rows, at=at, limit=limit):
        try:
            answer = ask_vies(
                url=url,
                country=check.country,
                number=check.number,
                requester=requester_of(check),
                timeout_seconds=timeout_seconds,
            )
        except RegisterUnavailable as problem:
            put_off(question=check, problem=problem, at=at, longest_minutes=LONGEST_PAUSE_MINUTES)
        else:
            answered += store(check, answer, at=at)
    return answered


def requester_of(check: TaxIdCheck) -> VatId | None:
    """The VAT id of the seller that will rely on the answer, if it is one of the EU."""
    assignments = SellerAssignment.objects.filter(customer=check.customer_id)
    seller = assignments.values_list("billing_entity__country", "billing_entity__vat_id").first()
    if seller is None or not seller[1]:
        return None
    home, number = seller
    country = number_country(number, default=home)
    return (country, number) if country in EU_VAT_AREA else None


def store(check: TaxIdCheck, answer: RegisterAnswer, *, at: datetime) -> int:
    """1 if the answer was kept, 0 if a person was faster."""
    waiting = TaxIdCheck.objects.filter(pk=check.pk, state=TaxIdCheckState.PENDING)
    return waiting.update(
        state=TaxIdCheckState.VALID if answer.is_valid else TaxIdCheckState.INVALID,
        register=TaxIdRegister.VIES,
        answered_at=at,
        next_attempt_at=None,
        attempts=check.attempts + 1,
        last_error="",
        consultation_number=answer.consultation_number[:100],
        name=answer.name[:300],
        address=answer.address[:500],
        answer=answer.whole,
    )
