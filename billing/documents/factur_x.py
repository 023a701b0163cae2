"""The invoice as data inside its PDF/A-3: the file, how it relates to the page, and the XMP that names it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pydyf
from weasyprint import Attachment
from weasyprint.document import Document

FILE_NAME = "factur-x.xml"
MEDIA_TYPE = "/text#2fxml"
PROFILE = "EN 16931"
VERSION = "1.0"
SCHEMA = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
END_OF_RDF = b"</rdf:RDF>"
PROPERTIES = (
    ("DocumentFileName", "name of the embedded XML invoice file"),
    ("DocumentType", "INVOICE"),
    ("Version", "version of the Factur-X schema of the embedded file"),
    ("ConformanceLevel", "conformance level of the embedded Factur-X data"),
)


@dataclass(frozen=True, slots=True)
class AttachedInvoice:
    """
    CII XML and the moment of issue.

    `says_the_same`: the page and the data are two forms of one invoice ("Alternative"); else the
    data is rounded for EN 16931 and only belongs to the page ("Data").
    """

    xml: bytes
    issued_at: datetime
    says_the_same: bool = True


def attach_invoice(document: Document, attached: AttachedInvoice) -> None:
    """Add the file and its XMP to a laid-out document, with the moment of issue as its dates."""
    document.metadata.attachments.append(
        Attachment(
            string=attached.xml,
            name=FILE_NAME,
            description=f"Factur-X {PROFILE}",
            created=attached.issued_at,
            modified=attached.issued_at,
            relationship="Alternative" if attached.says_the_same else "Data",
        )
    )
    plain = document.metadata.generate_rdf_metadata

    def with_factur_x(*arguments: Any) -> bytes:
        rdf: bytes = plain(*arguments)
        assert rdf.endswith(END_OF_RDF), "WeasyPrint writes its metadata in another way"
        return rdf.removesuffix(END_OF_RDF) + descriptions().encode() + END_OF_RDF

    document.metadata.generate_rdf_metadata = with_factur_x


def descriptions() -> str:
    """The Factur-X properties, and the extension schema without which PDF/A does not allow them."""
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"
        for name, words in PROPERTIES
    )
    return (
        f'<rdf:Description rdf:about="" xmlns:fx="{SCHEMA}">'
        f"<fx:DocumentType>INVOICE</fx:DocumentType>"
        f"<fx:DocumentFileName>{FILE_NAME}</fx:DocumentFileName>"
        f"<fx:Version>{VERSION}</fx:Version>"
        f"<fx:ConformanceLevel>{PROFILE}</fx:ConformanceLevel></rdf:Description>"
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
        'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
        'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{SCHEMA}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )


def name_associated_files_once(pdf: pydyf.PDF) -> None:
    """WeasyPrint lists an attachment twice among the associated files, and by a guessed type."""
    files = pdf.catalog.get("AF")
    if files is None:
        return
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(files))
    for one in pdf.objects:
        extra = getattr(one, "extra", {})
        if extra.get("Type") == "/EmbeddedFile":
            extra["Subtype"] = MEDIA_TYPE
