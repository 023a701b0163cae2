"""The bank at the desk: import with a preview, lines with suggestions, matching and setting aside."""

import csv
import io
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.models import BankLine, BankStatement, Payment, Receivable
from billing.operations.import_bank_statement import import_bank_statement
from billing.operations.record_payment import record_payment
from kernel.money import Money
from tests.billing.bank.samples import Paid, camt, csv_text
from tests.desk.money_world import MoneyWorld
from tests.seatworld import day, make_customer

IMPORT = "desk:money_bank_import"


def bring(money: MoneyWorld, *paid: Paid, opening: str | None = None) -> list[BankLine]:
    import_bank_statement(
        content=camt(*paid, opening=opening), file_name="feb.xml",
        billing_entity=money.seats.entity, at=day(2, 21),
    )  # fmt: skip
    return list(BankLine.objects.order_by("position"))


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def upload(client, content: bytes, **said):
    file = SimpleUploadedFile("feb.xml", content)
    return client.post(reverse(IMPORT), {"entity": "SW", "file": file, **said})


def offers(client) -> list:
    rows = client.get(reverse("desk:money_bank")).context_data["page"].rows
    return [offer for row in rows for offer in row.offers]


def match(client, line: BankLine, offer, **said):
    return client.post(
        reverse("desk:money_bank_match", args=[line.pk]),
        {
            "customer": offer.customer_id, "invoice": list(offer.invoices), "seen": offer.seen,
            **said,
        },
        follow=True,
    )  # fmt: skip


def test_a_file_is_shown_before_it_is_imported(as_role, money):
    client = as_role("analyst")
    number = money.first.invoice.number
    content = camt(Paid("200.00", number), Paid("5.00", "<b>?</b>"), Paid("1.00", is_in=False))

    shown = upload(client, content)
    before = BankStatement.objects.count()
    done = client.post(reverse(IMPORT), {"kept": shown.context_data["kept"]}, follow=True)

    outcome = shown.context_data["outcome"]
    assert (outcome.matched, outcome.to_look_at, outcome.set_aside, before) == (1, 1, 1, 0)
    assert "&lt;b&gt;?&lt;/b&gt;" in shown.content.decode()
    assert "Imported 3 lines: 1 matched by themselves, 1 to look at, 1 set aside." in text_of(done)
    assert Receivable.objects.get(pk=money.first.pk).open_minor == 0
    assert BankStatement.objects.get().imported_by.username.startswith("analyst")
    assert LogEntry.objects.filter(change_message__startswith="Imported 3").count() == 1


def test_a_file_that_cannot_be_read_says_the_line_and_imports_nothing(as_role, money):
    answer = upload(as_role("analyst"), camt(Paid("oops")))

    assert "Line 5: “oops” is not an amount." in text_of(answer)
    assert not BankStatement.objects.exists()


def test_the_same_file_is_refused_politely(as_role, money):
    client = as_role("analyst")
    bring(money, Paid("5.00"))

    answer = upload(client, camt(Paid("5.00")))

    assert "This very file was imported on 2026-02-21 00:00 UTC" in text_of(answer)


def test_what_was_shown_cannot_be_changed_on_the_way(as_role, money):
    client = as_role("analyst")
    kept = upload(client, camt(Paid("5.00"))).context_data["kept"]

    answer = client.post(reverse(IMPORT), {"kept": "x" + kept}, follow=True)

    assert "Choose the file again" in text_of(answer)
    assert not BankStatement.objects.exists()


def test_a_csv_file_takes_what_it_does_not_say_from_the_form(as_role, money):
    text = csv_text(["01/02/2026", "5,00"], heading="Date;Amount").encode()
    client = as_role("analyst")

    asked = upload(client, text)
    shown = upload(client, text, currency="USD", day_order="day_first")

    assert "does not name its currency" in text_of(asked)
    (line,) = shown.context_data["outcome"].lines
    assert (line.amount_minor, line.booked_on.isoformat()) == (5_00, "2026-02-01")


def test_open_lines_are_matched_with_one_press_that_says_what_it_does(as_role, money):
    (line,) = bring(money, Paid("250.00", "thanks", name="ACME GMBH"))
    client = as_role("analyst")
    (offer,) = offers(client)

    answer = match(client, line, offer, back="/desk/money/bank/?state=matched")

    first, second = money.first.invoice.number, money.second.invoice.number
    assert offer.reasons == ("The payer's name is the customer's.",)
    assert offer.consequence == (
        f"Settles {first} (US$200.00). Pays US$50.00 of {second}; US$150.00 of it stays open."
    )
    assert f"Matched. Settles {first}" in text_of(answer)
    assert Payment.objects.get().bank_line == line
    assert LogEntry.objects.filter(change_message__startswith="Matched. Settles").exists()


def test_a_double_payment_says_that_all_of_it_becomes_credit(as_role, money):
    number = money.first.invoice.number
    money.pay(400_00)
    (line,) = bring(money, Paid("200.00", number))
    client = as_role("analyst")

    (offer,) = offers(client)
    match(client, line, offer)

    assert f"The reference names {number}, which is settled already." in offer.reasons
    assert offer.consequence == (
        "Nothing is open there: all of it, US$200.00, becomes the customer's credit."
    )
    assert line.billing_entity_id == Payment.objects.latest("recorded_at").billing_entity_id


def test_a_match_does_what_was_shown_or_nothing(as_role, money):
    (line,) = bring(money, Paid("200.00", "?", name="Acme GmbH"))
    client = as_role("analyst")
    (offer,) = offers(client)
    money.pay(200_00)

    answer = match(client, line, offer)

    assert "Something moved on this account since you looked" in text_of(answer)
    assert BankLine.objects.get().payment is None


def test_a_line_somebody_else_matched_is_refused_in_words(as_role, money):
    (line,) = bring(money, Paid("200.00", "?", name="Acme GmbH"))
    client = as_role("analyst")
    (offer,) = offers(client)
    match(client, line, offer)

    answer = match(as_role("analyst"), line, offer)

    assert "This line was matched already by analyst-" in text_of(answer)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("said", [{}, {"customer": "x"}, {"invoice": ["x"]}])
def test_a_match_without_a_choice_is_refused(as_role, money, said):
    (line,) = bring(money, Paid("200.00", "?"))
    given = {"customer": str(uuid4()), "seen": "x", **said} if said else {}

    answer = as_role("analyst").post(
        reverse("desk:money_bank_match", args=[line.pk]), given, follow=True
    )

    assert "Choose a customer of the list" in text_of(answer)
    assert not Payment.objects.exists()


def test_a_customer_is_found_by_search_and_chosen_with_an_invoice_first(as_role, money):
    (line,) = bring(money, Paid("200.00", "?", name="Holding AG"))
    client = as_role("analyst")
    page = reverse("desk:money_bank_line", args=[line.pk])

    found = client.get(page, {"search": money.second.invoice.number}).context_data["page"]
    chosen = client.get(
        page, {"customer": money.customer.pk, "invoice": [money.second.pk]}
    ).context_data["page"]
    match(client, line, chosen.choice.offer)

    assert [(one.customer_name, one.open_minor) for one in found.candidates] == [
        ("Acme GmbH", 400_00)
    ]
    assert Receivable.objects.get(pk=money.second.pk).open_minor == 0
    assert Receivable.objects.get(pk=money.first.pk).open_minor == 200_00


def test_a_line_is_set_aside_with_a_reason_and_may_be_matched_later(as_role, money):
    (line,) = bring(money, Paid("200.00", "?"))
    client = as_role("analyst")
    address = reverse("desk:money_bank_set_aside", args=[line.pk])

    refused = client.post(address, {"reason": " "}, follow=True)
    client.post(address, {"reason": "Interest"})

    line.refresh_from_db()
    page = client.get(reverse("desk:money_bank_line", args=[line.pk]))
    assert "Say why it is nobody" in text_of(refused)
    assert (line.state, line.reason) == ("set_aside", "Interest")
    assert "Find the customer" in text_of(page)


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        ({}, [500, 70000]),
        ({"state": "set_aside"}, [-100]),
        ({"state": "any"}, [-100, 500, 70000]),
        ({"search": "beta"}, [70000]),
        ({"search": "5.00"}, [500]),
        ({"search": "DE77 88"}, [500]),
        ({"search": "zzz"}, []),
        ({"entity": "NO"}, []),
        ({"first": "2026-02-21"}, [70000]),
        ({"last": "2026-02-20"}, [500]),
        ({"state": "nonsense"}, [500, 70000]),
    ],
)
def test_lines_are_found_by_state_payer_amount_and_day(as_role, money, asked, amounts):
    bring(
        money, Paid("5.00", "one", account="DE7788"), Paid("1.00", is_in=False),
        Paid("700.00", "for Beta", day="2026-02-21"),
    )  # fmt: skip

    page = as_role("support").get(reverse("desk:money_bank"), asked).context_data["page"]

    assert sorted(row.amount_minor for row in page.rows) == amounts


def test_the_csv_follows_the_filters_and_holds_no_formula(as_role, money):
    bring(money, Paid("5.00", '=HYPERLINK("http://x")', name="+Evil"), Paid("6.00", "b"))

    answer = as_role("support").get(reverse("desk:money_bank_csv"), {"search": "evil"})

    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["payer"], row["reference"]) == ("'+Evil", '\'=HYPERLINK("http://x")')
    assert (row["amount"], row["currency"], row["state"]) == ("5.00", "USD", "open")


def test_support_looks_and_decides_nothing(as_role, money):
    (line,) = bring(money, Paid("200.00", "?", name="Acme GmbH"))
    client = as_role("support")
    page = reverse("desk:money_bank_line", args=[line.pk])

    texts = text_of(client.get(reverse("desk:money_bank"))) + text_of(client.get(page))

    assert ">Match</button>" not in texts
    assert "Set aside</button>" not in texts
    for name in ("desk:money_bank_match", "desk:money_bank_set_aside"):
        assert client.post(reverse(name, args=[line.pk])).status_code == 403
    assert client.get(reverse(IMPORT)).status_code == 403
    assert (
        client.get(reverse("desk:money_bank_statement", args=[line.statement_id])).status_code
        == 200
    )


def test_pages_of_what_is_not_there_are_not_found(as_role, money):
    client = as_role("support")

    for name in ("desk:money_bank_line", "desk:money_bank_statement"):
        assert client.get(reverse(name, args=[uuid4()])).status_code == 404


def test_the_list_asks_as_much_for_ten_lines_as_for_two(
    as_role, money, django_assert_max_num_queries
):
    beta = make_customer(money.seats.entity, "beta")
    record_payment(
        customer=beta, billing_entity=money.seats.entity, method="bank_transfer",
        money=Money(1, "USD"), paid_on=day(2, 1).date(), at=day(2, 1),
    )  # fmt: skip
    client = as_role("support")
    bring(money, *(Paid(f"{n}.00", f"SW {n}", name="Beta GmbH") for n in range(1, 11)))

    with django_assert_max_num_queries(20):
        page = client.get(reverse("desk:money_bank")).context_data["page"]

    assert len(page.rows) == 10


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_a_decision_leads_back_to_our_own_pages_only(as_role, money, back):
    (line,) = bring(money, Paid("200.00", "?"))

    answer = as_role("analyst").post(
        reverse("desk:money_bank_set_aside", args=[line.pk]), {"reason": "x", "back": back}
    )

    assert answer.url == reverse("desk:money_bank")
