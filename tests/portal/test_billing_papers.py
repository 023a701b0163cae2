"""Documents of a customer are its own: nobody else's, never a draft, and each download is written down."""

import pytest

from accounts.models import AuditEntry, Customer
from billing.models import Invoice
from billing.operations.push_flow import push_flow
from billing.operations.render_invoices import render_invoices
from tests.billing.documents import reading
from tests.billing.documents.issued import issue, stages_until
from tests.portal.billing_world import owner_of, page, person
from tests.seatworld import day, make_customer, start

FILES = ("billing_pdf", "billing_xml", "billing_ubl")
PAGES = ("billing_invoice", *FILES)


@pytest.fixture
def invoice(world, settings, tmp_path) -> Invoice:
    settings.MEDIA_ROOT = tmp_path
    issued = issue(world)
    render_invoices(keys=[issued.pk], at=day(1, 20))
    return issued


@pytest.fixture
def stranger(world):
    """The billing owner of another company."""
    return make_customer(world.entity, "globex")


def test_the_owner_downloads_every_form_under_the_number(world, invoice):
    owner = owner_of(world.customer)

    answers = [owner.get(page(name, world.customer, invoice.pk)) for name in FILES]

    number = invoice.number
    assert [answer["Content-Disposition"] for answer in answers] == [
        f'attachment; filename="{name}"'
        for name in (f"{number}.pdf", f"{number}.xml", f"{number}.ubl.xml")
    ]
    assert answers[0].content.startswith(b"%PDF")
    assert number.encode() in answers[1].content
    assert number.encode() in answers[2].content


def test_each_download_is_on_the_trail_with_the_invoice_and_its_customer(world, invoice):
    owner = owner_of(world.customer)

    for name in FILES:
        owner.get(page(name, world.customer, invoice.pk))

    entries = AuditEntry.objects.filter(action="downloaded").order_by("sequence")
    assert list(entries.values_list("subject_kind", "subject_id", "label", "customer_id")) == [
        ("invoice", str(invoice.pk), invoice.number, world.customer.pk)
    ] * len(FILES)
    assert {one.actor_label for one in entries} == {"olga@acme.example"}


def test_another_companys_invoice_is_not_found_under_either_address(world, invoice, stranger):
    other = owner_of(stranger)

    for name in PAGES:
        assert other.get(page(name, stranger, invoice.pk)).status_code == 404, name
        assert other.get(page(name, world.customer, invoice.pk)).status_code == 404, name
    assert other.get(page("billing_line", stranger, invoice.pk, 1)).status_code == 404


def test_lists_and_statements_hold_nothing_of_another_company(world, invoice, stranger):
    other = owner_of(stranger)

    listed = other.get(page("billing_invoices", stranger))
    rows = b"".join(other.get(page("billing_invoices_csv", stranger)).streaming_content)
    moved = b"".join(other.get(page("billing_statement_csv", stranger)).streaming_content)
    asked = {"entity": "SW", "currency": "USD"}

    assert listed.context_data["page"].rows == ()
    assert invoice.number.encode() not in rows + moved
    assert other.get(page("billing_statement_pdf", stranger), asked).status_code == 404
    for name in ("billing_invoices", "billing_statement_csv", "billing_pay", "billing_next"):
        assert other.get(page(name, world.customer)).status_code == 404, name


def test_a_draft_is_seen_nowhere(world):
    push_flow(stages=stages_until("tax"), at=day(1, 15))
    draft = Invoice.objects.get(state="draft")
    owner = owner_of(world.customer)

    for name in PAGES:
        assert owner.get(page(name, world.customer, draft.pk)).status_code == 404, name
    assert owner.get(page("billing_line", world.customer, draft.pk, 1)).status_code == 404
    assert owner.get(page("billing_invoices", world.customer)).context_data["page"].rows == ()


def test_a_recipient_of_invoices_sees_no_billing(world, invoice):
    recipient = person(world.customer, "rita", manages_billing=False)

    assert recipient.get(page("billing_pdf", world.customer, invoice.pk)).status_code == 404


def test_two_companies_hold_two_subscriptions(world, stranger):
    """What the tests above stand on: the other company could have invoices, too."""
    start(world.plan, stranger, "globex-team")
    world.push(day(1, 15))

    listed = owner_of(stranger).get(page("billing_invoices", stranger)).context_data["page"].rows

    assert [row.total_minor for row in listed] == [25 * 800]


def test_a_statement_is_downloaded_in_the_customers_language_and_written_down(world):
    world.push(day(1, 15))
    Customer.objects.filter(pk=world.customer.pk).update(language="de")
    asked = {"entity": "SW", "currency": "USD"}

    answer = owner_of(world.customer).get(page("billing_statement_pdf", world.customer), asked)

    assert "Kontoauszug" in reading.text_of(answer.content)
    assert answer["Content-Disposition"].startswith('attachment; filename="statement-acme-SW-')
    entry = AuditEntry.objects.get(action="downloaded")
    assert (entry.subject_kind, entry.customer_id) == ("customer", world.customer.pk)
