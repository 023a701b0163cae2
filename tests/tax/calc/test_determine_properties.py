"""Whatever is sold to whomever: no tax without a registration, and nothing untaxed without a reason."""

from hypothesis import given
from hypothesis import strategies as st

from tax.calc.legal_texts import legal_text
from tax.calc.tax_rows import DecidedLine, tax_rows
from tax.calc.types import Decision, Hold, Seller
from tests.tax.calc.facts import DAY, business, consumer, registered, taxed

COUNTRIES = ("DE", "IE", "FI", "ES", "PT", "FR", "MC", "GB", "CH", "NO", "AU", "CA", "US", "JP")
REGIONS = ("", "TX", "PA", "CA", "UT", "ON", "QC", "BC")
POSTAL_CODES = ("", "35001", "9000", "97400", "78664", "10115")
WORDS = (
    "IE", "DE", "GB", "CH", "NO", "NO voec", "AU", "AU simplified", "CA", "CA simplified", "CA-QC",
    "CA-BC", "EU oss_union", "EU oss_non_union", "US-TX", "US-PA", "US-UT", "JP",
)  # fmt: skip


@st.composite
def sales(draw):
    seller = Seller(
        country=draw(st.sampled_from(COUNTRIES)),
        region=draw(st.sampled_from(REGIONS)),
        vat_id=draw(st.sampled_from(["", "IE6433435F"])),
        registrations=registered(*draw(st.lists(st.sampled_from(WORDS), unique=True))),
        charges_unverified=draw(st.booleans()),
        state_rate_alone=draw(st.booleans()),
        taxes_eu_consumers_at_home=draw(st.booleans()),
    )
    country, region = draw(st.sampled_from(COUNTRIES)), draw(st.sampled_from(REGIONS))
    state = draw(st.sampled_from(["pending", "valid", "invalid"]))
    if draw(st.booleans()):
        buyer = business(
            country, draw(st.sampled_from(["", "DE136695976", "77"])), state, region=region
        )
    else:
        buyer = consumer(country, region, draw(st.sampled_from(POSTAL_CODES)))
    return (
        seller,
        buyer,
        draw(st.sampled_from(["due", "businesses_only", "below_threshold", "not_due"])),
    )


@given(sales())
def test_every_charge_has_its_registration_and_every_zero_its_reason(sale):
    seller, buyer, due = sale

    outcome = taxed(seller, buyer, due=due)

    if isinstance(outcome, Hold):
        assert outcome.code
        assert outcome.message.endswith(".")
        return
    for part in outcome.parts:
        if part.rate_ppm:
            assert part.registration in seller.registrations
            assert part.registration.covers(DAY)
            assert part.source
    if outcome.category_code != "S":
        assert sum(part.rate_ppm for part in outcome.parts) == 0
        assert legal_text(outcome.note, language="en", facts=outcome.note_facts)
        assert legal_text(outcome.note, language="de", facts=outcome.note_facts)
    assert outcome.words


@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1),
    st.lists(st.integers(0, 1), min_size=1),
)
def test_a_credit_of_the_whole_invoice_takes_back_exactly_its_tax(amounts, choices):
    decisions = [
        taxed(Seller("IE", registrations=registered("CA", "CA-QC")), consumer("CA", province))
        for province in ("ON", "QC")
    ]
    assert all(isinstance(one, Decision) for one in decisions)
    lines = [
        DecidedLine(place, amount, DAY, decisions[choices[place % len(choices)]])
        for place, amount in enumerate(amounts, 1)
    ]
    undone = [DecidedLine(one.position, -one.amount_minor, DAY, one.decision) for one in lines]

    charged = {row.part: (row.base_minor, row.amount_minor) for row in tax_rows(lines)}
    returned = {row.part: (-row.base_minor, -row.amount_minor) for row in tax_rows(undone)}

    assert charged == returned
