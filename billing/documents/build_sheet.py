"""From an invoice and its lines to the sheet that prints it. Pure: same rows, same words."""

from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

from babel import Locale

from billing.documents import formats
from billing.documents.dates import billing_period, issued_on, supply_date
from billing.documents.groups import build_groups
from billing.documents.parties import buyer_party, imprint, seller_party
from billing.documents.payment_words import payment_sentence
from billing.documents.phrases import Phrases, phrases_for
from billing.documents.sheet import (
    Columns,
    Fact,
    Headline,
    Payment,
    PolicyNote,
    Sheet,
)
from billing.documents.source import InvoiceSource
from billing.documents.tax_ids import used_registrations
from billing.documents.tax_words import tax_facts, tax_notes
from billing.enums import InvoiceKind
from kernel.refusal import Refusal

LONG_KIND = 12  # letters that still fit beside the seller in the largest type


class SnapshotIncomplete(Refusal):
    """A finalized invoice lacks something its sheet must print."""

    code = "document_snapshot_incomplete"


class LogoMissing(Refusal):
    """The seller's logo of the day of issue is gone. Another one is never printed in its place."""

    code = "document_logo_missing"


def build_sheet(source: InvoiceSource) -> Sheet:
    """
    The finished text of a finalized invoice or credit note.

    :raises SnapshotIncomplete: if a snapshot lacks a name it must have
    :raises LogoMissing: if the logo it names is gone
    """
    try:
        return SheetWriter(source).write()
    except KeyError as missing:
        raise SnapshotIncomplete(
            f"{source.invoice.number} cannot be printed: {missing} is missing in what it recorded "
            "of seller, buyer and policies when it was finalized. Report it."
        ) from missing


class SheetWriter:
    """Holds what every part of the sheet needs: the invoice, its words and its locale."""

    def __init__(self, source: InvoiceSource) -> None:
        invoice = source.invoice
        assert invoice.issued_at is not None, "only finalized invoices have a sheet"
        assert invoice.due_date is not None
        assert invoice.tax_minor is not None
        assert invoice.total_minor is not None
        assert invoice.amount_due_minor is not None
        self.source = source
        self.invoice = invoice
        self.issued_at = invoice.issued_at
        self.due_date = invoice.due_date
        self.tax_minor = invoice.tax_minor
        self.total_minor = invoice.total_minor
        self.due_minor = invoice.amount_due_minor
        self.words: Phrases = phrases_for(invoice.language)
        self.locale: Locale = formats.document_locale(
            language=invoice.language, paper=invoice.paper
        )
        self.is_credit_note = invoice.kind == InvoiceKind.CREDIT_NOTE

    def write(self) -> Sheet:
        invoice, words, lines = self.invoice, self.words, self.source.lines
        seller = seller_party(
            invoice.seller,
            words=words,
            locale=self.locale,
            registrations=used_registrations(invoice.seller, self.source.taxes),
        )
        buyer = buyer_party(invoice.buyer, words=words, locale=self.locale)
        kind = words.credit_note if self.is_credit_note else words.invoice
        return Sheet(
            language=str(self.locale).replace("_", "-"),
            paper=invoice.paper,
            accent_color=invoice.seller["accent_color"],
            title=f"{kind} {invoice.number}",
            author=seller.name,
            issued_at=self.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            kind=kind,
            number=invoice.number,
            seller=seller,
            buyer_heading=words.bill_to,
            buyer=buyer,
            facts=self.facts(),
            headline=self.headline(),
            columns=self.columns(),
            groups=build_groups(
                lines,
                self.source.shares,
                currency=invoice.currency,
                words=words,
                locale=self.locale,
            ),
            sums=self.sums(),
            due=Fact(words.your_credit if self.is_credit_note else words.amount_due, self.due()),
            tax_notes=tax_notes(self.source),
            payment=self.payment(),
            policies_heading=words.policies,
            policies=self.policies(),
            imprint=imprint(seller),
            page_word=words.page,
            of_word=words.of,
            sums_style="fitted" if self.source.taxes else "",
            kind_style="long" if self.source.taxes and len(kind) > LONG_KIND else "",
            logo_png=self.logo(),
        )

    def logo(self) -> str:
        if self.invoice.seller.get("logo_sha256") and not self.source.logo_png:
            raise LogoMissing(
                f"{self.invoice.number} names a logo of {self.invoice.seller['legal_name']} that "
                "is neither kept with it nor in its history. Restore it from the backup."
            )
        return self.source.logo_png

    def money(self, minor: int) -> str:
        return formats.money(minor, currency=self.invoice.currency, locale=self.locale)

    def day(self, day: date) -> str:
        return formats.long_date(day, locale=self.locale)

    def due(self) -> str:
        return self.money(self.due_minor)

    def facts(self) -> tuple[Fact, ...]:
        invoice, words, lines = self.invoice, self.words, self.source.lines
        facts = [Fact(words.issue_date, self.day(issued_on(invoice)))]
        if not self.is_credit_note:
            facts.append(Fact(words.due_date, self.day(self.due_date)))
        if lines:
            period = formats.period(*billing_period(lines), locale=self.locale)
            facts.append(Fact(words.billing_period, period))
        facts.extend(self.tax_facts())
        if self.source.reason:
            facts.append(Fact(words.reason, self.source.reason))
        facts.append(Fact(words.customer_id, invoice.buyer["external_id"]))
        if order := invoice.buyer.get("purchase_order"):
            facts.append(Fact(words.purchase_order, order))
        facts.append(Fact(words.time_zone, invoice.time_zone.replace("_", " ")))
        return tuple(facts)

    def tax_facts(self) -> list[Fact]:
        """When it was supplied, if that is one day and not that of issue, and what it corrects."""
        source = self.source
        facts: list[Fact] = []
        supplied = supply_date(self.invoice, source.lines, source.taxes)
        if supplied:
            facts.append(Fact(self.words.supply_date, self.day(supplied)))
        if source.corrects and (source.taxes or source.reason):
            numbers = ", ".join(one.number for one in source.corrects)
            facts.append(Fact(self.words.corrects, numbers))
        return facts

    def headline(self) -> Headline:
        words = self.words
        if self.is_credit_note:
            return Headline(words.your_credit, self.due(), "")
        note = words.due_by.format(date=self.day(self.due_date))
        return Headline(words.amount_due, self.due(), note if self.due_minor else words.nothing_due)

    def columns(self) -> Columns:
        words = self.words
        return Columns(
            description=words.description,
            period=words.period,
            quantity=words.quantity,
            unit_price=words.unit_price,
            amount=words.amount_in.format(currency=self.invoice.currency),
        )

    def sums(self) -> tuple[Fact, ...]:
        invoice, words = self.invoice, self.words
        sums = [
            Fact(words.subtotal, self.money(invoice.subtotal_minor)),
            *(tax_facts(self.source) or (Fact(words.tax, self.money(self.tax_minor)),)),
            Fact(words.total, self.money(self.total_minor)),
        ]
        if invoice.credit_applied_minor:
            sums.append(Fact(words.credit_applied, self.money(-invoice.credit_applied_minor)))
        return tuple(sums)

    def payment(self) -> Payment:
        seller, words = self.invoice.seller, self.words
        asks_for_money = not self.is_credit_note and self.due_minor > 0
        email = seller["email"]
        return Payment(
            heading=words.your_credit if self.is_credit_note else words.how_to_pay,
            sentence=payment_sentence(self.invoice),
            facts=self.bank_facts(seller) if asks_for_money and seller["iban"] else (),
            questions=words.questions.format(email=email) if email else "",
        )

    def bank_facts(self, seller: Mapping[str, Any]) -> tuple[Fact, ...]:
        words = self.words
        is_iban = formats.is_iban(seller["iban"])
        facts = (
            Fact(words.account_holder, seller["legal_name"]),
            Fact(words.bank, seller["bank_name"]),
            Fact(
                words.iban if is_iban else words.account_number,
                formats.bank_account(seller["iban"]),
            ),
            Fact(words.bic if is_iban else words.routing_number, seller["bic"]),
            Fact(words.reference, self.invoice.number),
        )
        return tuple(fact for fact in facts if fact.value)

    def policies(self) -> tuple[PolicyNote, ...]:
        return tuple(
            PolicyNote(
                title=self.words.policy_title.format(
                    title=quote["title"], version=quote["version"]
                ),
                paragraphs=tuple(quote["paragraphs"]),
            )
            for quote in self.invoice.policies
        )
