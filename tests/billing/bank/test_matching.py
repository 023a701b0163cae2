"""What a bank line pays: certain only by what the payer wrote, suggested with reasons otherwise."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.bank.match import Claim, Credit, Payer, certain_match, effect, suggestions
from billing.calc.bank.numbers import Named, named_numbers

SELLER, OTHER_SELLER, ACME, BETA = uuid4(), uuid4(), UUID(int=1), UUID(int=2)
PREFIXES = ("SW-", "SWUS-")


def claim(number: str, open_minor: int = 200_00, *, due: int = 1, **said) -> Claim:
    return Claim(
        **{
            "key": UUID(int=int(number[-6:])), "number": number, "entity": SELLER,
            "customer": ACME, "customer_name": "Acme GmbH", "currency": "EUR",
            "open_minor": open_minor, "due_date": date(2026, 3, due), **said,
        }
    )  # fmt: skip


def credit(reference: str = "", amount_minor: int = 200_00, **said) -> Credit:
    return Credit(SELLER, "EUR", amount_minor, named_numbers(reference, PREFIXES), **said)


def book(*claims: Claim) -> dict[str, Claim]:
    return {one.number: one for one in claims}


def certain(reference: str, *claims: Claim, **said) -> list[str]:
    return [one.number for one in certain_match(credit(reference, **said), book(*claims))]


@pytest.mark.parametrize(
    "text",
    [
        "SW-000012", "Rechnung SW-000012", "sw 000012", "SW000012", "Inv.SW-000012 thanks",
        "SW-0000 12", "S W - 0 0 0 0 1 2", "RF18SW000012", "SW–000012", "SW-000012/2026",
        "SW-000012 vom 01.02.2026", "SW_000012", "Re:SW-000012.",
    ],
)  # fmt: skip
def test_a_number_is_known_whatever_was_done_to_spaces_case_and_hyphens(text):
    exact = [one.number for one in named_numbers(text, PREFIXES) if one.is_exact]

    assert exact == ["SW-000012"]


@pytest.mark.parametrize(
    "text", ["SW-12", "SW-0000123", "XSW-000012", "000012", "SWUS 12", "Sweden 12", "SW", ""]
)
def test_a_number_with_other_digits_or_letters_is_not_exact(text):
    assert not [one for one in named_numbers(text, ("SW-",)) if one.is_exact]


def test_a_number_without_its_zeros_or_letters_may_mean_an_invoice():
    assert named_numbers("SW-12", PREFIXES) == (
        Named("SW-000012", "SW-12", is_exact=False),
    )  # fmt: skip
    assert named_numbers("RE 000012", ("SW-",)) == (
        Named("SW-000012", "000012", is_exact=False, has_letters=False),
    )  # fmt: skip


def test_several_numbers_are_all_known_and_each_once():
    found = named_numbers("SW-000012, sw000013 + SWUS-000012 / SW 000012", PREFIXES)

    assert {one.number for one in found} == {"SW-000012", "SW-000013", "SWUS-000012"}
    assert all(one.is_exact for one in found)


@given(
    st.integers(1, 999_999),
    st.sampled_from(PREFIXES),
    st.lists(st.sampled_from(" -._"), max_size=30),
)
def test_separators_anywhere_in_a_number_change_nothing(sequence, prefix, separators):
    letters = [sign for sign in f"{prefix}{sequence:06d}" if sign.isalnum()]
    separators += [""] * len(letters)
    written = "".join(a + b for a, b in zip(letters, separators, strict=False))

    found = [one.number for one in named_numbers(f"Inv {written} thanks", PREFIXES) if one.is_exact]

    assert found == [f"{prefix}{sequence:06d}"]


@given(st.text(max_size=500))
def test_any_text_can_be_searched_for_numbers(text):
    assert all(one.number for one in named_numbers(text, PREFIXES))


@pytest.mark.parametrize("amount_minor", [200_00, 150_00, 250_00])
def test_one_open_invoice_named_is_certain_whatever_the_amount(amount_minor):
    assert certain("SW-000012", claim("SW-000012"), amount_minor=amount_minor) == ["SW-000012"]


def test_several_named_are_certain_only_if_they_come_to_the_amount():
    both = claim("SW-000012"), claim("SW-000013", 50_00)

    assert certain("SW-000012 SW-000013", *both, amount_minor=250_00) == ["SW-000012", "SW-000013"]
    assert certain("SW-000012 SW-000013", *both, amount_minor=240_00) == []


@pytest.mark.parametrize(
    ("reference", "claims"),
    [
        ("SW-000012", [claim("SW-000012", 0)]),
        ("SW-000012", [claim("SW-000012", currency="USD")]),
        ("SW-000012", [claim("SW-000012", entity=OTHER_SELLER)]),
        ("SW-000012", []),
        ("SW-12", [claim("SW-000012")]),
        ("000012", [claim("SW-000012")]),
        ("", [claim("SW-000012")]),
        ("SW-000012 SW-000099", [claim("SW-000012")]),
        ("SW-000012 SW-13", [claim("SW-000012"), claim("SW-000013")]),
        ("SW-000012 SW-000013", [claim("SW-000012"), claim("SW-000013", 0)]),
        (
            "SW-000012 SW-000013",
            [claim("SW-000012", 100_00), claim("SW-000013", 100_00, customer=BETA)],
        ),
    ],
)
def test_what_leaves_a_doubt_is_not_matched_by_itself(reference, claims):
    assert certain(reference, *claims) == []


def test_what_the_bank_remarks_and_what_went_out_is_not_matched_by_itself():
    assert certain("SW-000012", claim("SW-000012"), remark="A reversal.") == []
    assert certain("SW-000012", claim("SW-000012"), amount_minor=-200_00) == []


def test_suggestions_say_why_and_the_likeliest_comes_first():
    acme, beta = claim("SW-000012"), claim("SW-000020", 77_00, customer=BETA)
    payers = [
        Payer(ACME, "Acme GmbH", (acme,), has_this_name=True),
        Payer(BETA, "Beta Ltd", (beta,), paid_from_this_account=True),
    ]

    found = suggestions(credit("SW-12"), book(acme, beta), payers)

    assert [one.customer_name for one in found] == ["Acme GmbH", "Beta Ltd"]
    assert found[0].reasons == (
        "“SW-12” in the reference may mean SW-000012.",
        "The payer's name is the customer's.",
        "The amount is exactly what is open of it.",
    )
    assert (found[0].claims, found[1].claims) == ((acme,), ())
    assert found[1].reasons == ("Paid from this account before.",)


def test_a_settled_invoice_is_suggested_as_a_double_payment():
    settled = claim("SW-000012", 0)

    (one,) = suggestions(credit("SW-000012"), book(settled), [Payer(ACME, "Acme GmbH")])

    assert one.reasons == ("The reference names SW-000012, which is settled already.",)
    assert one.claims == ()


def test_an_invoice_of_another_seller_or_currency_is_named_and_not_chosen():
    foreign = claim("SW-000012", entity=OTHER_SELLER), claim("SW-000013", currency="USD")

    (one,) = suggestions(
        credit("SW-000012 SW-000013"), book(*foreign), [Payer(ACME, "Acme GmbH", foreign[:0])]
    )

    assert one.claims == ()
    assert one.reasons == (
        "The reference names SW-000012, an invoice of another billing entity.",
        "The reference names SW-000013, which is in USD.",
    )


def test_digits_alone_mean_no_invoice_of_another_seller():
    foreign = claim("SWUS-000012", entity=OTHER_SELLER)

    assert suggestions(credit("RE 000012"), book(foreign), [Payer(ACME, "Acme GmbH")]) == ()


def test_the_amount_chooses_an_invoice_where_the_reference_names_none():
    first, second = claim("SW-000012", 120_00), claim("SW-000013", 80_00, due=5)
    payer = Payer(ACME, "Acme GmbH", (first, second))

    (exact,) = suggestions(credit(amount_minor=80_00), {}, [payer])
    (whole,) = suggestions(credit(amount_minor=200_00), {}, [payer])

    assert (exact.claims, whole.claims) == ((second,), (first, second))
    assert exact.reasons == ("SW-000013 is open by exactly this amount.",)
    assert whole.reasons == ("All its open invoices come to exactly this amount.",)
    assert suggestions(credit(amount_minor=99_00), {}, [payer]) == ()


def test_what_a_match_does_follows_the_choice_then_the_due_date_then_credit():
    old, new = claim("SW-000012", 120_00), claim("SW-000013", 80_00, due=5)

    done = effect(amount_minor=210_00, chosen=[new], open_claims=[new, old])

    assert (done.parts, done.credit_minor) == (((new, 80_00), (old, 120_00)), 10_00)


@given(
    st.integers(1, 10**9),
    st.lists(st.integers(0, 10**8), max_size=6),
    st.data(),
)
def test_parts_and_credit_come_to_the_amount_and_no_invoice_is_overpaid(amount, opens, data):
    claims = [claim(f"SW-{n:06d}", minor, due=n) for n, minor in enumerate(opens, start=1)]
    chosen = data.draw(st.lists(st.sampled_from(claims), unique=True)) if claims else []

    done = effect(amount_minor=amount, chosen=chosen, open_claims=claims)

    assert sum(minor for _, minor in done.parts) + done.credit_minor == amount
    assert all(0 < minor <= one.open_minor for one, minor in done.parts)
    assert done.credit_minor == max(0, amount - sum(opens))
