"""The statement adds up: opening and movements come to the closing, and that is open less credit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.calc.statement import (
    Claim,
    CreditMove,
    Movement,
    OpenItem,
    Settled,
    account_statements,
    open_items,
)

FIRST_DAY = date(2026, 1, 1)
JUNE = date(2026, 6, 1)


def moved(number: int, day: date, minor: int, kind="invoice", entity="SW", currency="USD"):
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Movement(UUID(int=number), kind, at, day, entity, currency, minor)


def stated(movements, *, first=None, as_of=JUNE, claims=(), settled=(), credit=()):
    return account_statements(
        movements=movements, claims=claims, settled=settled, credit=credit, first=first, as_of=as_of
    )


def test_lines_carry_the_balance_after_each_movement():
    movements = [
        moved(1, date(2026, 1, 15), 200_00),
        moved(2, date(2026, 1, 20), -150_00, "payment"),
        moved(3, date(2026, 2, 15), 200_00),
    ]

    (account,) = stated(movements)

    assert [line.balance_minor for line in account.lines] == [200_00, 50_00, 250_00]
    assert (account.opening_minor, account.closing_minor) == (0, 250_00)


def test_what_was_before_the_first_day_is_the_opening_balance():
    movements = [moved(1, date(2026, 1, 15), 200_00), moved(2, date(2026, 2, 1), -50_00, "payment")]

    (account,) = stated(movements, first=date(2026, 2, 1))

    assert (account.opening_minor, account.closing_minor) == (200_00, 150_00)
    assert [line.movement.key for line in account.lines] == [UUID(int=2)]


def test_what_came_after_the_day_is_not_on_it():
    movements = [moved(1, date(2026, 1, 15), 200_00), moved(2, date(2026, 2, 1), -50_00, "payment")]

    (account,) = stated(movements, as_of=date(2026, 1, 31))

    assert account.closing_minor == 200_00


def test_each_billing_entity_and_currency_has_an_account_of_its_own():
    movements = [
        moved(1, FIRST_DAY, 1_00),
        moved(2, FIRST_DAY, 2_00, currency="EUR"),
        moved(3, FIRST_DAY, 4_00, entity="US"),
    ]

    accounts = stated(movements)

    assert [(one.entity, one.currency, one.closing_minor) for one in accounts] == [
        ("SW", "EUR", 2_00), ("SW", "USD", 1_00), ("US", "USD", 4_00),
    ]  # fmt: skip


def test_an_invoice_stands_before_its_payment_of_the_same_instant():
    movements = [moved(1, FIRST_DAY, -200_00, "payment"), moved(2, FIRST_DAY, 200_00)]

    (account,) = stated(movements)

    assert [line.movement.kind for line in account.lines] == ["invoice", "payment"]


def test_open_items_are_those_of_the_end_of_the_day():
    claim = Claim(
        UUID(int=1), "SW", "USD", "SW-1", date(2026, 1, 15), date(2026, 2, 14), 200_00
    )  # fmt: skip
    later = replace(claim, key=UUID(int=2), number="SW-2", due_date=date(2026, 3, 14))
    settled = [
        Settled(claim.key, date(2026, 2, 20), 150_00),
        Settled(later.key, date(2026, 2, 20), 200_00),
        Settled(later.key, date(2026, 2, 25), -30_00),
    ]

    then = open_items(claims=[later, claim], settled=settled, as_of=date(2026, 2, 24))
    now = open_items(claims=[later, claim], settled=settled, as_of=date(2026, 2, 25))

    assert then == (OpenItem(claim, 50_00, days_overdue=10),)
    assert now == (OpenItem(claim, 50_00, 11), OpenItem(later, 30_00, 0))


class History:
    """An account told step by step: each step moves balance, open amounts and credit as we do."""

    def __init__(self) -> None:
        self.movements, self.claims, self.settled, self.credit = [], [], [], []
        self.open, self.balance_by_day = {}, {}
        self.credit_now = 0

    def play(self, day: date, step: str, minor: int) -> None:
        getattr(self, step)(day, minor)
        self.balance_by_day[day] = sum(self.open.values()) - self.credit_now

    def move(self, day: date, minor: int, kind: str) -> None:
        self.movements.append(moved(len(self.movements) + 1, day, minor, kind))

    def add_credit(self, day: date, minor: int) -> None:
        self.credit_now += minor
        self.credit.append(CreditMove("SW", "USD", day, minor))

    def settle(self, key: UUID, day: date, minor: int) -> None:
        self.open[key] -= minor
        self.settled.append(Settled(key, day, minor))

    def invoice(self, day: date, minor: int) -> None:
        self.move(day, minor, "invoice")
        applied = min(self.credit_now, minor)
        if applied:
            self.add_credit(day, -applied)
        key = UUID(int=len(self.claims) + 1)
        self.open[key] = minor - applied
        self.claims.append(Claim(key, "SW", "USD", f"SW-{key}", day, day, minor - applied))

    def payment(self, day: date, minor: int) -> None:
        self.move(day, -minor, "payment")
        left = minor
        for key, waiting in list(self.open.items()):
            used = min(left, waiting)
            if used:
                self.settle(key, day, used)
                left -= used
        if left:
            self.add_credit(day, left)

    def credit_note(self, day: date, minor: int) -> None:
        self.move(day, -minor, "credit_note")
        self.add_credit(day, minor)

    def refund(self, day: date, minor: int) -> None:
        given = min(minor, self.credit_now)
        if given:
            self.move(day, given, "refund")
            self.add_credit(day, -given)

    def write_off(self, day: date, minor: int) -> None:
        for key, waiting in self.open.items():
            if waiting:
                self.move(day, -waiting, "write_off")
                self.settle(key, day, waiting)
                return

    def take_back(self, day: date, minor: int) -> None:
        """What settled a claim becomes credit; no money moves."""
        for key in self.open:
            paid = sum(one.amount_minor for one in self.settled if one.claim == key)
            given = min(minor, paid)
            if given:
                self.settle(key, day, -given)
                self.add_credit(day, given)
                return


STEPS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from(["invoice", "payment", "credit_note", "refund", "write_off", "take_back"]),
        st.integers(1, 500_00),
    ),
    max_size=25,
)


@given(steps=STEPS)
def test_the_balance_of_any_day_is_what_was_open_less_the_credit_then(steps):
    history, day = History(), FIRST_DAY
    for wait, step, minor in steps:
        day += timedelta(days=wait)
        history.play(day, step, minor)

    for as_of, balance in history.balance_by_day.items():
        for account in stated(
            history.movements, as_of=as_of, claims=history.claims, settled=history.settled,
            credit=history.credit,
        ):  # fmt: skip
            assert (account.closing_minor, account.is_proven) == (balance, True)


@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 120),
            st.integers(-500_00, 500_00),
            st.sampled_from(["SW", "US"]),
            st.sampled_from(["USD", "JPY"]),
        ),
        max_size=30,
    ),
    first=st.none() | st.integers(0, 120),
    as_of=st.integers(0, 120),
)
def test_the_closing_balance_is_the_opening_and_all_movements(steps, first, as_of):
    movements = [
        moved(number, FIRST_DAY + timedelta(days=day), minor, entity=entity, currency=currency)
        for number, (day, minor, entity, currency) in enumerate(steps)
    ]
    start = None if first is None else FIRST_DAY + timedelta(days=first)
    end = FIRST_DAY + timedelta(days=as_of)

    accounts = stated(movements, first=start, as_of=end)

    for account in accounts:
        moves = sum(line.movement.amount_minor for line in account.lines)
        assert account.closing_minor == account.opening_minor + moves
    counted = sum(one.amount_minor for one in movements if one.day <= end)
    assert sum(account.closing_minor for account in accounts) == counted
