"""What a number of seats costs for one interval, mode by mode."""

import pytest

from billing.calc.pricing import PriceInvalid, PriceTerms, Tier, check_price

ROWS = (Tier(10, 500), Tier(20, 400), Tier(None, 300))
STAIRS = (Tier(10, 4000), Tier(20, 7000), Tier(None, 9000))
PACKS = (Tier(5, 2000), Tier(25, 8000))


@pytest.mark.parametrize(
    ("mode", "tiers", "seats", "minor"),
    [
        ("per_unit", (Tier(None, 800),), 7, 5600),
        ("graduated", ROWS, 10, 5000),
        ("graduated", ROWS, 25, 5000 + 4000 + 1500),
        ("volume", ROWS, 10, 5000),
        ("volume", ROWS, 11, 4400),
        ("volume", ROWS, 25, 7500),
        ("stairstep", STAIRS, 1, 4000),
        ("stairstep", STAIRS, 11, 7000),
        ("stairstep", STAIRS, 99, 9000),
        ("package", (Tier(5, 2000),), 6, 4000),
        ("package", (Tier(None, 2000),), 6, 12000),
        ("package", PACKS, 25, 8000),
        ("package", PACKS, 28, 10000),
        ("package", PACKS, 32, 16000),
        ("graduated", ROWS, 0, 0),
    ],
)
def test_the_price_of_a_number_of_seats(mode, tiers, seats, minor):
    assert PriceTerms("p", mode, tiers).charge(seats) == minor


def test_included_seats_and_a_ratio_are_free():
    price = PriceTerms(
        "p", "per_unit", (Tier(None, 160),), included=1, ratio_of="member", ratio_each=5
    )

    assert [price.billable_seats(12, members) for members in (0, 1, 2, 3)] == [11, 6, 1, 0]


@pytest.mark.parametrize(
    "price",
    [
        PriceTerms("p", "per_unit", ()),
        PriceTerms("p", "graduated", (Tier(None, 1), Tier(5, 1))),
        PriceTerms("p", "graduated", (Tier(5, 1), Tier(5, 1))),
        PriceTerms("p", "per_unit", (Tier(None, -1),)),
        PriceTerms("p", "per_unit", (Tier(None, 1),), ratio_of="member"),
    ],
)
def test_a_price_that_cannot_be_read_in_one_way_is_refused(price):
    with pytest.raises(PriceInvalid):
        check_price(price)
