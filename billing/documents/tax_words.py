"""The taxes of an invoice as it prints them: one row a tax, and the texts the law asks for."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal

from billing.documents import formats
from billing.documents.formats import NO_BREAK_SPACE
from billing.documents.phrases import Phrases, phrases_for, tax_name
from billing.documents.sheet import Fact
from billing.documents.source import InvoiceSource
from billing.models import InvoiceTax
from tax.enums import TaxTreatment

UNTAXED = {
    TaxTreatment.REVERSE_CHARGE: "reverse_charge",
    TaxTreatment.OUTSIDE_SCOPE: "outside_scope",
    TaxTreatment.EXEMPT: "exempt",
    TaxTreatment.NOT_TAXABLE: "not_taxable",
    TaxTreatment.NOT_REGISTERED: "not_charged",
    TaxTreatment.NOT_DETERMINED: "not_charged",
}


def tax_facts(source: InvoiceSource) -> tuple[Fact, ...]:
    """One row for each tax: "VAT 19 % on €100.00" and its amount."""
    words, locale, currency = words_of(source)
    return tuple(
        Fact(
            tax_label(tax, currency=currency, words=words, locale=locale),
            formats.money(tax.amount_minor, currency=currency, locale=locale),
        )
        for tax in source.taxes
    )


def tax_label(tax: InvoiceTax, *, currency: str, words: Phrases, locale: Locale) -> str:
    name = tax_name(tax.name, tax.jurisdiction, words)
    untaxed = UNTAXED.get(TaxTreatment(tax.treatment))
    if untaxed and not tax.amount_minor:
        sentence: str = getattr(words, untaxed)
        return sentence.format(name=inside(name), percent=percent(Decimal(0), locale=locale))
    base = formats.money(tax.base_minor, currency=currency, locale=locale)
    return words.tax_on.format(
        name=name, percent=percent(tax.rate_percent, locale=locale), base=base
    )


def inside(name: str) -> str:
    """A tax within a sentence: "sales tax", and "VAT" as it is."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def tax_notes(source: InvoiceSource) -> tuple[str, ...]:
    """The mandatory texts, each once, and the tax in local currency where the law asks for it."""
    if not source.taxes:
        return formats.nonempty(source.invoice.tax_note)
    legal = dict.fromkeys(tax.note for tax in source.taxes if tax.note)
    return (*legal, *local_amounts(source))


def local_amounts(source: InvoiceSource) -> tuple[str, ...]:
    """A sentence for each currency with the rate and where it is from."""
    words, locale, currency = words_of(source)
    found: dict[tuple[str, str, Decimal], list[InvoiceTax]] = {}
    for tax in source.taxes:
        if tax.local_amount_minor is not None and tax.exchange_rate is not None:
            key = (tax.local_currency, tax.exchange_source, tax.exchange_rate)
            found.setdefault(key, []).append(tax)
    return tuple(
        words.tax_in_local_currency.format(
            currency=local,
            amount=formats.money(
                sum(tax.local_amount_minor or 0 for tax in taxes), currency=local, locale=locale
            ),
            base=currency,
            rate=format_decimal(rate, "#,##0.00######", locale=locale),
            source=origin,
        )
        for (local, origin, rate), taxes in found.items()
    )


def percent(rate: Decimal, *, locale: Locale) -> str:
    """A rate in percent as the language writes it: "19 %", "9,975 %"."""
    return format_decimal(rate, "#,##0.####", locale=locale) + f"{NO_BREAK_SPACE}%"


def words_of(source: InvoiceSource) -> tuple[Phrases, Locale, str]:
    invoice = source.invoice
    locale = formats.document_locale(language=invoice.language, paper=invoice.paper)
    return phrases_for(invoice.language), locale, invoice.currency
