"""Asking: find what it is about, see the effect, ask; a sent-back one is copied into a new request."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.calc.exception_terms import NEEDS
from accounts.models import ExceptionRequest
from billing.models import Payment
from billing.operations.record_payment import record_payment
from desk.views.approval_ask import SAYS
from desk.views.approval_forms import FIELDS
from kernel.money import Money
from tests.desk.approvals.conftest import NOW
from tests.seatworld import day

DISCOUNT = {
    "subject": "acme-team", "seat_type": "member", "percent": "20",
    "reason": "They buy 50 more seats in May", "customer_text": "A welcome discount",
    "team": "Sales EMEA", "starts_on": "2026-03-15", "ends_on": "2026-09-15",
    "margin_percent": "61", "support_burden": "usual",
}  # fmt: skip


def text_of(answer):
    return " ".join(answer.content.decode().split())


def new(client, kind, **said):
    return client.post(reverse("desk:approval_new", args=[kind]), said, follow=True)


def effect(client, kind, **said):
    return client.post(reverse("desk:approval_effect", args=[kind]), said)


def paid(approvals) -> Payment:
    return record_payment(
        customer=approvals.seats.customer, billing_entity=approvals.seats.entity,
        method="bank_transfer", money=Money(2_000_00, "USD"), paid_on=NOW.date(), at=NOW,
    )  # fmt: skip


def test_every_kind_has_words_and_a_form():
    assert set(SAYS) == set(NEEDS)
    assert set(FIELDS) == set(NEEDS) - {"authority_change"}


def test_a_subject_is_found_by_the_beginning_of_its_name(approvals):
    client = approvals.clients["ben"]
    found = {
        kind: client.get(reverse("desk:approval_subjects", args=[kind]), {"term": term})
        for kind, term in [("discount", "acme"), ("credit", approvals.invoices[0][:4]),
                           ("payment_terms", "Acme G"), ("reopen_period", "sw")]
    }  # fmt: skip

    names = {kind: [one.name for one in page.context_data["found"]] for kind, page in found.items()}
    assert names == {
        "discount": ["acme-team"], "credit": approvals.invoices[::-1], "payment_terms": ["acme"],
        "reopen_period": ["SW"],
    }  # fmt: skip


def test_without_a_subject_the_page_asks_for_one_first(approvals):
    page = approvals.clients["ben"].get(reverse("desk:approval_new", args=["discount"]))

    assert "First choose what it is about" in text_of(page)


def test_the_effect_is_shown_before_anybody_asks(approvals):
    page = effect(approvals.clients["ben"], "discount", **{**DISCOUNT, "reason": ""})

    shown = page.context_data["effect"]
    assert (shown.before.subtotal_minor, shown.after.subtotal_minor) == (800_00, 640_00)
    assert ExceptionRequest.objects.count() == 0


def test_the_effect_says_what_the_form_does_not_say_yet(approvals):
    early = effect(approvals.clients["ben"], "discount", **{**DISCOUNT, "starts_on": ""})
    page = effect(approvals.clients["ben"], "discount", **{**DISCOUNT, "percent": ""})

    assert "Shown once the form says: From." in text_of(early)
    assert "give exactly one of percent, amount_minor, ramp" in text_of(page)


def test_a_discount_is_asked_for(approvals):
    page = new(approvals.clients["ben"], "discount", **DISCOUNT)

    asked = ExceptionRequest.objects.get()
    assert asked.terms == {"seat_type": "member", "percent": 20}
    assert (asked.asked_by.username, asked.leakage_minor, asked.team, asked.package) == (
        "ben", 960_00, "Sales EMEA", "team",
    )  # fmt: skip
    assert page.redirect_chain[-1][0] == reverse("desk:approval", args=[asked.number])
    assert "drafts wait for the decision" in text_of(page)


@pytest.mark.parametrize(
    ("kind", "said", "terms"),
    [
        ("discount", {"percent": "", "amount": "1.50"},
         {"seat_type": "member", "amount_minor": 150}),
        ("discount", {"percent": "", "ramp": "2026-03-15 30%\n2026-06-15 10"},
         {"seat_type": "member", "ramp": [{"from": "2026-03-15", "percent": 30},
                                          {"from": "2026-06-15", "percent": 10}]}),
        ("free_seats", {"seats": "5"}, {"seat_type": "member", "seats": 5}),
        ("price_override", {"price": "6.5"}, {"seat_type": "member", "price_minor": 650}),
        ("limit_raise", {"limit": "500"}, {"seat_type": "member", "limit": 500}),
    ],
)  # fmt: skip
def test_terms_of_a_subscription_become_what_the_kind_takes(approvals, kind, said, terms):
    wanted = {name: value for name, value in {**DISCOUNT, **said}.items() if value}

    new(approvals.clients["ben"], kind, **wanted)

    assert ExceptionRequest.objects.get().terms == terms


@pytest.mark.parametrize(
    ("kind", "said", "terms"),
    [
        ("payment_terms", {"days": "60"}, {"days": 60}),
        ("dunning_pause", {"until": "2026-04-01"}, {"until": "2026-04-01"}),
    ],
)
def test_terms_of_a_customer_become_what_the_kind_takes(approvals, kind, said, terms):
    new(
        approvals.clients["ben"], kind, subject="acme", reason="The group asked",
        customer_text="As agreed", **said,
    )  # fmt: skip

    assert ExceptionRequest.objects.get().terms == terms


def test_a_credit_and_a_write_off_name_their_invoice(approvals):
    for kind, said in [("credit", {"credit_reason": "goodwill"}), ("write_off", {})]:
        new(
            approvals.clients["ben"], kind, subject=approvals.invoices[0], amount="300",
            reason="The outage", customer_text="For the outage", **said,
        )  # fmt: skip

    rows = ExceptionRequest.objects.order_by("number").values_list("kind", "amount_minor", "terms")
    assert list(rows) == [
        ("credit", 300_00, {"amount_minor": 300_00, "credit_reason": "goodwill"}),
        ("write_off", 300_00, {"amount_minor": 300_00}),
    ]


def test_a_refund_names_its_payment(approvals):
    payment = paid(approvals)

    new(approvals.clients["ben"], "refund", subject=str(payment.pk), amount="300",
        reason="They paid twice")  # fmt: skip

    asked = ExceptionRequest.objects.get()
    assert (asked.subject_id, asked.amount_minor) == (payment.pk, 300_00)


def test_more_than_there_is_is_refused_at_its_field(approvals):
    page = new(approvals.clients["ben"], "write_off", subject=approvals.invoices[0], amount="9000",
               reason="Gone")  # fmt: skip

    assert ExceptionRequest.objects.count() == 0
    assert page.context_data["form"].errors["amount"]


def test_a_tax_override_needs_its_evidence(approvals):
    said = {"subject": "acme", "number": "DE136695976", "source": "Letter of the tax office",
            "reason": "The register is down"}  # fmt: skip
    client = approvals.clients["ben"]

    without = new(client, "tax_override", **said)
    upload = SimpleUploadedFile("letter.pdf", b"%PDF-1.7 letter")
    new(client, "tax_override", **said, attachment=upload)

    assert without.context_data["form"].errors["attachment"]
    asked = ExceptionRequest.objects.get()
    assert asked.attachments.get().name == "letter.pdf"


def test_a_backdated_correction_is_an_event_of_the_local_day(approvals):
    new(approvals.clients["ben"], "backdated_correction", subject="acme-team",
        change="seat_removed", seat_type="member", quantity="3", on="2026-02-01",
        reason="They told us in January", customer_text="Three seats less")  # fmt: skip

    event = ExceptionRequest.objects.get().terms["event"]
    assert (event["kind"], event["quantity"], event["effective_at"]) == (
        "seat_removed", 3, "2026-02-01T00:00:00+00:00",
    )  # fmt: skip


def test_prorated_lines_are_chosen_from_the_subscription(approvals):
    approvals.seats.send("more", at=day(2, 18), quantity=5, effective_at=day(2, 17))
    approvals.seats.push(day(3, 15))
    client = approvals.clients["ben"]
    page = client.get(
        reverse("desk:approval_new", args=["proration_exception"]), {"subject": "acme-team"}
    )
    ((key, words),) = page.context_data["subject"].lines

    new(client, "proration_exception", subject="acme-team", lines=[key],
        reason="Promised by sales", customer_text="A free start")  # fmt: skip

    assert ExceptionRequest.objects.get().terms == {"lines": [key]}
    assert "US$" in words


def test_a_sent_back_request_is_copied_into_a_new_one(approvals):
    asked = approvals.discount(
        terms={"seat_type": "member",
               "ramp": [{"from": "2026-03-15", "percent": 30}, {"from": "2026-06-15", "percent": 10}]}
    )  # fmt: skip

    page = approvals.clients["ben"].get(
        reverse("desk:approval_new", args=["discount"]), {"copy": asked.number}
    )

    form = page.context_data["form"]
    assert page.context_data["subject"].name == "acme-team"
    assert form["ramp"].value() == "2026-03-15 30\n2026-06-15 10"
    assert form["reason"].value() == "They buy 50 more seats in May"
    assert form["ends_on"].value().isoformat() == "2026-09-15"


def test_support_does_not_ask(approvals):
    client = approvals.clients["sam"]

    assert client.get(reverse("desk:approval_kinds")).status_code == 403
    assert new(client, "discount", **DISCOUNT).status_code == 403


def test_an_unknown_kind_is_not_found(approvals):
    client = approvals.clients["ben"]

    assert client.get(reverse("desk:approval_new", args=["bribe"])).status_code == 404
