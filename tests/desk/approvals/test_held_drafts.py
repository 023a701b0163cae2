"""A draft that waits for a decision says which request holds it; decided, it goes on."""

from django.urls import reverse

from accounts.operations.decide_exception import decide_exception
from billing.models import Invoice
from tests.seatworld import day


def draft(approvals) -> Invoice:
    """The draft of 15 March, which waits for the discount asked for in February."""
    approvals.seats.push(day(3, 15))
    return Invoice.objects.get(state="draft")


def text_of(client, address):
    return " ".join(client.get(address).content.decode().split())


def test_the_draft_names_the_request_that_holds_it(approvals):
    asked = approvals.discount()
    held = draft(approvals)

    text = text_of(approvals.clients["sam"], reverse("desk:invoice", args=[held.pk]))

    assert f">{asked.number}</a>, discount: waits for a decision" in text
    assert "undecided it expires on" in text


def test_the_board_counts_drafts_that_wait_for_a_decision(approvals):
    approvals.discount()
    draft(approvals)

    text = text_of(approvals.clients["sam"], reverse("desk:flow"))

    assert "Held by requests</a> that nobody decided yet: 1 draft, oldest drafted" in text


def test_decided_the_draft_takes_the_discount_in_and_is_issued(approvals, settings):
    settings.DRAFT_GRACE_HOURS = 24
    asked = approvals.discount()
    held = draft(approvals)
    approvals.seats.push(day(3, 17))
    held.refresh_from_db()
    waited = held.state
    decide_exception(
        request_id=asked.pk, verdict="approve", by=approvals.people["alma"], reason="Agreed",
        at=day(3, 17, 1),
    )  # fmt: skip

    approvals.seats.push(day(3, 17, 2))

    held.refresh_from_db()
    assert (waited, held.state, held.total_minor) == ("draft", "finalized", 640_00)


def test_pages_lead_to_asking_with_their_subject(approvals):
    client = approvals.clients["ben"]
    customer, number = approvals.seats.customer, approvals.invoices[0]
    pages = {
        reverse("desk:customer", args=[customer.pk]): "about=customer&amp;subject=acme",
        reverse("desk:invoice", args=[number]): f"about=invoice&amp;subject={number}",
        reverse("desk:preview") + "?subscription=acme-team":
            "about=subscription&amp;subject=acme-team",
    }  # fmt: skip

    assert {page for page, link in pages.items() if link in text_of(client, page)} == set(pages)
