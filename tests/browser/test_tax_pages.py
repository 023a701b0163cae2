"""Tax at the desk in a real browser: a hold is taken over, a market is signed off after a question."""

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from playwright.sync_api import expect

from tests.desk import tax_world, world


@pytest.fixture
def held(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    draft = world.write_invoice(catalog, subscription, [entry], is_final=False)
    return tax_world.hold(draft)


def test_a_hold_is_taken_over_and_leads_to_its_way_out(page, catalog, held):
    tax_world.answer_market(catalog.entity)
    page.goto("/desk/tax/holds/")

    page.get_by_role("button", name="Assign to me: Acme 1 GmbH").click()

    expect(page.get_by_text("Assigned to ana.")).to_be_visible()
    page.get_by_role("link", name="Its market's checklist").click()
    expect(page.get_by_role("heading", name="Checklist")).to_be_visible()


def test_signing_off_asks_first_and_tells_what_goes_on(page, catalog, held, analyst):
    analyst.groups.add(StaffRoleGroup.objects.get(name="approver"))
    tax_world.register(catalog.entity)
    checklist = tax_world.answer_market(catalog.entity)
    questions = []

    def accept(dialog):
        questions.append(dialog.message)
        dialog.accept()

    page.on("dialog", accept)
    page.goto(f"/desk/tax/markets/{checklist.pk}/")
    page.get_by_role("button", name="Sign off this market").click()

    expect(page.get_by_role("heading", name="Revoke the signature")).to_be_visible()
    assert questions == [
        "Sign off IE in DE? 1 held draft goes on; finalized invoices cannot be changed."
    ]


def test_an_answer_of_the_register_is_recorded_on_the_customers_page(page, subscription):
    customer = subscription.customer
    customer.tax_number = "DE129273398"
    customer.save()
    tax_world.ask(customer)
    page.goto(f"/desk/customers/{customer.pk}/")

    page.get_by_text("Record an answer of the register").click()
    page.get_by_label("Consultation number").fill("by phone")
    page.get_by_role("button", name="Record the answer").click()

    expect(page.get_by_text("Recorded: DE129273398: Valid")).to_be_visible()
    expect(page.get_by_text("Looked up by hand by ana")).to_be_visible()


def test_a_decision_unfolds_to_what_it_was_made_from(page, catalog, held):
    tax_world.decide(held.invoice)
    page.goto(f"/desk/invoices/{held.invoice_id}/")

    page.get_by_text("What it was decided from").click()

    expect(page.get_by_role("rowheader", name="buyer: tax number")).to_be_visible()
