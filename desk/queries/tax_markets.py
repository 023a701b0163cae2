"""Markets as the desk shows them: which are in use, what is answered, who signed, who waits."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count

from accounts.enums import CustomerStatus
from billing.enums import InvoiceState
from billing.models import Invoice, TaxHold
from tax.calc.fact_book import FEDERAL
from tax.models import BillingEntity, MarketChecklist, SellerAssignment, TaxTerritory
from tax.operations.sign_off_market import open_questions, registrations_for

NOT_SIGNED = "market_not_signed_off"
Key = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class MarketRow:
    """One billing entity in one market. `checklist_id` None: customers, and no checklist yet."""

    entity_id: UUID
    entity: str
    market: str
    checklist_id: UUID | None
    customers: int
    held: int
    answered: int
    tax_due: str
    signed_by: str
    signed_at: datetime | None

    @property
    def needs_work(self) -> bool:
        return self.signed_at is None and self.customers > 0


@dataclass(frozen=True, slots=True)
class Question:
    """`answer` in words; empty while open."""

    title: str
    answer: str
    is_answered: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    at: datetime
    by: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class MarketPage:
    """`held` drafts wait for this signature; `taxed` ones are drafts that already have their tax."""

    row: MarketRow
    questions: tuple[Question, ...]
    open_questions: tuple[str, ...]
    held: int
    taxed: int
    history: tuple[HistoryRow, ...]


def market_rows() -> tuple[MarketRow, ...]:
    """Every checklist, and every market with customers and none. Six queries for any number."""
    entities = dict(BillingEntity.objects.values_list("pk", "code"))
    checklists = {
        (one.billing_entity_id, one.market): one
        for one in MarketChecklist.objects.select_related("signed_off_by")
    }
    codes = MarketCodes.load()
    customers, held = customers_by_market(codes), held_by_market(codes)
    rows = [
        market_row(
            key,
            entity=entities[key[0]],
            checklist=checklists.get(key),
            customers=customers[key],
            held=held[key],
        )
        for key in {*checklists, *customers}
    ]
    return tuple(sorted(rows, key=lambda row: (not row.needs_work, row.entity, row.market)))


def market_row(
    key: Key, *, entity: str, checklist: MarketChecklist | None, customers: int, held: int
) -> MarketRow:
    answers = (
        [
            checklist.billed_where,
            checklist.tax_due,
            checklist.rate_checked,
            checklist.text_checked,
        ]
        if checklist
        else []
    )
    signer = checklist.signed_off_by if checklist else None
    return MarketRow(
        entity_id=key[0],
        entity=entity,
        market=key[1],
        checklist_id=checklist.pk if checklist else None,
        customers=customers,
        held=held,
        answered=sum(map(bool, answers)),
        tax_due=checklist.get_tax_due_display() if checklist else "",
        signed_by=signer.get_username() if signer else "",
        signed_at=checklist.signed_off_at if checklist else None,
    )


@dataclass(frozen=True, slots=True)
class MarketCodes:
    """Which market a place counts for: the checklist of its state if there is one, else its country's."""

    known: frozenset[Key]
    other_names: Mapping[str, str]

    @classmethod
    def load(cls) -> "MarketCodes":
        """Two queries."""
        names = TaxTerritory.objects.filter(postal_from="").values_list("country", "jurisdiction")
        return cls(
            known=frozenset(MarketChecklist.objects.values_list("billing_entity", "market")),
            other_names={country: code.split("-", maxsplit=1)[0] for country, code in names},
        )

    def key(self, entity_id: UUID, country: str, region: str) -> Key:
        of_state = (entity_id, f"{country}-{region.strip().upper()}")
        if country in FEDERAL and of_state in self.known:
            return of_state
        return (entity_id, self.other_names.get(country, country))


def customers_by_market(codes: MarketCodes) -> Counter[Key]:
    """Active customers by seller and market. One query."""
    places = (
        SellerAssignment.objects.filter(customer__status=CustomerStatus.ACTIVE)
        .order_by()
        .values_list("billing_entity", "customer__country", "customer__region")
        .annotate(customers=Count("pk"))
    )
    return counted(places, codes)


def held_by_market(codes: MarketCodes) -> Counter[Key]:
    """Drafts that wait for a signature, by seller and market. One query."""
    places = (
        TaxHold.objects.filter(released_at=None, code=NOT_SIGNED)
        .order_by()
        .values_list("invoice__billing_entity", "customer__country", "customer__region")
        .annotate(drafts=Count("pk"))
    )
    return counted(places, codes)


def taxed_by_market(codes: MarketCodes) -> Counter[Key]:
    """Drafts whose tax is determined already: they go on as they are. One query."""
    places = (
        Invoice.objects.filter(state=InvoiceState.DRAFT, tax_minor__isnull=False)
        .order_by()
        .values_list("billing_entity", "customer__country", "customer__region")
        .annotate(drafts=Count("pk"))
    )
    return counted(places, codes)


def counted(places: Iterable[tuple[UUID, str, str, int]], codes: MarketCodes) -> Counter[Key]:
    counts: Counter[Key] = Counter()
    for entity_id, country, region, count in places:
        counts[codes.key(entity_id, country, region)] += count
    return counts


def market_page(checklist_id: UUID, *, on: date) -> MarketPage | None:
    """One checklist with what hangs on its signature."""
    checklist = (
        MarketChecklist.objects.select_related("billing_entity", "signed_off_by")
        .filter(pk=checklist_id)
        .first()
    )
    if checklist is None:
        return None
    key = (checklist.billing_entity_id, checklist.market)
    codes = MarketCodes.load()
    held = held_by_market(codes)[key]
    return MarketPage(
        row=market_row(
            key,
            entity=checklist.billing_entity.code,
            checklist=checklist,
            customers=customers_by_market(codes)[key],
            held=held,
        ),
        questions=questions_of(checklist, on=on),
        open_questions=tuple(open_questions(checklist, on=on)),
        held=held,
        taxed=taxed_by_market(codes)[key],
        history=history_of(checklist),
    )


def questions_of(checklist: MarketChecklist, *, on: date) -> tuple[Question, ...]:
    due = checklist.get_tax_due_display() if checklist.tax_due else ""
    reason = f": {checklist.tax_due_reason}" if checklist.tax_due_reason else ""
    registrations = ", ".join(
        f"{one.jurisdiction} {one.number} ({one.get_scheme_display()})"
        for one in registrations_for(checklist, on=on)
    )
    needed = checklist.tax_due == "due"
    entity = checklist.billing_entity
    return (
        Question("Who invoices customers there", f"{entity.legal_name}, {entity.country}", True),
        Question("Where they are billed and pay", checklist.billed_where, bool(checklist.billed_where)),
        Question("Is tax due there", due + reason, bool(due)),
        Question(
            "Is the registration in place",
            registrations or ("" if needed or not due else "None is needed, as no tax is due"),
            bool(registrations) or (bool(due) and not needed),
        ),
        Question(
            "Was the rate compared with its source",
            "Compared" if checklist.rate_checked else "",
            checklist.rate_checked,
        ),
        Question(
            "Was the mandatory invoice text compared",
            "Compared" if checklist.text_checked else "",
            checklist.text_checked,
        ),
    )  # fmt: skip


def history_of(checklist: MarketChecklist) -> tuple[HistoryRow, ...]:
    """Signatures, revocations and changed answers, latest first. One query."""
    versions = list(checklist.history.select_related("history_user").order_by("history_date"))
    rows = []
    was_signed = False
    for version in versions:
        is_signed = version.signed_off_at is not None
        what = "Answers saved"
        if is_signed != was_signed:
            what = "Signed off" if is_signed else "Signature revoked"
        reason = version.history_change_reason or ""
        by = version.history_user.get_username() if version.history_user else "the system"
        rows.append(HistoryRow(version.history_date, by, what, "" if reason == what else reason))
        was_signed = is_signed
    return tuple(reversed(rows))
