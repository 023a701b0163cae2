"""The global search: one box, and the page of whatever was typed."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.shortcuts import resolve_url
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer, Grantee
from billing.enums import PaymentMethodKind
from billing.models import GatewayCustomer, Payout
from billing.operations.ask_exception import ask_exception
from billing.operations.request_refund import request_refund
from desk.operations.open_incident import open_incident
from desk.queries.search.everything import KINDS, search
from tests.desk import world
from tests.desk.money_world import event
from tests.seatworld import day

EVERYTHING = {one.permission for one in KINDS}


def everything(text):
    return search(text, may=EVERYTHING.__contains__)


def names(text):
    """What was found, as (kind, title)."""
    return [(group.name, hit.title) for group in everything(text).groups for hit in group.hits]


def leads_to(client, text):
    answer = client.get(reverse("desk:search"), {"q": text})
    return answer.url if answer.status_code == 302 else None


@pytest.fixture
def invoice(catalog, subscription):
    entries = [
        world.write_entry(catalog, subscription, added=10, at=world.START),
        world.write_entry(catalog, subscription, added=2, at=world.START + timedelta(days=9)),
    ]
    return world.write_invoice(catalog, subscription, entries)


class TestOneExactHitIsOpenedAtOnce:
    def test_a_customer_by_external_id_name_or_key(self, as_role, subscription):
        client, customer = as_role("support"), subscription.customer
        page = reverse("desk:customer", args=[customer.pk])

        assert leads_to(client, "acme-1") == page
        assert leads_to(client, " acme 1  GMBH ") == page
        assert leads_to(client, str(customer.pk)) == page

    @pytest.mark.parametrize("typed", ["DE136695976", "de 136 695 976", "DE-136.695.976"])
    def test_a_vat_id_whatever_stands_between_its_digits(self, as_role, subscription, typed):
        Customer.objects.update(tax_number="DE 136.695.976")

        assert leads_to(as_role("support"), typed) == reverse(
            "desk:customer", args=[subscription.customer_id]
        )

    def test_an_invoice_by_number_in_any_case_and_by_key(self, as_role, invoice):
        client, page = as_role("support"), reverse("desk:invoice", args=[invoice.number])

        assert leads_to(client, invoice.number.lower()) == page
        assert leads_to(client, str(invoice.pk)) == page

    def test_a_line_by_key_or_as_support_reads_it_out(self, as_role, invoice):
        client, line = as_role("support"), invoice.lines.get(position=2)
        page = reverse("desk:invoice", args=[invoice.number]) + "#line-2"

        assert leads_to(client, str(line.pk)) == page
        assert leads_to(client, f"{invoice.number}/2") == page

    def test_an_event_by_our_id_the_products_or_its_ledger_entry(self, as_role, invoice):
        client = as_role("support")
        (span,) = [line.rated_span for line in invoice.lines.filter(position=2)]
        entry = span.entry_ids[0]
        event_id = leads_to(client, "event-2").rstrip("/").rsplit("/", 1)[-1]

        assert leads_to(client, str(entry)) == reverse("desk:event", args=[event_id])
        assert leads_to(client, event_id) == reverse("desk:event", args=[event_id])

    def test_somebody_who_uses_or_pays_by_mail(self, as_role, subscription):
        client = as_role("support")
        uma = Grantee.objects.get(external_id="user-1")
        Grantee.objects.filter(pk=uma.pk).update(email="Uma@Example.com")

        assert leads_to(client, "uma@example.com") == reverse(
            "admin:accounts_grantee_change", args=[uma.pk]
        )
        assert leads_to(client, "OLGA1@example.com") == reverse(
            "desk:customer", args=[subscription.customer_id]
        )


class TestIdsOfTheGateway:
    def test_a_payment_and_not_its_attempt_or_webhooks(self, as_role, money):
        payment = money.pay(200_00, method=PaymentMethodKind.CARD, gateway_id="pi_paid")
        money.attempt(money.first, gateway_id="pi_paid", state="succeeded")
        event(1, object_id="pi_paid")

        assert leads_to(as_role("support"), "pi_paid") == reverse(
            "desk:money_payment", args=[payment.pk]
        )

    def test_a_failed_attempt_is_shown_in_the_list_of_attempts(self, as_role, money):
        money.attempt(money.first, gateway_id="pi_failed")

        assert leads_to(as_role("support"), "pi_failed") == (
            reverse("desk:money_attempts") + "?search=pi_failed"
        )

    def test_a_refund(self, as_role, money):
        payment = money.pay(500_00)
        refund = request_refund(
            payment_id=payment.pk, amount_minor=50_00, reason="Paid twice", at=day(3, 1)
        )
        type(refund).objects.filter(pk=refund.pk).update(gateway_id="re_1")

        assert leads_to(as_role("support"), "re_1") == reverse(
            "desk:money_refund", args=[refund.pk]
        )

    def test_a_dispute_a_payout_a_webhook_and_a_customer(self, as_role, money):
        client = as_role("support")
        money.dispute(money.pay(200_00))
        Payout.objects.create(
            gateway_id="po_1", currency="USD", amount_minor=1, state="paid",
            arrives_on=day(3, 1).date(), recorded_at=day(3, 1),
        )  # fmt: skip
        GatewayCustomer.objects.create(
            customer=money.customer, gateway_id="cus_1", created_at=day(1, 1)
        )
        hook = event(7)

        assert leads_to(client, "du_1") == reverse("desk:money_disputes") + "?search=du_1"
        assert leads_to(client, "po_1") == reverse("desk:money_payouts") + "?search=po_1"
        assert leads_to(client, "evt_7") == reverse("desk:money_event", args=[hook.pk])
        assert leads_to(client, "cus_1") == reverse("desk:customer", args=[money.customer.pk])

    def test_a_charge_is_known_by_the_webhooks_that_tell_about_it(self, as_role, money):
        hook = event(8, object_id="ch_9")

        assert leads_to(as_role("support"), "ch_9") == reverse("desk:money_event", args=[hook.pk])


class TestWhatSomebodyWorksOn:
    def test_an_exception_request_by_its_number(self, as_role, money):
        asker = User.objects.create_user("ben")
        request = ask_exception(
            kind="write_off", subject=money.first.invoice.number, terms={"amount_minor": 200_00},
            reason="They are gone", by=asker, at=day(3, 1),
        )  # fmt: skip

        assert leads_to(as_role("support"), request.number.lower()) == reverse(
            "desk:approval", args=[request.number]
        )

    def test_an_incident_by_words_of_its_title(self, as_role, db):
        opened = open_incident(
            playbook="missing_invoice", title="No invoice for Acme in March", customer_ids=[],
            found="Nothing was issued.", at=day(3, 1),
        )  # fmt: skip

        assert names("acme in march") == [("Incidents", "No invoice for Acme in March")]
        assert leads_to(as_role("support"), str(opened.pk)) == reverse(
            "desk:incident", args=[opened.pk]
        )


class TestSeveralOrNone:
    def test_words_of_a_name_find_every_customer_that_has_them(self, as_role, catalog):
        for number in (1, 2, 11):
            world.make_customer(catalog, number)

        assert names("gmb acm") == [
            ("Customers", "Acme 1 GmbH"),
            ("Customers", "Acme 11 GmbH"),
            ("Customers", "Acme 2 GmbH"),
        ]
        assert leads_to(as_role("support"), "acme") is None

    def test_an_event_id_used_by_two_customers_lists_both(self, as_role, catalog):
        for number in (1, 2):
            subscription = world.make_customer(catalog, number)
            world.write_entry(catalog, subscription, added=1, at=world.START)

        page = as_role("support").get(reverse("desk:search"), {"q": "event-1"}).content.decode()

        assert ("Acme 1 GmbH" in page, "Acme 2 GmbH" in page) == (True, True)

    def test_one_that_is_only_begun_is_listed_and_not_opened(self, as_role, invoice):
        assert names("ie-0000") == [("Invoices and credit notes", invoice.number)]
        assert leads_to(as_role("support"), "ie-0000") is None

    def test_the_list_is_shown_for_one_page_too_if_asked(self, as_role, invoice):
        answer = as_role("support").get(reverse("desk:search"), {"q": invoice.number, "all": "1"})

        assert answer.status_code == 200

    def test_nothing_found_says_what_can_be_searched(self, as_role):
        page = as_role("support").get(reverse("desk:search"), {"q": "nobody"}).content.decode()

        assert "Nothing is called “nobody”" in page
        assert "payout: po_…" in page

    @pytest.mark.parametrize("typed", ["", "   ", "\x00", "'", "%_%", "/", "x/9999999999", "“:*&!"])
    def test_what_means_nothing_is_no_error(self, as_role, subscription, typed):
        answer = as_role("support").get(f"{reverse('desk:search')}?q={quote(typed)}")

        assert answer.status_code == 200


class TestSuggestions:
    def suggest(self, client, typed):
        return client.get(
            reverse("desk:search"), {"q": typed},
            headers={"HX-Request": "true", "HX-Target": "dk-suggestions"},
        ).content.decode()  # fmt: skip

    def test_while_typing_hits_come_as_a_part_of_the_page(self, as_role, subscription):
        part = self.suggest(as_role("support"), "acm")

        assert "<html" not in part
        assert reverse("desk:customer", args=[subscription.customer_id]) in part

    def test_a_single_letter_suggests_nothing(self, as_role, subscription):
        assert self.suggest(as_role("support"), "a").strip() == ""


class TestWhoMaySearchWhat:
    def test_a_kind_somebody_may_not_see_is_not_searched(self, db, invoice):
        user = User.objects.create_user("sam", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_customer"))
        client = Client()
        client.force_login(user)

        page = client.get(reverse("desk:search"), {"q": invoice.number}).content.decode()

        assert "Nothing is called" in page
        assert "invoice or credit note number" not in page
        assert "customer: name or external id" in page

    def test_nobody_searches_without_signing_in(self, db):
        answer = Client().get(reverse("desk:search"), {"q": "acme"})

        assert answer.url.split("?")[0] == resolve_url(settings.LOGIN_URL)

    def test_somebody_who_is_not_staff_is_denied(self, db):
        client = Client()
        client.force_login(User.objects.create_user("customer"))

        assert client.get(reverse("desk:search")).status_code == 403


@pytest.mark.parametrize(
    ("typed", "queries"), [("acme", 7), ("019ac000-0000-7000-8000-000000000000", 15)]
)
def test_the_number_of_queries_is_that_of_the_kinds_a_term_fits(catalog, typed, queries):
    counts = set()
    for number in (1, 2, 3):
        world.make_customer(catalog, number)
        with CaptureQueriesContext(connection) as asked:
            everything(typed)
        counts.add(len(asked))

    (count,) = counts
    assert count <= queries
