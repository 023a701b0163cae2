"""From an amount to its events and back: invoice, line, event and customer pages."""

from datetime import timedelta
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from billing.models import CreditEntry, InvoiceDocument
from desk.queries.customer_page import customer_facts, ledger_rows
from desk.queries.event_page import event_page
from desk.queries.invoice_page import invoice_page
from desk.queries.line_trail import line_trail
from desk.queries.seat_history import seat_history
from tests.desk import world

DAY = timedelta(days=1)
FAR = world.START + 300 * DAY


def points(history):
    return [[(step.at, step.seats) for step in series.steps] for series in history.series]


def test_an_invoice_is_found_by_number_and_by_id(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    invoice = world.write_invoice(catalog, subscription, [entry])

    by_number, by_id = invoice_page(invoice.number), invoice_page(str(invoice.pk))

    assert by_number == by_id
    assert (by_number.label, by_number.total_minor, len(by_number.groups)) == ("IE-000001", 8000, 1)


def test_no_invoice_has_an_unknown_number(as_role, db):
    assert as_role("support").get(reverse("desk:invoice", args=["IE-9"])).status_code == 404


def test_a_draft_says_when_it_is_finalized_and_what_may_still_join(as_role, catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    draft = world.write_invoice(catalog, subscription, [entry], is_final=False)

    page = as_role("support").get(reverse("desk:invoice", args=[draft.pk])).content.decode()

    assert "events that arrive late for its cycle still join" in page
    assert "2026-02-01 01:00 CET" in page


def test_an_unfolded_line_names_its_entries_and_their_events(as_role, catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    invoice = world.write_invoice(catalog, subscription, [entry])
    line = invoice.lines.get()

    trail = line_trail(line.pk)
    part = as_role("support").get(reverse("desk:line", args=[line.pk])).content.decode()

    assert [
        (one.entry.position, one.entry.event.source_event_id, one.change) for one in trail.entries
    ] == [(1, "event-1", "10 seats: active")]
    assert all(text in part for text in ("10 seats × 8.00 = 80.00", "event-1", "anna@example.com"))


def test_corrections_show_both_ways(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    first = world.write_invoice(catalog, subscription, [entry])
    span = first.lines.get().rated_span
    second = world.write_invoice(catalog, subscription, [entry], corrects=[span])

    pages = invoice_page(first.number), invoice_page(second.number)

    assert [one.label for one in pages[0].corrected_by] == [second.number]
    assert [one.label for one in pages[1].corrects] == [first.number]


def test_an_event_names_every_line_it_explains(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    invoices = [world.write_invoice(catalog, subscription, [entry]) for _ in range(2)]

    page = event_page(entry.event_id)

    assert [line.invoice_number for line in page.reach.lines] == [one.number for one in invoices]


def test_seats_step_at_the_moment_an_event_was_true(catalog, subscription):
    world.write_entry(catalog, subscription, added=10, at=world.START)
    world.write_entry(catalog, subscription, removed=3, at=world.START + 10 * DAY)

    history = seat_history(customer_id=subscription.customer_id, known_at=FAR)

    assert points(history) == [[(world.START, 10), (world.START + 10 * DAY, 7)]]
    assert [mark.change for mark in history.marks] == [10, -3]


def test_the_past_is_drawn_as_it_was_known_then(catalog, subscription):
    world.write_entry(catalog, subscription, added=10, at=world.START)
    late = world.START + 60 * DAY
    world.write_entry(catalog, subscription, added=5, at=world.START + 5 * DAY, recorded_at=late)

    before = seat_history(customer_id=subscription.customer_id, known_at=late - DAY)
    after = seat_history(customer_id=subscription.customer_id, known_at=late)

    assert points(before) == [[(world.START, 10)]]
    assert points(after) == [[(world.START, 10), (world.START + 5 * DAY, 15)]]


def test_a_correction_replaces_what_it_corrects(catalog, subscription):
    first = world.write_entry(catalog, subscription, added=10, at=world.START)
    moved = world.write_entry(
        catalog, subscription, added=8, at=world.START + 2 * DAY, corrects=first
    )

    history = seat_history(customer_id=subscription.customer_id, known_at=FAR)

    assert points(history) == [[(moved.effective_at, 8)]]


def test_a_voided_entry_leaves_no_step(catalog, subscription):
    world.write_entry(catalog, subscription, added=10, at=world.START)
    wrong = world.write_entry(catalog, subscription, added=4, at=world.START + DAY)
    world.write_entry(
        catalog, subscription, added=4, at=world.START + DAY, corrects=wrong, voids=True
    )

    history = seat_history(customer_id=subscription.customer_id, known_at=FAR)

    assert points(history) == [[(world.START, 10)]]


def test_a_customer_page_says_who_pays_who_uses_and_what_credit_is_left(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    invoice = world.write_invoice(catalog, subscription, [entry])
    CreditEntry.objects.create(
        customer=subscription.customer,
        currency="EUR",
        amount_minor=1250,
        reason="credit_note",
        invoice=invoice,
        recorded_at=world.START,
    )

    facts = customer_facts(subscription.customer_id)

    assert [owner.email for owner in facts.owners] == ["olga1@example.com"]
    assert (facts.groups, facts.grantees, facts.seller) == (1, 1, "Seatworks Ltd")
    assert facts.credit == (("EUR", 1250),)


def test_a_ledger_entry_links_the_lines_it_explains(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    invoice = world.write_invoice(catalog, subscription, [entry])

    (row,) = ledger_rows(customer_id=subscription.customer_id)

    assert [(line.label, line.position) for line in row.lines] == [(invoice.number, 1)]


def test_older_entries_come_when_asked_for(as_role, catalog, subscription):
    for day in range(30):
        world.write_entry(catalog, subscription, added=1, at=world.START + day * DAY)
    client = as_role("support")

    page = client.get(reverse("desk:customer", args=[subscription.customer_id])).content.decode()
    more = client.get(reverse("desk:ledger", args=[subscription.customer_id]), {"before": 6})

    assert "?before=6" in page
    assert [f"event-{n}<" in more.content.decode() for n in (1, 5, 6)] == [True, True, False]


def test_the_stored_pdf_is_shown_in_a_frame_of_the_desk_only(
    as_role, catalog, subscription, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    invoice = world.write_invoice(catalog, subscription, [entry])
    path = default_storage.save("invoices/one.pdf", ContentFile(b"%PDF-1.7"))
    digest = sha256(b"%PDF-1.7").hexdigest()
    InvoiceDocument.objects.create(
        invoice=invoice, path=path, sha256=digest, size=8, pages=1, rendered_at=world.START
    )

    answer = as_role("support").get(reverse("desk:document", args=[invoice.pk]))

    assert b"".join(answer.streaming_content) == b"%PDF-1.7"
    assert (answer["Content-Type"], answer["X-Frame-Options"]) == ("application/pdf", "SAMEORIGIN")
    assert invoice.number in answer["Content-Disposition"]


def test_a_pdf_that_is_not_the_one_issued_is_not_shown(
    as_role, catalog, subscription, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    invoice = world.write_invoice(catalog, subscription, [entry])
    path = default_storage.save("invoices/one.pdf", ContentFile(b"%PDF-1.7 altered"))
    InvoiceDocument.objects.create(
        invoice=invoice, path=path, sha256="a" * 64, size=8, pages=1, rendered_at=world.START
    )

    answer = as_role("support").get(reverse("desk:document", args=[invoice.pk]))

    assert answer.status_code == 409
    assert b"altered" not in answer.content
    assert b"Restore it from the backup." in answer.content
