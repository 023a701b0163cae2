"""What the page to pay shows of a case: its open invoices and the seller's account."""

from dataclasses import dataclass
from uuid import UUID

from billing.documents import formats
from billing.models.receivables import Receivable
from dunning.documents.write_message import LANGUAGES, OpenInvoice, rows_of
from dunning.models import DunningCase


@dataclass(frozen=True, slots=True)
class PayPage:
    """Words as the customer's language writes them; nothing here names a person."""

    language: str
    seller_name: str
    customer_name: str
    rows: tuple[dict[str, str], ...]
    receivable_ids: tuple[UUID, ...]
    total: str
    account: str
    bank_name: str
    bic: str
    email: str


def pay_page(*, case_id: UUID) -> PayPage:
    """What is open now, whatever was open when the link was written."""
    case = DunningCase.objects.select_related("customer", "billing_entity").get(pk=case_id)
    open_now = list(
        Receivable.objects.filter(in_cases__case=case, open_minor__gt=0)
        .select_related("invoice")
        .order_by("due_date", "pk")
    )
    customer, entity = case.customer, case.billing_entity
    locale = formats.document_locale(language=customer.language, paper=customer.paper)
    code = customer.language.replace("_", "-").split("-")[0].lower()
    invoices = [OpenInvoice(one.invoice.number, one.due_date, one.open_minor) for one in open_now]
    total = sum(one.open_minor for one in open_now)
    return PayPage(
        language=code if code in LANGUAGES else "en",
        seller_name=entity.legal_name,
        customer_name=customer.legal_name,
        rows=tuple(rows_of(invoices, case.currency, locale)),
        receivable_ids=tuple(one.pk for one in open_now),
        total=formats.money(total, currency=case.currency, locale=locale),
        account=formats.bank_account(entity.iban),
        bank_name=entity.bank_name,
        bic=entity.bic,
        email=entity.email,
    )
