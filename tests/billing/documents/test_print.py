"""What comes out of the press: PDF/A with embedded fonts, the same bytes each time, nothing fetched."""

import re
import subprocess
import sys
from hashlib import sha256

import pikepdf
import pytest

from billing.documents.weasy import AssetRefused, GlyphMissing, print_html, print_sheet
from tests.billing.documents.reading import fonts_of, page_size, pages_of, text_of
from tests.billing.documents.samples import (
    AMERICAN_BUYER,
    BUYER,
    SAMPLES,
    credit_note_sheet,
    english_sheet,
    german_sheet,
)


def test_an_english_invoice_says_all_it_must():
    text = text_of(print_sheet(english_sheet(credit_applied_minor=20_00)).pdf)

    for words in (
        "Northwind Software GmbH", "HRB 214512 B", "VAT ID DE129274202", "Invoice", "NWD-000042",
        "Billed to", "Harbour & Finch Architects Ltd", "Imogen Achebe", "United Kingdom",
        "VAT ID GB123456789", "Issued 1 February 2026", "Due 3 March 2026",
        "Billing period 1–28 Feb 2026", "Europe/London", "Description Period Qty Unit price "
        "Amount in EUR", "Member Team", "4 seats × 12.00 × 24/28 days (5 to 28 February) = 41.14",
        "Subtotal Member", "Credit applied", "−€20.00", "€785.49", "No tax charged",
        "How to pay", "DE89 3704 0044 0532 0130 00", "Page 1 of 2", "Page 2 of 2",
        "How your seats are charged", "Team (version 3)",
        "Viewers are free.",
    ):  # fmt: skip
        assert words in text


def test_a_german_invoice_says_all_it_must():
    text = text_of(print_sheet(german_sheet()).pdf)

    for words in (
        "Rechnung", "USt-IdNr. DE129274202", "Rechnung an", "Brückner Maschinenbau GmbH & Co. KG",
        "Deutschland", "Ausgestellt 2. Februar 2026", "Fällig 3. März 2026",
        "Leistungszeitraum 1.–28. Feb. 2026", "Beschreibung Zeitraum Menge Einzelpreis "
        "Betrag in EUR", "Zwischensumme Mitglied", "356,14", "805,49 €", "Keine Steuer berechnet",
        "So zahlen Sie", "Verwendungszweck", "Seite 1 von 2", "So werden Ihre Plätze berechnet",
    ):  # fmt: skip
        assert words in text


def test_a_credit_note_says_that_the_amount_was_added_to_the_balance():
    text = text_of(print_sheet(credit_note_sheet()).pdf)

    assert "Credit note" in text
    assert "−€702.85" in text
    assert "€702.85 was added to your balance." in text
    assert "Amount due" not in text


def test_the_paper_is_the_customers():
    a4 = print_sheet(english_sheet(lines=1))
    letter = print_sheet(english_sheet(lines=1, paper="Letter", buyer=AMERICAN_BUYER))

    assert page_size(a4.pdf).endswith("595.276 x 841.89 pts (A4)")
    assert page_size(letter.pdf).endswith("612 x 792 pts (letter)")


def test_a_short_invoice_fits_on_one_page():
    printed = print_sheet(english_sheet(lines=1))

    assert printed.pages == len(pages_of(printed.pdf)) == 1


def test_three_hundred_lines_repeat_the_table_head_and_name_the_invoice_on_every_page():
    printed = print_sheet(german_sheet(lines=300))

    pages = pages_of(printed.pdf)
    assert printed.pages == len(pages) > 10
    for number, page in enumerate(pages, 1):
        assert f"Seite {number} von {len(pages)}" in page
        assert number == len(pages) or "Beschreibung" in page
    for page in pages[1:]:
        running = page.strip().splitlines()[0]
        assert running.startswith("Rechnung NWD-000042")
        assert running.endswith("Brückner Maschinenbau GmbH & Co. KG")


def test_the_head_of_a_group_never_stands_alone_at_the_foot_of_a_page():
    head, line = re.compile(r"\s*(Member|Admin|Guest)\s+Team\s*"), re.compile(r"\s*\d+\s+\w+.*")

    for count in range(6, 30, 3):
        for page in pages_of(print_sheet(english_sheet(lines=count)).pdf):
            rows = [row for row in page.splitlines() if row.strip()]
            heads = [i for i, row in enumerate(rows) if head.fullmatch(row)]
            assert all(line.fullmatch(rows[i + 1]) for i in heads)


def test_a_long_name_wraps_and_stays_whole():
    name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2

    text = text_of(print_sheet(german_sheet(lines=1, buyer={**BUYER, "legal_name": name})).pdf)

    assert name[:40] in text.replace(" ", "")


def test_every_font_is_embedded_as_a_subset():
    fonts = fonts_of(print_sheet(english_sheet()).pdf)

    assert len(fonts) == 2
    assert {(font["emb"], font["sub"]) for font in fonts} == {("yes", "yes")}


def test_the_pdf_is_an_archive_with_title_author_language_and_the_moment_of_issue(tmp_path):
    file = tmp_path / "invoice.pdf"
    file.write_bytes(print_sheet(german_sheet(lines=1)).pdf)

    with pikepdf.open(file) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "3B"
        assert metadata["dc:title"] == "Rechnung NWD-000042"
        assert str(pdf.Root.Lang) == "de-DE"
        assert str(pdf.docinfo["/Author"]) == "Northwind Software GmbH"
        assert str(pdf.docinfo["/CreationDate"]) == "D:20260201233000Z"
        assert "/OutputIntents" in pdf.Root
    assert (
        subprocess.run(["qpdf", "--check", file], capture_output=True, check=False).returncode == 0
    )


PRINT_IN_ANOTHER_PROCESS = """
import django; django.setup()
from hashlib import sha256
from billing.documents.weasy import print_sheet
from tests.billing.documents.samples import SAMPLES
print_sheet(SAMPLES["letter"]())
print(sha256(print_sheet(SAMPLES["german"]()).pdf).hexdigest())
"""


def test_the_same_sheet_gives_the_same_bytes_also_in_another_process(monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "4711")

    here = [print_sheet(SAMPLES["german"]()).pdf for _ in range(2)]
    there = subprocess.run(
        [sys.executable, "-c", PRINT_IN_ANOTHER_PROCESS], capture_output=True, check=True, text=True
    )

    assert {sha256(pdf).hexdigest() for pdf in here} == {there.stdout.strip()}


@pytest.mark.parametrize(
    "part",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://example.com/pixel.png">',
        '<img src="https://example.com/pixel.png">',
        '<img src="ftp://example.com/pixel.png">',
        '<img src="data:image/png;base64,iVBORw0KGgo=">',
        '<img src="pixel.png">',
        '<img src="asset:../../../config/settings.py">',
        '<img src="asset:fonts/../sheet.css">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<style>@import url("http://example.com/a.css");</style>',
        '<p style="background: url(file:///etc/passwd)">x</p>',
        '<object data="file:///etc/passwd"></object>',
        '<embed src="file:///etc/hostname">',
    ],
)
def test_a_page_that_names_anything_but_bundled_assets_is_refused(part):
    with pytest.raises(AssetRefused, match="bundled assets only"):
        print_html(f"<html><head></head><body><p>before</p>{part}</body></html>", paper="A4")


def test_markup_in_a_name_is_text():
    name = '<img src="file:///etc/passwd"> & <b>Sons</b>'

    text = text_of(print_sheet(english_sheet(lines=1, buyer={**BUYER, "legal_name": name})).pdf)

    assert name in text


def test_a_character_no_font_has_is_refused_by_name_instead_of_printed_as_a_box():
    buyer = {**BUYER, "legal_name": "Uncharted \U0001246f Ltd"}

    with pytest.raises(GlyphMissing, match="No installed font can print \U0001246f"):
        print_sheet(english_sheet(lines=1, buyer=buyer))
