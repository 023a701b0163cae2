"""The data inside the PDF: named as Factur-X asks, archived as PDF/A-3, the same bytes each time."""

from base64 import b64encode
from datetime import UTC
from hashlib import sha256
from io import BytesIO

import facturx
import pikepdf
import pytest
from PIL import Image

from billing.documents.build_sheet import LogoMissing, build_sheet
from billing.documents.e_invoice.write import write_cii
from billing.documents.factur_x import SCHEMA, AttachedInvoice
from billing.documents.source import InvoiceSource
from billing.documents.weasy import AssetRefused, PrintedDocument, print_html, print_sheet
from billing.records.snapshots import logo_digest
from tests.billing.documents.reading import text_of
from tests.billing.documents.samples import SELLER, english_sheet
from tests.billing.documents.tax_samples import TAXED, dinar, domestic


def printed_with_data(source: InvoiceSource) -> tuple[PrintedDocument, bytes]:
    data = write_cii(source)
    issued_at = source.invoice.issued_at.astimezone(UTC)
    attached = AttachedInvoice(data.xml, issued_at, data.is_exact)
    return print_sheet(build_sheet(source), attached), data.xml


def logo() -> str:
    image = BytesIO()
    Image.new("RGBA", (120, 40), (47, 93, 80, 255)).save(image, "PNG")
    return b64encode(image.getvalue()).decode()


@pytest.mark.parametrize("name", ["domestic", "credit_note", "quebec", "yen"])
def test_the_data_comes_out_of_the_pdf_as_it_went_in(name):
    printed, xml = printed_with_data(TAXED[name]())

    file_name, found = facturx.get_xml_from_pdf(printed.pdf, check_schematron=False)

    assert (file_name, found) == ("factur-x.xml", xml)


def test_the_file_is_associated_once_as_an_alternative_with_the_moment_of_issue():
    printed, _ = printed_with_data(domestic())

    with pikepdf.open(BytesIO(printed.pdf)) as pdf:
        (file,) = pdf.Root.AF
        assert file.AFRelationship == "/Alternative"
        assert (str(file.F), str(file.UF)) == ("factur-x.xml", "factur-x.xml")
        assert file.EF.F.Subtype == "/text/xml"
        assert str(file.EF.F.Params.ModDate) == "D:20260201233000Z"
        assert list(pdf.attachments) == ["factur-x.xml"]


def test_data_that_is_rounded_for_the_standard_is_not_called_an_alternative():
    printed, _ = printed_with_data(dinar())

    with pikepdf.open(BytesIO(printed.pdf)) as pdf:
        assert pdf.Root.AF[0].AFRelationship == "/Data"


def test_the_xmp_names_the_profile_and_describes_its_schema():
    printed, _ = printed_with_data(domestic())

    with pikepdf.open(BytesIO(printed.pdf)) as pdf:
        xmp = pdf.Root.Metadata.read_bytes().decode()
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "3B"
            said = {
                name: metadata[f"{{{SCHEMA}}}{name}"]
                for name in ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")
            }
    assert said == {
        "DocumentType": "INVOICE",
        "DocumentFileName": "factur-x.xml",
        "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }
    assert xmp.count("<rdf:RDF") == 1
    assert xmp.count("<pdfaProperty:name>") == 4


def test_the_same_invoice_gives_the_same_bytes_with_data_and_logo():
    def digest() -> str:
        source = with_logo(domestic, logo())
        return sha256(printed_with_data(source)[0].pdf).hexdigest()

    assert digest() == digest()


def test_a_page_without_data_has_no_file():
    with pikepdf.open(BytesIO(print_sheet(english_sheet(lines=1)).pdf)) as pdf:
        assert "/AF" not in pdf.Root
        assert not pdf.attachments


def with_logo(make, png: str) -> InvoiceSource:
    seller = {**SELLER, "logo_sha256": logo_digest(png)}
    source = make(seller=seller)
    return InvoiceSource(source.invoice, source.lines, source.taxes, source.corrects, png)


def test_the_logo_of_the_seller_is_printed():
    def images(source: InvoiceSource) -> int:
        with pikepdf.open(BytesIO(printed_with_data(source)[0].pdf)) as pdf:
            return len(pdf.pages[0].get_images())

    assert images(domestic()) == 0
    assert images(with_logo(domestic, logo())) == 1


def test_the_logo_is_not_interpolated_because_an_archive_forbids_it():
    printed, _ = printed_with_data(with_logo(domestic, logo()))

    with pikepdf.open(BytesIO(printed.pdf)) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        assert not image.get("/Interpolate", False)


def test_a_logo_that_is_gone_is_not_left_out():
    source = domestic(seller={**SELLER, "logo_sha256": "a" * 64})

    with pytest.raises(LogoMissing, match="NWD-000042 names a logo of Northwind Software GmbH"):
        build_sheet(source)


@pytest.mark.parametrize("url", ["asset:seller-logo", "asset:seller-logo/../sheet.css"])
def test_a_page_without_a_logo_may_not_ask_for_one(url):
    with pytest.raises(AssetRefused, match="bundled assets only"):
        print_html(f'<html><body><img src="{url}"></body></html>', paper="A4")


def test_a_german_invoice_says_its_tax_the_day_of_supply_and_both_tax_ids():
    text = text_of(printed_with_data(domestic())[0].pdf)

    for words in (
        "USt 19 % auf 683,14 €", "129,80 €", "812,94 €", "Leistungsdatum 28. Februar 2026",
        "USt-IdNr. DE129274202", "USt-IdNr. DE811128135",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reverse_charge", ("Reverse charge 0 %", "Btw verlegd", "VAT ID NL004495445B01")),
        ("destination_gb", ("VAT 20 % on €683.14", "VAT number GB GB394874120",
                            "Tax in GBP: £118.23 (1 EUR = 0.8653 GBP, European")),
        ("outside_scope", ("Not subject to VAT €0.00", "No VAT: the service is supplied")),
        ("not_registered", ("No sales tax charged", "No tax: the seller has no obligation to register")),
        ("not_taxable", ("Not taxable (sales tax)", "California does not tax this service")),
        ("exempt", ("Exempt from VAT", "Exempt by certificate A-17: state university.")),
        ("quebec", ("GST 5 % on CA$702.85", "QST 9.975 % on CA$702.85",
                    "GST number CA 100001234 RT0001", "QST number QC 1000012345 TQ0001")),
        ("texas", ("Sales tax 6.25 % on $562.28 $35.14", "Local sales tax 2 % on $562.28",
                   "Sales tax number TX 32012345678")),
        ("yen", ("JCT 10 % on JP¥68,314", "JCT number JP T7000012050002")),
        ("credit_note", ("Rechnungskorrektur", "USt 19 % auf −702,85 €", "Berichtigt NWD-000041")),
    ],
)  # fmt: skip
def test_each_treatment_prints_its_rows_and_texts(name, words):
    source = TAXED[name]()

    text = text_of(printed_with_data(source)[0].pdf)

    assert [one for one in words if one not in text] == []
