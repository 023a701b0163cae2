"""The letter of a case: what a message says, read from its invoices and the ladder."""

from datetime import date, datetime

from django.conf import settings

from dunning.calc.facts import CaseFacts
from dunning.calc.ladder import ladder
from dunning.calc.moments import local_day
from dunning.documents.pay_link import pay_url
from dunning.documents.write_message import Letter, OpenInvoice
from dunning.enums import CaseBasis
from dunning.queries.campaigns import terms_of
from dunning.queries.case_facts import LoadedCase


def letter_for(*, loaded: LoadedCase, method_words: str, at: datetime) -> Letter:
    """Amounts as open now; the days named are those planned now, in the customer's zone."""
    case, entity = loaded.case, loaded.case.billing_entity
    return Letter(
        customer_name=case.customer.legal_name,
        seller_name=entity.legal_name,
        currency=case.currency,
        invoices=tuple(
            OpenInvoice(one.invoice.number, one.due_date, one.open_minor)
            for one in loaded.open_receivables
        ),
        pay_url=pay_url(case_id=case.pk, at=at),
        is_overdue=case.basis == CaseBasis.OVERDUE,
        needs_new_method=needs_new_method(loaded.facts),
        method_words=method_words,
        account_holder=entity.legal_name,
        bank_name=entity.bank_name,
        iban=entity.iban,
        bic=entity.bic,
        suspends_on=day_of_next(loaded, "suspend", at),
        retries_on=day_of_next(loaded, "retry", at),
        paper=case.customer.paper,
    )


def needs_new_method(facts: CaseFacts) -> bool:
    last = facts.last_try
    return last is not None and last.state == "failed" and last.sense == "never"


def day_of_next(loaded: LoadedCase, wanted: str, at: datetime) -> date | None:
    """The customer's day of the next retry or suspension as planned now; None if none is."""
    steps = ladder(terms_of(loaded.case.campaign), loaded.facts, at)
    found = next((step for step in steps if wanted in (step.kind, step.value)), None)
    return local_day(max(found.at, at), loaded.facts.zone) if found else None


def sample_letter(*, is_overdue: bool = False) -> Letter:
    """A made-up letter, to preview a template with."""
    return Letter(
        customer_name="Example & Sons",
        seller_name="Seatworks & Co",
        currency="EUR",
        invoices=(
            OpenInvoice("SW-000017", date(2026, 3, 4), 128_00),
            OpenInvoice("SW-000021", date(2026, 4, 4), 96_50),
        ),
        pay_url=f"{settings.BASE_URL.rstrip('/')}/pay/example/",
        is_overdue=is_overdue,
        needs_new_method=False,
        method_words="" if is_overdue else "Visa ····4242",
        account_holder="Seatworks & Co",
        bank_name="Bank of Quay",
        iban="IE29AIBK93115212345678",
        bic="AIBKIE2D",
        suspends_on=None if is_overdue else date(2026, 4, 28),
        retries_on=None if is_overdue else date(2026, 4, 7),
    )
