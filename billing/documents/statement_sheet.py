"""From an account's statement to the sheet that prints it, under its billing entity's letterhead."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel import Locale
from django.template.loader import render_to_string

from billing.calc.statement import Account, Movement, OpenItem
from billing.documents import formats
from billing.documents.parties import buyer_party, imprint, seller_party
from billing.documents.phrases import Phrases, phrases_for
from billing.documents.sheet import Fact, Party
from billing.documents.statement_words import StatementWords, statement_words
from billing.documents.weasy import PrintedDocument, print_html


@dataclass(frozen=True, slots=True)
class StatementSource:
    """
    One account and both parties as they are today, in the form invoices keep them.

    `first` is the first day of the lines; None means from the beginning. `logo_png` is base64.
    """

    account: Account
    first: date | None
    as_of: date
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    language: str
    paper: str
    time_zone: str
    stated_at: datetime
    logo_png: str = ""


@dataclass(frozen=True, slots=True)
class SheetMovement:
    day: str
    words: str
    detail: str
    amount: str
    balance: str


@dataclass(frozen=True, slots=True)
class SheetOpenItem:
    number: str
    due: str
    overdue: str
    is_overdue: bool
    amount: str


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """Every word and number of the statement, ready to print."""

    language: str
    paper: str
    accent_color: str
    title: str
    stated_at: str
    seller: Party
    buyer_heading: str
    buyer: Party
    facts: tuple[Fact, ...]
    headline_label: str
    headline_note: str
    headline_amount: str
    words: StatementWords
    amount_heading: str
    balance_heading: str
    open_column: str
    opening: SheetMovement
    movements: tuple[SheetMovement, ...]
    closing: SheetMovement
    items: tuple[SheetOpenItem, ...]
    sums: tuple[Fact, ...]
    balance: Fact
    pay_heading: str
    pay_sentence: str
    bank_facts: tuple[Fact, ...]
    questions: str
    imprint: str
    page_word: str
    of_word: str
    logo_png: str


def print_statement(source: StatementSource) -> PrintedDocument:
    """
    The statement as PDF/A.

    :raises GlyphMissing: if no font has one of its characters
    """
    sheet = StatementWriter(source).write()
    html = render_to_string("documents/statement.html", {"sheet": sheet})
    return print_html(html, paper=sheet.paper, logo=b64decode(sheet.logo_png))


class StatementWriter:
    """Holds what every part needs: the account, its words and its locale."""

    def __init__(self, source: StatementSource) -> None:
        self.source = source
        self.account = source.account
        self.words = statement_words(source.language)
        self.phrases: Phrases = phrases_for(source.language)
        self.locale: Locale = formats.document_locale(language=source.language, paper=source.paper)

    def write(self) -> StatementSheet:
        source, account, words, phrases = self.source, self.account, self.words, self.phrases
        seller = seller_party(source.seller, words=phrases, locale=self.locale)
        as_of, currency = self.day(source.as_of), account.currency
        return StatementSheet(
            language=str(self.locale).replace("_", "-"), paper=source.paper,
            accent_color=source.seller["accent_color"],
            title=f"{words.title} {source.as_of.isoformat()}",
            stated_at=source.stated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            seller=seller, buyer_heading=words.customer,
            buyer=buyer_party(source.buyer, words=phrases, locale=self.locale),
            facts=self.facts(), headline_label=words.balance_on.format(date=as_of),
            headline_note=self.whose(), headline_amount=self.money(abs(account.closing_minor)),
            words=words, amount_heading=words.amount_in.format(currency=currency),
            balance_heading=words.balance_in.format(currency=currency),
            open_column=words.open_in.format(currency=currency),
            opening=self.sum_line(source.first, words.opening, account.opening_minor),
            movements=tuple(
                self.movement(one.movement, one.balance_minor) for one in account.lines
            ),
            closing=self.sum_line(
                source.as_of, words.closing.format(date=as_of), account.closing_minor
            ),
            items=tuple(self.item(one) for one in account.open_items), sums=self.sums(),
            balance=Fact(words.balance_on.format(date=as_of), self.money(account.closing_minor)),
            pay_heading=phrases.how_to_pay, pay_sentence=self.pay_sentence(),
            bank_facts=self.bank_facts(), questions=self.questions(), imprint=imprint(seller),
            page_word=phrases.page, of_word=phrases.of, logo_png=source.logo_png,
        )  # fmt: skip

    def money(self, minor: int) -> str:
        return formats.money(minor, currency=self.account.currency, locale=self.locale)

    def amount(self, minor: int) -> str:
        return formats.amount(minor, currency=self.account.currency, locale=self.locale)

    def day(self, day: date) -> str:
        return formats.long_date(day, locale=self.locale)

    def whose(self) -> str:
        closing, words = self.account.closing_minor, self.words
        if not closing:
            return words.even
        return words.you_owe if closing > 0 else words.in_your_favor

    def facts(self) -> tuple[Fact, ...]:
        source, words = self.source, self.words
        last = self.day(source.as_of)
        begun = source.first and formats.period(
            source.first, source.as_of + timedelta(days=1), locale=self.locale
        )
        return (
            Fact(words.as_of, last),
            Fact(words.stated_for, begun or words.from_the_beginning.format(last=last)),
            Fact(self.phrases.customer_id, source.buyer["external_id"]),
            Fact(words.time_zone, source.time_zone.replace("_", " ")),
        )

    def movement(self, one: Movement, balance_minor: int) -> SheetMovement:
        words = self.words
        text = words.kinds[one.kind]
        details = []
        if one.valued_on:
            details.append(words.valued_on.format(date=self.day(one.valued_on)))
        if one.reference and "{reference}" not in text:
            details.append(words.reference.format(reference=one.reference))
        return SheetMovement(
            day=self.day(one.day),
            words=text.format(reference=one.reference),
            detail=", ".join(details),
            amount=self.amount(one.amount_minor),
            balance=self.amount(balance_minor),
        )

    def sum_line(self, day: date | None, words: str, minor: int) -> SheetMovement:
        return SheetMovement(self.day(day) if day else "", words, "", "", self.amount(minor))

    def item(self, one: OpenItem) -> SheetOpenItem:
        words = self.words
        overdue = words.overdue.format(days=one.days_overdue)
        return SheetOpenItem(
            number=one.claim.number,
            due=self.day(one.claim.due_date),
            overdue=overdue if one.days_overdue else words.not_overdue,
            is_overdue=bool(one.days_overdue),
            amount=self.amount(one.open_minor),
        )

    def sums(self) -> tuple[Fact, ...]:
        account, words = self.account, self.words
        facts = [Fact(words.open_total, self.money(account.open_minor))]
        if account.overdue_minor:
            facts.append(Fact(words.overdue_total, self.money(account.overdue_minor)))
        if account.credit_minor:
            facts.append(Fact(words.credit, self.money(-account.credit_minor)))
        return tuple(facts)

    def pay_sentence(self) -> str:
        words = self.words
        if self.account.closing_minor <= 0:
            return words.nothing_to_do
        return words.pay_to_account if self.source.seller["iban"] else words.pay

    def bank_facts(self) -> tuple[Fact, ...]:
        seller, phrases = self.source.seller, self.phrases
        if self.account.closing_minor <= 0 or not seller["iban"]:
            return ()
        is_iban = formats.is_iban(seller["iban"])
        numbers = ", ".join(item.claim.number for item in self.account.open_items)
        facts = (
            Fact(phrases.account_holder, seller["legal_name"]),
            Fact(phrases.bank, seller["bank_name"]),
            Fact(
                phrases.iban if is_iban else phrases.account_number,
                formats.bank_account(seller["iban"]),
            ),
            Fact(phrases.bic if is_iban else phrases.routing_number, seller["bic"]),
            Fact(phrases.reference, numbers),
        )
        return tuple(fact for fact in facts if fact.value)

    def questions(self) -> str:
        email = self.source.seller["email"]
        return self.phrases.questions.format(email=email) if email else ""
