"""What Lumenreach sells and who invoices for it: six plans, each under another seat policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billing.enums import LimitOf
from billing.operations.add_plan import EntitledFeature

CATALOG_FROM = date(2025, 1, 1)


FEATURES: Mapping[str, EntitledFeature] = {
    one.code: one
    for one in (
        EntitledFeature("audit", "Audit log"),
        EntitledFeature("board.exports", "Board exports", "exports", 200),
        EntitledFeature("boards.comment", "Comment on boards"),
        EntitledFeature("boards.edit", "Edit boards"),
        EntitledFeature("boards.read", "Read boards"),
        EntitledFeature("comments", "Comments"),
        EntitledFeature("ai.credits", "Assistant", "credits", 10_000, LimitOf.SUBSCRIPTION),
        EntitledFeature("exports", "Map exports", "exports", 500, LimitOf.SUBSCRIPTION),
        EntitledFeature("inbox", "Inbox"),
        EntitledFeature("inbox.read", "Read the inbox"),
        EntitledFeature("macros", "Macros"),
        EntitledFeature("maps.edit", "Edit maps"),
        EntitledFeature("maps.read", "Read maps"),
        EntitledFeature("scim", "Directory sync"),
        EntitledFeature("sso", "Single sign-on"),
    )
}


def entitles(*codes: str) -> tuple[EntitledFeature, ...]:
    return tuple(FEATURES[code] for code in codes)


@dataclass(frozen=True, slots=True)
class DemoSeat:
    """A seat type. Prices by currency in minor units, one seat and one interval; tiers likewise."""

    code: str
    name: str
    role: str
    features: tuple[EntitledFeature, ...]
    prices: Mapping[str, Any]
    mode: str = "per_unit"
    ratio_of: str = ""
    ratio_each: int = 0
    billable: bool = True


@dataclass(frozen=True, slots=True)
class DemoPlan:
    product: str
    code: str
    name: str
    interval: tuple[str, int]
    seats: tuple[DemoSeat, ...]
    policy: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


ENTITIES: tuple[Mapping[str, Any], ...] = (
    {
        "code": "LRIE", "legal_name": "Lumenreach Ireland Limited",
        "address_line1": "14 Harbour Row", "postal_code": "D02 XK41", "city": "Dublin",
        "country": "IE", "currency": "EUR", "vat_id": "IE4519987H", "registration_number": "CRO 712 948",
        "email": "billing.eu@lumenreach.example", "bank_name": "Liffey Merchant Bank",
        "iban": "IE64 IRCE 9205 0112 3456 78", "bic": "IRCEIE2D", "languages": ["en", "de"],
        "accent_color": "#0f6d5f",
    },
    {
        "code": "LRUS", "legal_name": "Lumenreach Inc.",
        "address_line1": "220 Alder Street, Suite 900", "postal_code": "97204", "city": "Portland",
        "region": "OR", "country": "US", "currency": "USD", "registration_number": "EIN 84-7716320",
        "email": "billing.us@lumenreach.example", "bank_name": "Cascade Commercial Bank",
        "iban": "Account 4417 0093 21", "bic": "Routing 123 206 024", "languages": ["en"],
        "accent_color": "#3b4cca",
    },
    {
        "code": "LRUK", "legal_name": "Lumenreach UK Ltd",
        "address_line1": "7 Copperfield Yard", "postal_code": "EC1N 8TT", "city": "London",
        "country": "GB", "currency": "GBP", "vat_id": "GB412903677",
        "registration_number": "Company 13480277",
        "email": "billing.uk@lumenreach.example", "bank_name": "Thameside Bank",
        "iban": "GB33 BUKB 2020 1555 5555 55", "bic": "BUKBGB22", "languages": ["en"],
        "accent_color": "#8a2f4f",
    },
)  # fmt: skip

PRODUCTS = {"board": "Lumenreach Board", "relay": "Lumenreach Relay", "atlas": "Lumenreach Atlas"}

PLANS: tuple[DemoPlan, ...] = (
    DemoPlan(
        product="board", code="board-team", name="Board Team", interval=("month", 1),
        seats=(
            DemoSeat("member", "Member", "Works on boards", entitles("boards.edit", "comments", "board.exports"),
                     {"EUR": 800, "USD": 875, "GBP": 700, "JPY": 1200}),
            DemoSeat("viewer", "Viewer", "Reads boards", entitles("boards.read"),
                     {"EUR": 0, "USD": 0, "GBP": 0, "JPY": 0}, billable=False),
        ),
        policy={"quantity_basis": "active", "increase_invoicing": "next_invoice",
                "activation": "invite_accepted", "inactivity_days": 28, "minimum_seats": 1},
        note="Fair billing: people who stop using it stop costing",
    ),
    DemoPlan(
        product="board", code="board-business", name="Board Business", interval=("month", 1),
        seats=(
            DemoSeat("member", "Member", "Works on boards", entitles("boards.edit", "sso", "audit", "ai.credits"),
                     {"EUR": 1450, "USD": 1600, "GBP": 1250, "JPY": 2200}),
            DemoSeat("guest", "Guest", "Invited from outside", entitles("boards.comment"),
                     {"EUR": 160, "USD": 175, "GBP": 140, "JPY": 250},
                     ratio_of="member", ratio_each=5),
        ),
        policy={"aggregation": "ratchet", "increase_invoicing": "immediate",
                "decrease_effective": "period_end", "decrease_credit": "none"},
        note="Ratchet: charged for the most seats held at once; vacated seats refill free",
    ),
    DemoPlan(
        product="board", code="board-enterprise", name="Board Enterprise", interval=("month", 12),
        seats=(
            DemoSeat("member", "Member", "Works on boards", entitles("boards.edit", "sso", "scim"),
                     {"EUR": 18000, "USD": 19800, "GBP": 15600, "JPY": 27600}),
        ),
        policy={"quantity_basis": "purchased", "increase_invoicing": "immediate",
                "decrease_effective": "period_end", "decrease_credit": "none"},
        note="Licences co-term: a licence added later ends with the others",
    ),
    DemoPlan(
        product="relay", code="relay-agents", name="Relay Agents", interval=("month", 12),
        seats=(
            DemoSeat("agent", "Agent", "Answers customers", entitles("inbox", "macros"),
                     {"EUR": 34800, "USD": 38400, "GBP": 30000, "JPY": 52800}),
            DemoSeat("light", "Light agent", "Adds internal notes", entitles("inbox.read"),
                     {"EUR": 6000, "USD": 6600, "GBP": 5400, "JPY": 9600}),
        ),
        policy={"increase_invoicing": "true_up", "true_up_cadence": "quarter",
                "proration_unit": "month", "day_count": "months_of_term", "partial_unit": "down",
                "decrease_effective": "period_end", "decrease_credit": "none"},
        note="Quarterly true-up of agents added in between",
    ),
    DemoPlan(
        product="relay", code="relay-pulse", name="Relay Pulse", interval=("month", 1),
        seats=(
            DemoSeat("agent", "Agent", "Answers customers", entitles("inbox"),
                     {"EUR": 1900, "USD": 2100, "GBP": 1700, "JPY": 3000}),
        ),
        policy={"billing_timing": "in_arrears"},
        note="In arrears: the month that was, by the days of it",
    ),
    DemoPlan(
        product="atlas", code="atlas-growth", name="Atlas Growth", interval=("month", 3),
        seats=(
            DemoSeat("editor", "Editor", "Maintains maps", entitles("maps.edit", "exports"),
                     {"EUR": ((10, 6000), (50, 5100), (None, 4200)),
                      "USD": ((10, 6600), (50, 5700), (None, 4800)),
                      "GBP": ((10, 5400), (50, 4500), (None, 3900)),
                      "JPY": ((10, 9900), (50, 8400), (None, 6900))}, mode="graduated"),
            DemoSeat("reader", "Reader", "Reads maps", entitles("maps.read"),
                     {"EUR": 900, "USD": 990, "GBP": 810, "JPY": 1500}),
        ),
        policy={"line_style": "paired", "increase_invoicing": "batched", "batch_window": "week",
                "credit_application": "balance", "decrease_window_hours": 48},
        note="Graduated prices; changes of a week on one invoice; removals go to the balance",
    ),
)  # fmt: skip
