"""The one door to WeasyPrint. It opens nothing but bundled assets and prints nothing but sheets."""

import mimetypes
import re
import zlib
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pydyf
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from billing.documents.factur_x import (
    AttachedInvoice,
    attach_invoice,
    name_associated_files_once,
)
from billing.documents.sheet import Sheet
from kernel.refusal import Refusal

SELLER_LOGO = "asset:seller-logo"
ASSET = re.compile(r"asset:([A-Za-z0-9-]+\.(?:ttf|css))")
FOLDERS = {".ttf": "documents/fonts", ".css": "documents"}
PAPERS = ("A4", "Letter")
PDF_VARIANT = "pdf/a-3b"
STREAM_BEGINS, STREAM_ENDS = b"\nstream\n", b"\nendstream"


class AssetRefused(Refusal):
    """A document named what is neither bundled nor its seller's logo: a host, a file, inline data."""

    code = "document_asset_refused"


class GlyphMissing(Refusal):
    """No installed font has a character of the document. A box in its place would be a lie."""

    code = "document_glyph_missing"


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """A PDF and how many pages it has."""

    pdf: bytes
    pages: int


class BundledAssets(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Answers `asset:NAME` from static/documents, one logo if given, and refuses everything else."""

    def __init__(self, logo: bytes = b"") -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self.logo = logo

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url == SELLER_LOGO and self.logo:
            return URLFetcherResponse(url, self.logo, {"Content-Type": "image/png"})
        match = ASSET.fullmatch(url)
        if match is None:
            raise AssetRefused(
                f"A document asked for {url[:200]}, but may use bundled assets only."
            )
        path = asset_path(match[1])
        content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})


def asset_path(name: str) -> Path:
    """Where a bundled asset lies. A missing one is a broken installation, not a refusal."""
    found = finders.find(f"{FOLDERS[Path(name).suffix]}/{name}")
    if found is None:
        raise FileNotFoundError(f"static/{FOLDERS[Path(name).suffix]}/{name} is missing")
    return Path(found)


@dataclass(frozen=True, slots=True)
class Press:
    """What a process prepares once: fonts read, style sheets parsed."""

    fonts: FontConfiguration
    elements: CSS
    styles: dict[str, tuple[CSS, ...]]
    assets: BundledAssets


@cache
def press() -> Press:
    """This process's press, made on first use."""
    fonts, assets = FontConfiguration(), BundledAssets()

    def parsed(name: str) -> CSS:
        return CSS(
            string=asset_path(name).read_text("utf-8"),
            font_config=fonts,
            url_fetcher=assets,
        )

    shared = parsed("sheet.css")
    styles = {paper: (shared, parsed(f"{paper.lower()}.css")) for paper in PAPERS}
    return Press(fonts=fonts, elements=parsed("elements.css"), styles=styles, assets=assets)


class SheetPage(HTML):  # type: ignore[misc]  # WeasyPrint has no types
    """A page whose elements mean what elements.css says: the built-in style sheet is not applied."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [press().elements]


def print_sheet(sheet: Sheet, attached: AttachedInvoice | None = None) -> PrintedDocument:
    """
    The sheet as PDF/A-3b, with the invoice as data inside it. The same sheet and data give the
    same bytes with the same libraries and fonts.

    :raises AssetRefused: if the page names anything that is not bundled
    :raises GlyphMissing: if no font has one of its characters
    """
    html = render_to_string("documents/sheet.html", {"sheet": sheet})
    logo = b64decode(sheet.logo_png)
    return print_html(html, paper=sheet.paper, logo=logo, attached=attached)


def print_html(
    html: str, *, paper: str, logo: bytes = b"", attached: AttachedInvoice | None = None
) -> PrintedDocument:
    """Lay out HTML with the styles of a paper. Nothing in it can reach a file or a host."""
    ready = press()
    assets = BundledAssets(logo) if logo else ready.assets
    try:
        page = SheetPage(string=html, url_fetcher=assets, base_url="asset:")
        laid_out = page.render(
            font_config=ready.fonts, stylesheets=list(ready.styles[paper]), pdf_variant=PDF_VARIANT
        )
        if attached is not None:
            attach_invoice(laid_out, attached)
        pdf = laid_out.write_pdf(pdf_variant=PDF_VARIANT, finisher=finish)
    except FatalURLFetchingError as refused:
        raise AssetRefused(str(refused.__cause__)) from refused
    return PrintedDocument(pdf=pdf, pages=len(laid_out.pages))


def finish(document: Document, pdf: pydyf.PDF) -> None:
    refuse_missing_glyphs(document)
    name_associated_files_once(pdf)
    compress_once(pdf)


def compress_once(pdf: pydyf.PDF) -> None:
    """pydyf compresses every stream twice: to write it, and to name the file by its digest."""
    for one in pdf.objects:
        if isinstance(one, pydyf.Stream) and one.compress:
            plain = pydyf.Stream(one.stream).data
            head = plain.index(STREAM_BEGINS) + len(STREAM_BEGINS)
            one.stream = [zlib.compress(plain[head : -len(STREAM_ENDS)], level=9)]
            one.extra["Filter"] = "/FlateDecode"
            one.compress = False


def refuse_missing_glyphs(document: Document) -> None:
    missing = sorted({point for font in document.fonts.values() for point in font.missing})
    if missing:
        shown = " ".join(chr(point) for point in missing[:10])
        raise GlyphMissing(
            f"No installed font can print {shown}. Install a font that has them "
            "(for Chinese, Japanese and Korean: fonts-noto-cjk), restart the worker, then retry."
        )
