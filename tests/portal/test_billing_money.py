"""Paying, payment methods, recipients, seats, the policy and what comes next, as a billing owner meets them."""

from uuid import uuid4

from accounts.models import BillingOwner, Grantee, Membership
from billing.models import EntitlementEvent, PaymentMethod
from portal.queries.billing_words import SAME
from tests.portal.billing_world import owner_of, page, person, text_of
from tests.seatworld import START, SeatWorld, day, make_customer


def recipients(customer) -> list[str]:
    found = BillingOwner.objects.filter(customer=customer, receives_invoices=True)
    return sorted(found.values_list("email", flat=True))


def test_open_invoices_are_offered_together_and_one_by_one(money):
    owner = owner_of(money.customer)

    every = owner.get(page("billing_pay", money.customer)).context_data["sums"]
    one = owner.get(page("billing_pay", money.customer), {"invoice": money.first.pk})

    assert [(found.open_minor, len(found.rows)) for found in every] == [(400_00, 2)]
    assert [row.number for row in one.context_data["sums"][0].rows] == [money.first.invoice.number]


def test_without_a_gateway_the_page_names_the_account_and_says_why(money):
    owner = owner_of(money.customer)
    address = page("billing_pay", money.customer)

    shown = owner.post(address, {"invoice": [str(money.first.pk)]}, follow=True)

    assert "Cards cannot be charged" in text_of(shown)
    assert "Please pay by bank transfer" in text_of(shown)


def test_somebody_elses_invoice_is_nothing_to_pay(money):
    stranger = make_customer(money.seats.entity, "globex")

    shown = owner_of(stranger).post(
        page("billing_pay", stranger), {"invoice": [str(money.first.pk)]}, follow=True
    )

    assert "Nothing is open on what you chose." in text_of(shown)


def test_another_method_becomes_the_default_and_removing_it_names_the_consequence(money):
    old = money.card()
    new = PaymentMethod.objects.create(
        customer=money.customer, gateway_id="pm_2", kind="card", brand="visa", last4="1881",
        added_at=START,
    )  # fmt: skip
    owner = owner_of(money.customer)

    owner.post(page("billing_method_default", money.customer, new.pk))
    asked = text_of(owner.get(page("billing_method_remove", money.customer, new.pk)))

    assert PaymentMethod.objects.get(is_default=True) == new
    assert "no invoice is charged by itself any more: choose another one" in asked
    assert "your invoices are charged as before" in text_of(
        owner.get(page("billing_method_remove", money.customer, old.pk))
    )


def test_a_method_of_another_company_is_not_found(money):
    card = money.card()
    stranger = make_customer(money.seats.entity, "globex")
    other = owner_of(stranger)

    for name in ("billing_method_default", "billing_method_remove"):
        assert other.post(page(name, stranger, card.pk)).status_code == 404


def test_a_recipient_is_added_once_and_gets_no_rights(world):
    owner = owner_of(world.customer)
    said = {"email": "books@acme.example", "name": "Accounting"}

    owner.post(page("billing_recipients", world.customer), said)
    again = owner.post(page("billing_recipients", world.customer), said, follow=True)

    added = BillingOwner.objects.get(email="books@acme.example")
    assert (added.is_primary, added.manages_billing, added.user) == (False, False, None)
    assert recipients(world.customer) == ["books@acme.example", "olga@acme.example"]
    assert "receives the invoices already" in text_of(again)


def test_removing_keeps_roles_forgets_mere_recipients_and_never_the_last_one(world):
    owner = owner_of(world.customer)
    person(world.customer, "bill", manages_billing=True)
    person_only = BillingOwner.objects.create(
        customer=world.customer, name="Rita", email="rita@acme.example", manages_billing=False
    )

    def remove(one: BillingOwner):
        return owner.post(page("billing_recipient_remove", world.customer, one.pk), follow=True)

    remove(person_only)
    remove(BillingOwner.objects.get(name="bill"))
    last = remove(BillingOwner.objects.get(is_primary=True))

    assert not BillingOwner.objects.filter(name="Rita").exists()
    assert BillingOwner.objects.get(name="bill").manages_billing
    assert recipients(world.customer) == ["olga@acme.example"]
    assert "Invoices must reach somebody." in text_of(last)


def test_a_recipient_of_another_company_is_not_found(world):
    stranger = make_customer(world.entity, "globex")
    olga = BillingOwner.objects.get(customer=world.customer)

    answer = owner_of(stranger).post(page("billing_recipient_remove", stranger, olga.pk))

    assert answer.status_code == 404
    assert recipients(world.customer) == ["olga@acme.example"]


def test_the_policy_is_told_in_the_customers_language_with_its_version(world):
    world.customer.language = "de"
    world.customer.save()

    shown = owner_of(world.customer).get(page("billing_policy", world.customer))

    (one,) = shown.context_data["policies"]
    assert (one.plan, one.version, one.language) == ("Team", 1, "de")
    assert "Beispiel" in one.example
    assert 'lang="de"' in text_of(shown)


def test_the_upcoming_invoice_is_the_preview_with_what_changed_since(world):
    world.push(day(1, 15))
    world.send("three-more", day(1, 25), quantity=3)

    shown = owner_of(world.customer).get(page("billing_next", world.customer))

    (one,) = shown.context_data["upcoming"]
    assert one.preview is not None
    assert one.preview.totals.subtotal_minor == sum(
        line.amount_minor for line in one.preview.lines if line.document_kind == "invoice"
    )
    assert [found.sentence for found in one.changes] == ["3 Member seats added"]
    assert "before tax" in text_of(shown) or "To pay" in text_of(shown)


def test_a_seat_that_changes_hands_says_from_whom_to_whom_and_when_it_was_free(world):
    for name in ("anna", "ben"):
        someone = Grantee.objects.create(external_id=name, name=name.title())
        Membership.objects.create(
            customer=world.customer, group=world.customer.groups.get(), grantee=someone
        )
    world.push(day(1, 15))
    gives = {"kind": "seat_reassigned"}
    world.send("to-anna", day(1, 20), to_grantee="anna", **gives)
    world.send("to-ben", day(1, 21), grantee="anna", to_grantee="ben", **gives)
    world.send("free", day(1, 22), grantee="ben", **gives)
    administrator = person(world.customer, "bill", manages_billing=True)

    def told(client) -> list[str]:
        shown = client.get(page("billing_next", world.customer)).context_data["upcoming"]
        return [one.sentence.removesuffix(SAME).strip(" ;") for one in shown[0].changes][::-1]

    assert told(owner_of(world.customer)) == [
        "1 Member seat that nobody held given to Anna in Everyone",
        "1 Member seat went from Anna to Ben in Everyone",
        "1 Member seat of Ben became free in Everyone",
    ]
    assert told(administrator) == [
        "1 Member seat that nobody held given to a person in Everyone",
        "1 Member seat went from a person to another in Everyone",
        "1 Member seat of a person became free in Everyone",
    ]


def seat_of(world: SeatWorld) -> str:
    member = world.plan.seat_types.get(code="member")
    return f"{world.subscription.pk}/{member.pk}"


def test_seats_are_bought_after_their_cost_was_seen_and_only_once(world):
    owner = owner_of(world.customer)
    address = page("billing_seats", world.customer)
    asked = {"seat": seat_of(world), "quantity": "3"}

    shown = owner.get(address, asked)
    (cost,) = shown.context_data["costs"]
    request = {**asked, "token": str(shown.context_data["token"])}
    for _ in range(2):
        owner.post(address, request)

    assert cost.renewal_minor == 3 * 800
    assert ("member", 25, 28) in cost.seats
    assert world.seats() == 28
    event = EntitlementEvent.objects.get(source="portal")
    assert (event.kind, event.actor) == ("quantity_set", "Olga")


def test_only_free_seats_are_given_back(db):
    world = SeatWorld.make()
    world.send("ben", day(1, 20), grantee="ben")
    owner = owner_of(world.customer)
    asked = {"seat": seat_of(world), "quantity": "-26"}

    shown = owner.get(page("billing_seats", world.customer), asked)

    assert "25 member seats are nobody's" in shown.context_data["refused"]
    assert world.seats() == 26


def test_seats_of_another_company_cannot_be_bought(world):
    stranger = make_customer(world.entity, "globex")
    asked = {"seat": seat_of(world), "quantity": "3", "token": str(uuid4())}

    shown = owner_of(stranger).post(page("billing_seats", stranger), asked)

    assert "Select a valid choice." in text_of(shown)
    assert world.seats() == 25
