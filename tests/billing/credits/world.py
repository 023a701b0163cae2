"""A German consumer billed from Ireland with tax, and credits told in one line: the given of these tests."""

from billing.enums import CreditNoteReason, CreditScope, Settlement
from billing.models import Invoice
from billing.operations.credit_invoice import CreditOrder, credit_invoice
from billing.operations.estimate_credit import CreditAsk
from billing.operations.recheck_invoices import customers_to_recheck, recheck_invoices
from tests.seatworld import SeatWorld, day
from tests.taxed import consumer, sell_from_ireland

ISSUED = day(2, 18)
FULL = CreditAsk(CreditScope.FULL)


def taxed_world(**settings) -> SeatWorld:
    world = SeatWorld.make(settings)
    sell_from_ireland(world)
    consumer(world)
    return world


def first_invoice(world: SeatWorld) -> Invoice:
    """The first month; grace periods are nothing in tests."""
    (invoice,) = world.push(day(1, 15))
    return invoice


def of_lines(**minor: int) -> CreditAsk:
    """Amounts by line: of_lines(line_1=500)."""
    lines = {int(name.removeprefix("line_")): amount for name, amount in minor.items()}
    return CreditAsk(CreditScope.LINES, lines=lines)


def of_amount(minor: int) -> CreditAsk:
    return CreditAsk(CreditScope.AMOUNT, amount_minor=minor)


def credit(invoice: Invoice, user, ask: CreditAsk = FULL, at=ISSUED, **order) -> Invoice:
    said = {
        "reason": CreditNoteReason.GOODWILL,
        "settlement": Settlement.BALANCE,
        "by": user,
        **order,
    }
    return credit_invoice(invoice_id=invoice.pk, order=CreditOrder(ask=ask, **said), at=at)


def recheck() -> list[str]:
    chunks = recheck_invoices(customer_ids=customers_to_recheck())
    return [str(one) for chunk in chunks for one in chunk.differences]
